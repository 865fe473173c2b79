"""Pakistan's numbers of registration: STRN and NTN. Dashes are kept as they are shown there."""

import re

from countries.registration import Registration, TaxIdInvalid, normalised

NTN_DIGITS = 7


def parse(text: str) -> str:
    """The number as it is kept. Raises TaxIdInvalid."""
    value = normalised(text)
    if is_strn(value):
        digits = value.replace("-", "")
        return "-".join((digits[:2], digits[2:4], digits[4:8], digits[8:11], digits[11:]))
    if is_ntn(value):
        return value if "-" in value or len(value) == NTN_DIGITS else f"{value[:NTN_DIGITS]}-{value[NTN_DIGITS:]}"
    raise TaxIdInvalid(f"{text.strip()!r} is neither an STRN (13 digits) nor an NTN (7 digits and a check digit)")


def is_ntn(text: str) -> bool:
    """True for a National Tax Number: seven digits, with or without its check digit."""
    return re.fullmatch(r"[0-9]{7}(-?[0-9])?", text.strip()) is not None


def is_strn(text: str) -> bool:
    """True for a Sales Tax Registration Number: thirteen digits, dashes ignored."""
    return re.fullmatch(r"[0-9]{13}", text.strip().replace("-", "")) is not None


def label(number: str) -> str:
    """What papers call it."""
    return "STRN" if is_strn(number) else "NTN"


# An NTN is a number of the income tax: under it alone nobody collects sales tax.
REGISTRATION = Registration(parse=parse, label=label, collects=is_strn, second="NTN", is_second=is_ntn)
