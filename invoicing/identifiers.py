"""Numbers that others gave to people and accounts: GSTIN, UIN, PAN, UPI address, IBAN, Pakistan's tax ids.

Each `..._problem` answers None when the number is well formed, else one clause that says what is wrong.
"""

import re
import unicodedata
from dataclasses import dataclass

from stdnum import iban
from stdnum.exceptions import ValidationError
from stdnum.pk import cnic

from core.errors import Invalid
from parties.states import CURRENT_STATES, current_state

GSTIN_LENGTH = 15
NTN_DIGITS = 7
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
PAN_HOLDERS = "ABCFGHJLPT"  # fourth letter: association, body, company, firm, government, HUF, ..., person, trust
UIN = re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[0-9A-Z]")  # state, year, body, serial, UN or ON, check character
VPA = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])@[A-Za-z][A-Za-z0-9]{1,63}")
STATES_WITHOUT_TAXPAYERS = frozenset({"96"})


class GstinInvalid(Invalid):
    """A GSTIN that cannot exist."""

    code = "GSTIN_INVALID"


class TaxIdInvalid(Invalid):
    """A number under which nobody can be registered for tax in this country."""

    code = "TAX_ID_INVALID"


@dataclass(frozen=True, slots=True)
class Gstin:
    """A well-formed GSTIN and what it says."""

    text: str
    state: str
    pan: str


def normalised(text: str) -> str:
    """Upper case without spaces, bidi marks and zero-width characters, as pasted numbers come with all of these."""
    kept = (letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc", "Zs", "Zl", "Zp"))
    return "".join(kept).upper()


def gstin_check_character(first_fourteen: str) -> str:
    """The fifteenth character: base-36 digits weighted 1, 2, 1, 2, ..., quotient and remainder added up."""
    total = 0
    for position, letter in enumerate(first_fourteen):
        product = BASE36.index(letter) * (1 + position % 2)
        total += product // 36 + product % 36
    return BASE36[-total % 36]


def gstin_problem(text: str) -> str | None:
    """What is wrong with a normal taxpayer's GSTIN, or None."""
    value = normalised(text)
    if len(value) != GSTIN_LENGTH:
        return f"a GSTIN has {GSTIN_LENGTH} characters, this has {len(value)}"
    if any(letter not in BASE36 for letter in value):
        return "a GSTIN has only letters A-Z and digits"
    return _gstin_part_problem(value)


def parse_gstin(text: str) -> Gstin:
    """A GSTIN with its state and PAN. Raises GstinInvalid with the reason."""
    problem = gstin_problem(text)
    if problem:
        raise GstinInvalid(f"{text.strip()!r} is not a GSTIN: {problem}", gstin=text)
    value = normalised(text)
    return Gstin(value, value[:2], value[2:12])


def parse_tax_id(text: str, country: str) -> str:
    """The number under which somebody is registered for tax in this country, as it is kept.

    India: GSTIN. Pakistan: STRN (13 digits) or NTN, dashes kept as they are shown there.
    Raises GstinInvalid, TaxIdInvalid.
    """
    if country == "IN":
        return parse_gstin(text).text
    value = normalised(text)
    if is_strn(value):
        digits = value.replace("-", "")
        return "-".join((digits[:2], digits[2:4], digits[4:8], digits[8:11], digits[11:]))
    if is_ntn(value):
        return value if "-" in value or len(value) == NTN_DIGITS else f"{value[:NTN_DIGITS]}-{value[NTN_DIGITS:]}"
    raise TaxIdInvalid(f"{text.strip()!r} is neither an STRN (13 digits) nor an NTN (7 digits and a check digit)")


def is_gstin(text: str) -> bool:
    """True when the GSTIN is well formed; whether it is registered only the portal knows."""
    return gstin_problem(text) is None


def uin_problem(text: str) -> str | None:
    """What is wrong with the Unique Identity Number of an embassy or a body of the United Nations, or None."""
    value = normalised(text)
    if UIN.fullmatch(value) is None:
        return "a UIN is four digits, three letters, five digits, UN or ON, and a check character"
    if not _is_taxable_state(value[:2]):
        return f"there is no state {value[:2]}"
    if value[14] != gstin_check_character(value[:14]):
        return "the check character does not fit"
    return None


def is_uin(text: str) -> bool:
    """True for a well-formed Unique Identity Number."""
    return uin_problem(text) is None


def buyer_id_problem(text: str) -> str | None:
    """What is wrong with the number of a registered buyer, who has a GSTIN or a UIN; None when it is one of them."""
    return None if is_uin(text) else gstin_problem(text)


def is_pan(text: str) -> bool:
    """True for a well-formed Permanent Account Number."""
    value = normalised(text)
    return PAN.fullmatch(value) is not None and value[3] in PAN_HOLDERS


def is_vpa(text: str) -> bool:
    """True for a well-formed UPI address; that somebody owns it only a payment shows."""
    return VPA.fullmatch(text) is not None


def is_iban(text: str) -> bool:
    """True for an IBAN with the right length and check digits."""
    value = normalised(text)
    return value.isascii() and _passes(iban, value)


def is_cnic(text: str) -> bool:
    """True for a Pakistani identity card number."""
    return text.isascii() and _passes(cnic, text)


def is_ntn(text: str) -> bool:
    """True for a National Tax Number: seven digits, with or without its check digit."""
    return re.fullmatch(r"[0-9]{7}(-?[0-9])?", text.strip()) is not None


def is_strn(text: str) -> bool:
    """True for a Sales Tax Registration Number: thirteen digits, dashes ignored."""
    return re.fullmatch(r"[0-9]{13}", text.strip().replace("-", "")) is not None


def _gstin_part_problem(value: str) -> str | None:
    state, pan, entity, kind = value[:2], value[2:12], value[12], value[13]
    if not _is_taxable_state(state):
        return f"there is no state {state}"
    if PAN.fullmatch(pan) is None:
        return "characters 3 to 12 are not a PAN"
    if entity == "0":
        return "character 13 cannot be 0"
    if kind != "Z":
        return "character 14 of a normal taxpayer is Z"
    if value[14] != gstin_check_character(value[:14]):
        return "the check character does not fit"
    return None


def _is_taxable_state(state: str) -> bool:
    return current_state(state) in CURRENT_STATES and state not in STATES_WITHOUT_TAXPAYERS


def _passes(standard: object, text: str) -> bool:
    try:
        standard.validate(text)  # type: ignore[attr-defined]
    except ValidationError:
        return False
    return True
