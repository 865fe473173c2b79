"""What one clause says: an operation, the goods it is about, and what was taken back.

Operations: put (name goods), add, set, reduce, remove, replace. Only a cart gives most of them a meaning; in a fresh
order "add", "set" and "put" all name goods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from language import particles
from language.roles import Role
from orders.understanding.binding import bound_amounts
from orders.understanding.clauses import Clause
from orders.understanding.elements import Amount, Feature, Form, Goods, LinePlace, LooseUnit, Mark, Mention, Piece
from orders.understanding.index import Index, NameKind
from orders.understanding.naming import in_family, join_names
from orders.understanding.scanning import Scanner
from orders.understanding.sharing import Settle, share

NOBODY = Mention(0, 0, NameKind.PART, frozenset(), frozenset(), ())
_OPERATIONS = {Role.REMOVE: "remove", Role.REDUCE: "reduce", Role.ADD: "add", Role.SET: "set"}


@dataclass(slots=True)
class Instruction:
    """One clause, read. `said` holds amounts that came without a name; `replaced` what gives way to the goods."""

    clause: Clause
    op: str
    goods: list[Goods] = field(default_factory=list)
    said: Goods | None = None
    replaced: Goods | None = None
    corrects: bool = False
    everything: bool = False
    instead_of: Amount | None = None


def statements_of(index: Index, clause: Clause, settle: Settle) -> list[Instruction]:
    """The statements of a clause, usually one; a removal in the middle ends the first."""
    pieces = bound_amounts(Scanner(index, clause.tokens, clause.marks, clause.start).pieces())
    pieces = _undecided(index, join_names(pieces, clause.marks, clause.start))
    parts = [part for wished in _cut_after_wish(clause, pieces) for part in _cut_after_removal(wished)]
    return [_statement(clause, part, settle) for part in parts]


def _undecided(index: Index, pieces: list[Piece]) -> list[Piece]:
    """ "Coke badi ya chhoti 2 peti": a choice of sizes leaves the whole family open, though "coke badi" is a name."""
    places = [at for at, piece in enumerate(pieces) if isinstance(piece, Mark) and Role.CHOICE in piece.roles]
    if not any(at + 1 < len(pieces) and isinstance(pieces[at + 1], Feature) for at in places):
        return pieces
    opened = [in_family(index, p) if isinstance(p, Mention) and not p.is_stranger else p for p in pieces]
    return [piece for piece in opened if not isinstance(piece, Feature)]


def _cut_after_wish(clause: Clause, pieces: list[Piece]) -> list[list[Piece]]:
    """ "Coke bhejo lux mat bhejo", "coke theek hai lux hata do": what removes the second leaves the first alone."""
    parts: list[list[Piece]] = []
    for at, roles in enumerate(clause.marks, start=clause.start):
        wished, rest = [p for p in pieces if p.start <= at], [p for p in pieces if p.start > at]
        ends = bool(roles & {Role.ORDER, Role.YES}) and not roles & {Role.REMOVE, Role.SET}
        removes = any(isinstance(p, Mark) and p.roles & {Role.REMOVE, Role.NOT} for p in rest)
        if ends and removes and all(any(isinstance(p, Mention) for p in part) for part in (wished, rest)):
            parts, pieces = [*parts, wished], rest
    return [*parts, pieces]


def _cut_after_removal(pieces: list[Piece]) -> list[list[Piece]]:
    """ "coke hata do sprite 2 peti jod do": the removal is over where the next goods are named."""
    for at, piece in enumerate(pieces):
        named = any(isinstance(p, Mention) for p in pieces[:at])
        if isinstance(piece, Mark) and Role.REMOVE in piece.roles and named:
            rest = [p for p in pieces[at + 1 :] if not isinstance(p, Mark) or p.roles & _OPERATIONS.keys()]
            if any(isinstance(p, Mention) for p in rest):
                return [pieces[: at + 1], *_cut_after_removal(rest)]
    return [pieces]


def _statement(clause: Clause, pieces: list[Piece], settle: Settle) -> Instruction:
    everything = any(isinstance(p, Mark) and Role.ALL in p.roles for p in pieces)
    given_up, instead = _replacement(clause, pieces)
    if given_up is not None:
        goods, said = _goods(instead, settle)
        replaced = _goods(given_up, settle)
        return Instruction(clause, "replace", goods, said, replaced[0][0] if replaced[0] else replaced[1])
    meant = _without_refused(pieces)
    refuses, pieces = len(meant) < len(pieces), meant
    pieces, corrects, amended = _taken_back(pieces)
    goods, said = _goods(pieces, settle)
    op = _operation(clause, pieces)
    op = "set" if op == "put" and (corrects or refuses or amended is not None) else op
    return Instruction(clause, op, goods, said, corrects=corrects, everything=everything, instead_of=amended)


def _operation(clause: Clause, pieces: Sequence[Piece]) -> str:
    marks = [p for p in pieces if isinstance(p, Mark)]
    roles = frozenset().union(*(mark.roles for mark in marks))
    if Role.SET in roles and not clause.summed and _adds_by_also_alone(clause, marks):
        return "remove" if Role.REMOVE in roles else "reduce" if Role.REDUCE in roles else "set"
    for role, operation in _OPERATIONS.items():
        if role in roles:
            return operation
    if Role.NOT in roles and any(isinstance(p, Mention) for p in pieces):
        return "put" if isinstance(pieces[-1], LooseUnit) else "remove"  # "lux dozen nahi peti" lacks a number
    if _begins_with_more(clause):
        return "add"
    return "add" if clause.and_after or (clause.and_before and clause.start <= 1) else "put"


def _adds_by_also_alone(clause: Clause, marks: Sequence[Mark]) -> bool:
    """ "Pepsi bhi 2 peti kar do": pepsi too shall be two cases; nothing is added to what it was."""
    adding = [at for mark in marks if Role.ADD in mark.roles for at in range(mark.start, mark.end)]
    return bool(adding) and all(clause.tokens[at - clause.start].text in particles.ALSO for at in adding)


def _begins_with_more(clause: Clause) -> bool:
    """ "Ek aur lux": an "aur" that joins nothing."""
    return any(token.text in particles.MORE for token in clause.tokens[1:-1])


def _goods(pieces: Sequence[Piece], settle: Settle) -> tuple[list[Goods], Goods | None]:
    """The named goods; or what was said without naming any."""
    if any(isinstance(piece, Mention) for piece in pieces):
        return share(pieces, settle), None
    said = Goods(
        NOBODY,
        [piece for piece in pieces if isinstance(piece, Amount)],
        [piece for piece in pieces if isinstance(piece, Feature)],
        [piece.unit for piece in pieces if isinstance(piece, LooseUnit)],
        next((piece.place for piece in pieces if isinstance(piece, LinePlace)), None),
    )
    return [], said if said.says_something else None


def _replacement(clause: Clause, pieces: list[Piece]) -> tuple[list[Piece] | None, list[Piece]]:
    """What gives way and what comes instead: "X ki jagah Y", "Y instead of X", "X nahi Y"."""
    for at, piece in enumerate(pieces):
        if not isinstance(piece, Mark):
            continue
        before, after = pieces[:at], pieces[at + 1 :]
        if Role.REJECTS in piece.roles and _names_both(before, after):
            return after, before
        if Role.SWAP in piece.roles and (cut := _what_comes_in(clause, after)) is not None:
            return after[:cut], after[cut:]
        if Role.REPLACE in piece.roles and _says_something(before) and _says_something(after):
            return before, after
        if Role.REPLACE_AFTER in piece.roles and _says_something(after):
            return _english_order(before, after)
        if _swaps(piece, before, after):
            return before, after
    return None, pieces


def _names_both(before: Sequence[Piece], after: Sequence[Piece]) -> bool:
    """ "Sprite 3 peti not pepsi", though not "5 kg not 3 kg sugar"."""
    return all(any(isinstance(piece, Mention) for piece in part) for part in (before, after))


def _without_refused(pieces: list[Piece]) -> list[Piece]:
    """ "5 kg not 3 kg sugar": what stands behind the English no is not meant; its unit holds if no other is said."""
    at = next((i for i, piece in enumerate(pieces) if isinstance(piece, Mark) and Role.REJECTS in piece.roles), None)
    if at is None or at + 1 >= len(pieces):
        return pieces
    meant, refused = pieces[:at], pieces[at + 1]
    kept = next(
        (i for i in range(at - 1, -1, -1) if isinstance(refused, Amount) and _same_sort(meant[i], refused)), None
    )
    if kept is None or not isinstance(refused, Amount):
        return pieces
    amount = meant[kept]
    if isinstance(amount, Amount) and amount.is_bare:
        meant[kept] = replace(amount, unit=refused.unit)
    return meant + pieces[at + 2 :]


def _what_comes_in(clause: Clause, after: list[Piece]) -> int | None:
    """Where "with" or "to" divides what follows "replace" or "change"; None if it does not."""
    for at, piece in enumerate(after[1:], start=1):
        between = clause.marks[after[at - 1].end - clause.start : piece.start - clause.start]
        if any(Role.INTO in roles for roles in between) and _says_something(after[:at]):
            return at
    return None


def _english_order(before: list[Piece], after: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """ "Y instead of X", or "instead of X send Y": the first thing named after the words gives way."""
    if _says_something(before):
        return after, before
    ends = [at for at, piece in enumerate(after) if isinstance(piece, Mark) and at]
    cut = ends[0] if ends else next((at for at, p in enumerate(after) if isinstance(p, Mention) and at), len(after))
    return after[:cut], after[cut:]


def _swaps(mark: Mark, before: list[Piece], after: list[Piece]) -> bool:
    """ "coke nahi pepsi": a no between two names (and not "nahi chahiye", which removes)."""
    if not mark.roles & {Role.NOT, Role.CORRECTION} or Role.REMOVE in mark.roles or not after:
        return False
    known = [p for p in before if isinstance(p, Mention) and not p.is_stranger]
    following = next((p for p in after if not isinstance(p, Mark)), None)
    if isinstance(following, Amount):
        following = next((p for p in after if isinstance(p, Mention)), None)
    return bool(known) and isinstance(following, Mention) and following.words != known[-1].words


def _says_something(pieces: Sequence[Piece]) -> bool:
    return any(isinstance(piece, Mention | Amount | Feature | LinePlace) for piece in pieces)


def _taken_back(pieces: list[Piece]) -> tuple[list[Piece], bool, Amount | None]:
    """ "2 dozen nahi 3 dozen": the amount before a correction is dropped; its unit stays if none is said again.

    Also whether something said in an earlier clause is corrected, and what of this one was.
    """
    found: list[Piece] = []
    corrects = pending = False
    amended: Amount | None = None
    for piece in pieces:
        if isinstance(piece, Mark) and piece.roles & {Role.NOT, Role.CORRECTION} and Role.REMOVE not in piece.roles:
            pending = True
            found.append(piece)
            continue
        if pending and isinstance(piece, Amount):
            instead, dropped = _instead(found, piece)
            found = [p for p in found if not (isinstance(p, Mark) and p.roles & {Role.NOT, Role.CORRECTION})] + [
                instead
            ]
            corrects, amended, pending = corrects or dropped is None, dropped or amended, False
            continue
        found.append(piece)
    return found, corrects, amended


def _instead(found: list[Piece], new: Amount) -> tuple[Amount, Amount | None]:
    """Drops the amount that the new one corrects; the new one, with the old unit if it says none, and the old."""
    at = next((i for i in range(len(found) - 1, -1, -1) if _same_sort(found[i], new)), None)
    if at is None:
        return new, None
    old = found.pop(at)
    if not isinstance(old, Amount):
        return new, None
    return (replace(new, unit=old.unit) if new.is_bare and old.form is Form.PLAIN else new), old


def _same_sort(old: Piece, new: Amount) -> bool:
    if not isinstance(old, Amount):
        return False
    if new.is_bare or old.is_bare:
        return old.form is new.form
    return old.form is new.form and old.is_measure == new.is_measure
