"""What is written for people and read by nobody else: a note for whoever packs, or where to bring the goods."""

import re
from dataclasses import dataclass

from language.phrases import Word, any_of

_NOTE = re.compile(
    rf"\s*(?:(?P<note>{any_of(Word.NOTE, as_typed=True)})|{any_of(Word.ADDRESS, as_typed=True)})"
    r"\s*[:：-]\s*(?P<said>\S.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Note:
    """What was said, and whether it is for whoever packs; else it is an address."""

    said: str
    is_for_packing: bool


def read(text: str) -> Note | None:
    """The note of a message that is one: `note: ...`, `address: ...`."""
    found = _NOTE.fullmatch(text)
    return Note(found["said"], found["note"] is not None) if found else None
