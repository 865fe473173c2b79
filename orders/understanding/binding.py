"""Signs and units that tie a quantity to what stands beside it: "sprite x 2", "lux - 3", "peti 2"."""

from collections.abc import Sequence
from dataclasses import replace

from orders.understanding.elements import Amount, Binder, Form, LooseUnit, Piece


def bound_amounts(pieces: Sequence[Piece]) -> list[Piece]:
    """Binders applied: the number after "x" or "-" is a quantity, or the one before it when a size or name follows."""
    found: list[Piece] = []
    tie = False
    for at, piece in enumerate(pieces):
        if isinstance(piece, Binder):
            following = pieces[at + 1] if at + 1 < len(pieces) else None
            last = found[-1] if found else None
            tie = isinstance(following, Amount) and not following.is_measure and following.form is Form.PLAIN
            if not tie and isinstance(last, Amount) and last.is_bare and piece.text == "x":
                found[-1] = replace(last, bound=True)
            continue
        found.append(replace(piece, bound=True) if tie and isinstance(piece, Amount) else piece)
        tie = False
    return _units_before_numbers(found)


def _units_before_numbers(pieces: list[Piece]) -> list[Piece]:
    """ "Peti 2" is "2 peti"."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if (
            isinstance(last, LooseUnit)
            and isinstance(piece, Amount)
            and piece.unit is None
            and piece.form is Form.PLAIN
        ):
            found[-1] = replace(piece, start=last.start, unit=last.unit)
        else:
            found.append(piece)
    return found
