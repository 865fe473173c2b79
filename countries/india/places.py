"""In which state a place lies, as far as an address in free text tells: by its PIN code, else by a state's name.

The first two digits of a PIN are a postal circle; some circles hold more than one state, and some states have PINs of
their own in the middle of another's. Where the digits leave it open, every state that it may be is answered.
Source: India Post, postal index numbers.
"""

import re

from countries.india.states import CURRENT_STATES

_PIN = re.compile(r"(?<![0-9])([1-9][0-9]{2})[ ]?([0-9]{3})(?![0-9])")
_CIRCLES = {
    "11": "07", "12": "06", "13": "06", "14": "03 04", "15": "03", "16": "04 03 06", "17": "02", "18": "01 02",
    "19": "01 38", "20": "09 05", "21": "09", "22": "09", "23": "09", "24": "09 05", "25": "09 05", "26": "09 05",
    "27": "09", "28": "09", "30": "08", "31": "08", "32": "08", "33": "08", "34": "08", "36": "24", "37": "24",
    "38": "24", "39": "24", "40": "27", "41": "27", "42": "27", "43": "27", "44": "27", "45": "23", "46": "23",
    "47": "23", "48": "23", "49": "22", "50": "36 37", "51": "37", "52": "37", "53": "37", "56": "29", "57": "29",
    "58": "29", "59": "29", "60": "33", "61": "33", "62": "33", "63": "33", "64": "33", "65": "33", "66": "33",
    "67": "32", "68": "32", "69": "32", "70": "19", "71": "19", "72": "19", "73": "19", "74": "19",
    "75": "21", "76": "21", "77": "21", "78": "18", "79": "12 13 14 15 16 17 18", "80": "10 20", "81": "10 20",
    "82": "10 20", "83": "20 10", "84": "10", "85": "10",
}  # fmt: skip
_PARTS = {  # three digits that say more than two
    "403": "30", "396": "24 26", "605": "34 33", "609": "33 34", "673": "32 34", "737": "11", "744": "35",
    "790": "12", "791": "12", "792": "12", "793": "17", "794": "17", "795": "14", "796": "15", "797": "13",
    "798": "13", "799": "16", "194": "38", "362": "24 26", "533": "37 34", "682": "32 31",
}  # fmt: skip
_OTHER_NAMES = {"Orissa": "21", "Uttaranchal": "05", "Pondicherry": "34", "New Delhi": "07", "J&K": "01"}
_NAMES = {name.casefold(): code for code, name in CURRENT_STATES.items() if code < "96"} | {
    name.casefold(): code for name, code in _OTHER_NAMES.items()
}
_NAMED = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True)) + r")(?!\w)"
)


def states_of(address: str) -> frozenset[str]:
    """The codes of the states in which this address may lie; none when it does not tell."""
    pins = _PIN.findall(address)
    if pins:
        first = pins[-1][0]
        known = _PARTS.get(first) or _CIRCLES.get(first[:2], "")
        return frozenset(known.split())
    named = _NAMED.findall(" ".join(address.casefold().split()))
    return frozenset({_NAMES[named[-1]]}) if named else frozenset()
