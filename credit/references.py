"""A reference is one thing however it is written: what a bank calls a transfer, as payments and claims compare it.

Banks and apps show it in groups; people copy what they see, on keyboards of several scripts, and put `UTR` or
`Ref. No.` before it. So only its letters and digits count, in capitals, each digit as the ASCII one, without the words
before it.
What is kept and shown is what was written; what must be unique is the key made here.
"""

import re
import unicodedata
from functools import cache
from uuid import UUID

from core.errors import Invalid
from credit.tables import CREDIT, METHODS
from language import phrases

CASH, CHEQUE = "cash", "cheque"
MAX_REFERENCE = 100
QUEUE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"  # whoever asks for one reference at once, one by one


def check(method: str | None, reference: str | None) -> None:
    """How money moved, and the length of its reference, where they are said. Raises Invalid."""
    if method is not None and method not in METHODS:
        raise Invalid(f"The method is one of {', '.join(METHODS)}.", field="method", value=method)
    if reference is not None and len(reference) > MAX_REFERENCE:
        raise Invalid(f"A reference has at most {MAX_REFERENCE} characters.", field="reference")


def written(reference: str | None) -> str | None:
    """The reference as it is kept and shown: capitals, single blanks; an empty one is none."""
    return " ".join((reference or "").upper().split()) or None


def key(method: str | None, reference: str | None) -> str | None:
    """What a reference is compared by; None without one. Raises Invalid when nothing is left of it.

    A transfer has one key whichever way it is said to have come. Cash (a receipt's number) and cheques have keys of
    their own, and the numbers of our own documents are compared as they are.
    """
    text = written(reference)
    if text is None or method == CREDIT:
        return None if text is None else f"{method} {text}"
    bare = without_names(text)
    if not bare:
        raise Invalid("A reference has letters or digits of its own.", field="reference", value=text)
    return f"{method} {bare}" if method in (CASH, CHEQUE) else bare


def of_claim(retailer_id: UUID, method: str | None, reference: str | None) -> str | None:
    """The same for what a shop says: what is no transfer is the shop's own, since nobody named the bank of a cheque."""
    found = key(method, reference)
    return f"{retailer_id} {found}" if found and method in (CASH, CHEQUE) else found


def of_cheque(bank: str | None, number: str) -> str | None:
    """What a cheque is compared by: its bank and its number. None without a number of its own."""
    bare = without_names(number)
    return f"{CHEQUE} {_signs(bank or '')}{bare}" if bare else None


def without_names(reference: str) -> str:
    """Its letters and digits, without the words that only say what it is."""
    return _names().sub("", _signs(reference))


def _signs(text: str) -> str:
    """Letters in capitals and ASCII digits: no blanks, no marks, nothing that nobody can see."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    return "".join(_digit(sign) for sign in plain if sign.isalnum())


def _digit(sign: str) -> str:
    return str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign


@cache
def _names() -> re.Pattern[str]:
    names = sorted(map(_signs, phrases.listed(phrases.Word.NAMES_A_REFERENCE)), key=len, reverse=True)
    return re.compile(f"^(?:{'|'.join(map(re.escape, names))})+")
