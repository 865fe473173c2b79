"""GST state codes: the first two digits of a GSTIN and the place of supply on an invoice."""

from countries.regions import Regions

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

MERGED_STATES = {"25": "26", "28": "37"}  # Daman and Diu, undivided Andhra Pradesh: old papers still carry them

# Delhi, Puducherry and Jammu and Kashmir have legislatures and therefore SGST.
UNION_TERRITORIES_WITHOUT_LEGISLATURE = frozenset({"04", "26", "31", "35", "38", "97"})

STATES = Regions(
    CURRENT_STATES,
    decide_tax=True,
    old=MERGED_STATES,
    hint="a GST state code: two digits, such as 27 for Maharashtra",
    digits=2,
)
