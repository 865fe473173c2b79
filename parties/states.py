"""GST state codes: the first two digits of a GSTIN and the place of supply on an invoice."""

from core.errors import Invalid

CURRENT_STATES = {
    "01": "Jammu and Kashmir",
    "02": "Himachal Pradesh",
    "03": "Punjab",
    "04": "Chandigarh",
    "05": "Uttarakhand",
    "06": "Haryana",
    "07": "Delhi",
    "08": "Rajasthan",
    "09": "Uttar Pradesh",
    "10": "Bihar",
    "11": "Sikkim",
    "12": "Arunachal Pradesh",
    "13": "Nagaland",
    "14": "Manipur",
    "15": "Mizoram",
    "16": "Tripura",
    "17": "Meghalaya",
    "18": "Assam",
    "19": "West Bengal",
    "20": "Jharkhand",
    "21": "Odisha",
    "22": "Chhattisgarh",
    "23": "Madhya Pradesh",
    "24": "Gujarat",
    "26": "Dadra and Nagar Haveli and Daman and Diu",
    "27": "Maharashtra",
    "29": "Karnataka",
    "30": "Goa",
    "31": "Lakshadweep",
    "32": "Kerala",
    "33": "Tamil Nadu",
    "34": "Puducherry",
    "35": "Andaman and Nicobar",
    "36": "Telangana",
    "37": "Andhra Pradesh",
    "38": "Ladakh",
    "96": "Other countries",
    "97": "Other territory",
}

PROVINCES = {  # of Pakistan; its sales tax on goods is federal, so that they are only printed
    "BA": "Balochistan",
    "GB": "Gilgit-Baltistan",
    "IS": "Islamabad",
    "JK": "Azad Jammu and Kashmir",
    "KP": "Khyber Pakhtunkhwa",
    "PB": "Punjab",
    "SD": "Sindh",
}

MERGED_STATES = {"25": "26", "28": "37"}  # Daman and Diu, undivided Andhra Pradesh: old papers still carry them

# Delhi, Puducherry and Jammu and Kashmir have legislatures and therefore SGST.
UNION_TERRITORIES_WITHOUT_LEGISLATURE = frozenset({"04", "26", "31", "35", "38", "97"})


def current_state(code: str) -> str:
    """The code in force today for a code on an older paper; any other code as it is."""
    return MERGED_STATES.get(code, code)


def state_name(code: str | None) -> str:
    """The state's or province's name, or nothing when the code is unknown."""
    return CURRENT_STATES.get(current_state(code or ""), PROVINCES.get(code or "", ""))


def check(country: str, code: str | None, gstin: str | None = None) -> None:
    """Raises Invalid for a GST state that does not exist, or that is not the GSTIN's. Other countries: any province."""
    if country != "IN" or code is None:
        return
    if current_state(code) not in CURRENT_STATES:
        raise Invalid(f"{code!r} is not a GST state code: two digits, such as 27 for Maharashtra.")
    if gstin and current_state(gstin[:2]) != current_state(code):
        raise Invalid(f"{gstin} belongs to state {gstin[:2]}, not to {code}.")
