"""Neighbouring name words become one name: "butter amul", "atta aashirvaad", "cell pencil", "dove shampoo".

Words that fit a common item belong together, in any order. A word that fits nothing beside it makes the name
another product's: it is remembered as a stranger before or after the name, and settling will not sell it as ours.
"""

from collections.abc import Sequence
from dataclasses import replace

from language.lexicon import Roles
from language.roles import Role
from orders.understanding.elements import Amount, Mention, Piece
from orders.understanding.index import Index, NameKind


def join_names(pieces: Sequence[Piece], marks: Sequence[Roles], offset: int) -> list[Piece]:
    """The pieces with neighbouring mentions joined; `marks` are the clause's, which begins at `offset`."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, Mention) and isinstance(last, Mention) and _touch(last, piece, marks, offset):
            found[-1:] = _join(last, piece)
        else:
            found.append(piece)
    return _join_distant(found)


def _touch(left: Mention, right: Mention, marks: Sequence[Roles], offset: int) -> bool:
    """Nothing but linking words ("ka", "ki") stands between them."""
    return all(Role.LINK in marks[at - offset] for at in range(left.end, right.start))


def _join(left: Mention, right: Mention) -> list[Piece]:
    if left.cover & right.cover:
        return [_both(left, right)]
    if _is_weak(left) and _is_weak(right):
        return [_stranger(left, right)]
    if _is_weak(right):
        return [replace(left, end=right.end, stranger_after=True)]
    if _is_weak(left):
        return [replace(right, start=left.start, stranger_before=True)]
    return [left, right]


def _is_weak(mention: Mention) -> bool:
    """A part of a name, or a doubtful spelling: beside a name that it does not fit, it is another word."""
    return mention.kind is NameKind.PART or not mention.sure


def _both(left: Mention, right: Mention) -> Mention:
    """One name of both. The items that list both names come first, then those that list one, then any that fit."""
    cover = left.cover & right.cover
    items = left.items & right.items or (left.items | right.items) & cover
    kind = max(left.kind, right.kind)
    return Mention(
        start=left.start,
        end=right.end,
        kind=kind,
        items=items if kind is not NameKind.PART else frozenset(),
        cover=cover,
        words=left.words + right.words,
        sure=_is_sure(left, right),
        stranger_before=left.stranger_before or right.stranger_before,
        stranger_after=left.stranger_after or right.stranger_after,
    )


def _is_sure(left: Mention, right: Mention) -> bool:
    """A doubtful spelling beside a whole name that it fits is doubtful no longer."""
    return left.sure or right.sure


def _stranger(left: Mention, right: Mention) -> Mention:
    return Mention(left.start, right.end, NameKind.PART, frozenset(), frozenset(), left.words + right.words)


def _join_distant(pieces: list[Piece]) -> list[Piece]:
    """ "lays 10 wala magic masala 1 peti": two names of one thing, told by there being one quantity for both."""
    names = [piece for piece in pieces if isinstance(piece, Mention) and not piece.is_stranger]
    counted = sum(isinstance(piece, Amount) and piece.counts_packs for piece in pieces)
    if len(names) < 2 or counted >= len(names):
        return pieces
    found: list[Piece] = []
    last: int | None = None
    for piece in pieces:
        if isinstance(piece, Mention) and last is not None:
            before = found[last]
            if isinstance(before, Mention) and before.cover & piece.cover and before.words != piece.words:
                found[last] = replace(_both(before, piece), end=before.end)
                continue
        if isinstance(piece, Mention):
            last = len(found)
        found.append(piece)
    return found


def in_family(index: Index, mention: Mention) -> Mention:
    """The mention, widened to every item of the families it names; what made it narrower ("blue") is forgotten."""
    families = {index.items[at].family for at in mention.items or mention.cover}
    members = frozenset(item.position for item in index.items if item.family in families)
    return replace(mention, kind=NameKind.ALIAS, items=members, cover=members)
