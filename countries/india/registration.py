"""India's numbers of registration: GSTIN, and the UIN of embassies and the United Nations.

Each `..._problem` answers None when the number is well formed, else one clause that says what is wrong.
"""

import re
from dataclasses import dataclass

from core.errors import Invalid
from countries.india.states import STATES
from countries.registration import Registration, normalised

GSTIN_LENGTH = 15
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
UIN = re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[0-9A-Z]")  # state, year, body, serial, UN or ON, check character
STATES_WITHOUT_TAXPAYERS = frozenset({"96"})


class GstinInvalid(Invalid):
    """A GSTIN that cannot exist."""

    code = "GSTIN_INVALID"


@dataclass(frozen=True, slots=True)
class Gstin:
    """A well-formed GSTIN and what it says."""

    text: str
    state: str
    pan: str


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


def buyer_id_problem(text: str) -> str | None:
    """What is wrong with the number of a registered buyer, who has a GSTIN or a UIN; None when it is one of them."""
    return gstin_problem(text) if uin_problem(text) else None


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
    return STATES.current(state) in STATES.names and state not in STATES_WITHOUT_TAXPAYERS


def _state(number: str) -> str | None:
    return number[:2] or None


REGISTRATION = Registration(parse=lambda text: parse_gstin(text).text, label=lambda _number: "GSTIN", region=_state)
