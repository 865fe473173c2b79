"""Document numbers: at most 16 characters of letters, digits, `/` and `-`, such as `SGT/26-27/000123`.

Pure shape only; which serial comes next is decided where the document is issued.
"""

import re

from core.errors import Invalid

MAX_LENGTH = 16
SERIAL_DIGITS = 6
SHORTEST_SERIAL_DIGITS = 4
MAX_PREFIX = 5  # prefix + "/26-27/" + four digits fill the sixteen characters
FALLBACK_PREFIX = "INV"
PREFIX = re.compile(r"[A-Z1-9][A-Z0-9]{0,4}")  # e-invoicing refuses a first 0


class PrefixInvalid(Invalid):
    """A series prefix that would make illegal document numbers."""

    code = "NUMBER_PREFIX_INVALID"


class SerialInvalid(Invalid):
    """A serial below 1, or so large that no legal number is left in this financial year."""

    code = "NUMBER_SERIAL_INVALID"


def normalised_number(text: str) -> str:
    """As stored and compared: upper case, because the portal does not tell cases apart."""
    return text.strip().upper()


def is_prefix(text: str) -> bool:
    """True for 1 to 5 capital letters or digits that do not begin with 0."""
    return PREFIX.fullmatch(text) is not None


def prefix_for(name: str) -> str:
    """A prefix from a business name: its initials (`Shree Ganesh Traders` is `SGT`), else its first letters."""
    words = [word for word in re.findall(r"[A-Z0-9]+", name.upper()) if is_prefix(word[:1])]
    initials = "".join(word[0] for word in words)[:3]
    if len(initials) > 1:
        return initials
    return words[0][:3] if words else FALLBACK_PREFIX


def format_number(prefix: str, year: str, serial: int) -> str:
    """`SGT/26-27/000123`; when the serial outgrows its place the prefix gives way, keeping its last letter.

    The last letter tells an organisation's series apart (`SGT` invoices, `SGTC` credit notes).
    Raises PrefixInvalid or SerialInvalid.
    """
    if not is_prefix(prefix):
        raise PrefixInvalid(f"{prefix!r} must be 1 to {MAX_PREFIX} capital letters or digits", prefix=prefix)
    if serial < 1:
        raise SerialInvalid(f"a serial starts at 1, not {serial}", serial=serial)
    around = len(f"/{year}/")
    room = MAX_LENGTH - around - len(prefix)
    digits = f"{serial:0{max(SHORTEST_SERIAL_DIGITS, min(SERIAL_DIGITS, room))}d}"
    letters = MAX_LENGTH - around - len(digits)
    if letters < 1:
        raise SerialInvalid(f"serial {serial} leaves no room for a number", serial=serial)
    return f"{_shortened(prefix, letters)}/{year}/{digits}"


def _shortened(prefix: str, letters: int) -> str:
    return prefix if len(prefix) <= letters else prefix[: letters - 1] + prefix[-1]
