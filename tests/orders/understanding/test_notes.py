"""A note and an address, as they are written beside an order."""

import pytest

from orders.understanding import notes
from orders.understanding.notes import Note


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("note: ring the bell", Note("ring the bell", True)),
        (" Note - come before 10\nnot after ", Note("come before 10\nnot after ", True)),
        ("address: 12 Station Road", Note("12 Station Road", False)),
    ],
)
def test_a_note_is_kept_as_it_was_typed(text: str, note: Note) -> None:
    assert notes.read(text) == note


@pytest.mark.parametrize("text", ["note", "note:", "2 note: x", "5 kg sugar", "my address is 12 Station Road", ""])
def test_all_else_is_none(text: str) -> None:
    assert notes.read(text) is None
