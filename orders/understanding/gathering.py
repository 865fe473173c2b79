"""The statements of a whole message, put together: what one clause leaves open, the next may complete.

"thumsup 500ml 1 case, 2ltr 1 case" carries the name over; "maggi 12 wala / 2 box" on two lines is one item;
"lux 2 dozen, sorry 3 dozen" takes the first quantity back. Of an item ordered twice the last word wins only where it
corrects the first; otherwise nobody can tell the sum from a slip, and it is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from language.numbers import number_at
from language.roles import Role
from orders.understanding.clauses import Clause
from orders.understanding.elements import Amount, Goods
from orders.understanding.facts import Question, ReadLine, Unsold
from orders.understanding.index import Index
from orders.understanding.naming import in_family
from orders.understanding.settling import Outcome
from orders.understanding.sharing import Settle
from orders.understanding.statements import Instruction

TWICE = "item_twice"


@dataclass(slots=True)
class Gathered:
    """Goods with their outcome and the statement they came from; no goods: only an amount, for whoever knows a cart."""

    statement: Instruction
    goods: Goods | None
    outcome: Outcome | None
    corrects: bool = False

    @property
    def op(self) -> str:
        return self.statement.op


def gather(index: Index, statements: Sequence[Instruction], settle: Settle, talk: Sequence[int] = ()) -> list[Gathered]:
    """The entries of a message in order. `talk`: where something else was said, over which nothing is completed."""
    entries: list[Gathered] = []
    held: Goods | None = None
    for statement in statements:
        if statement.goods:
            goods = list(statement.goods)
            if statement.op == "replace" and statement.replaced is not None:
                goods[0] = _in_place_of(entries, statement.replaced, goods[0], settle)
            if held is not None and (not goods[0].amounts or statement.clause.and_before):
                goods[0] = goods[0].having(_doubtful(held) if goods[0].amounts else held)
                entries.pop()
            entries += [Gathered(statement, part, settle(part)) for part in goods]
            held = None
        elif statement.said is not None:
            apart = bool(entries) and _is_between(talk, entries[-1].statement, statement)
            refused = not apart and _only_refuses(entries, statement.clause, statement.said)
            if not refused and (apart or not _completes(index, entries, statement, statement.said, settle)):
                entries.append(Gathered(statement, None, None))
                held = statement.said if statement.op == "put" else None
        elif statement.op in ("remove", "reduce"):
            entries.append(Gathered(statement, None, None))
    _share_each(entries, settle)
    _mark_corrections(entries, statements)
    return _chosen_among(entries)


def _only_refuses(entries: Sequence[Gathered], clause: Clause, said: Goods) -> bool:
    """ "Lux 3 dozen, 2 nahi", "sugar 5 kg, not 3": an amount that nobody said before is not what is meant."""
    line = entries[-1].outcome if entries else None
    if not isinstance(line, ReadLine) or len(said.amounts) != 1 or said.features:
        return False
    refused = Role.NOT in clause.marks[-1] or Role.REJECTS in clause.marks[0]
    return refused and Role.REMOVE not in clause.roles and line.qty != said.amounts[0].value


def _chosen_among(entries: list[Gathered]) -> list[Gathered]:
    """ "2 peti sprite ya 2 peti pepsi": one question which of them, that keeps the quantity if there is only one."""
    choices = {at for entry in entries for at in _choices(entry.statement.clause)}
    found: list[Gathered] = []
    for entry in entries:
        last = found[-1] if choices and found else None
        if last is not None and _are_alternatives(last, entry, choices):
            last.outcome, last.goods = _either(last.outcome, entry.outcome), entry.goods
        else:
            found.append(entry)
    return found


def _choices(clause: Clause) -> list[int]:
    """Where "ya" stands between goods; between two numbers it makes a range."""
    return [
        clause.start + at
        for at, roles in enumerate(clause.marks)
        if Role.CHOICE in roles and not (at and number_at(clause.tokens, at - 1) and number_at(clause.tokens, at + 1))
    ]


def _are_alternatives(last: Gathered, entry: Gathered, choices: set[int]) -> bool:
    if last.goods is None or entry.goods is None or "remove" in (last.op, entry.op):
        return False
    between = range(last.goods.mention.end, entry.goods.mention.start)
    return any(at in choices for at in between)


def _either(*outcomes: Outcome | None) -> Question:
    told = [one for one in outcomes if isinstance(one, ReadLine | Question)]
    said = {(one.qty, one.unit) for one in told if one.qty is not None}
    qty, unit = said.pop() if len(said) == 1 else (None, None)
    texts = [one.span if isinstance(one, ReadLine) else one.text for one in outcomes if one is not None]
    skus = [sku for one in told for sku in ((one.sku,) if isinstance(one, ReadLine) else one.candidates)]
    return Question("choose_one", " / ".join(filter(None, texts)), qty, unit, tuple(dict.fromkeys(skus)))


def _doubtful(said: Goods) -> Goods:
    """ "1 peti aur 6 bottle sprite": a sum that is not ours to make."""
    return replace(said, amounts=[replace(amount, vague=True, unclear=True) for amount in said.amounts])


def _is_between(talk: Sequence[int], before: Instruction, after: Instruction) -> bool:
    return any(before.clause.start < at < after.clause.start for at in talk)


def _in_place_of(entries: list[Gathered], replaced: Goods, goods: Goods, settle: Settle) -> Goods:
    """The goods with the quantity of what they replace in the same message, which leaves the entries."""
    gone = Gathered(entries[-1].statement, replaced, settle(replaced)) if entries else None
    amounts = list(replaced.amounts)
    for entry in [e for e in entries if gone is not None and e.outcome is not None and _names(gone, e.outcome)]:
        entries.remove(entry)
        amounts += entry.goods.amounts if entry.goods is not None else []
    counted = [amount for amount in amounts if amount.counts_packs]
    has_its_own = any(amount.counts_packs for amount in goods.amounts)
    return goods if has_its_own else Goods(goods.mention, goods.amounts + counted[-1:], goods.features, goods.units)


def _completes(index: Index, entries: list[Gathered], statement: Instruction, said: Goods, settle: Settle) -> bool:
    """Does what was said belong to the goods named last? Then the entries are brought up to date."""
    last = entries[-1] if entries else None
    if last is None or last.goods is None or last.goods.mention.is_stranger or said.place is not None:
        return False
    amended = _amends(last, statement, said, settle)
    if amended is not None:
        return amended
    if not isinstance(last.outcome, ReadLine):
        together = last.goods.having(said)
        outcome = settle(together)
        if isinstance(outcome, ReadLine) or not said.amounts or _is_closer(last.outcome, outcome):
            if _asks_for_more(last, statement):
                last.statement = replace(last.statement, op="add")
            last.goods, last.outcome = together, outcome
            return True
    if statement.op in ("reduce", "remove"):
        return False
    return _carries_over(index, entries, statement, last.goods, said, settle)


def _amends(last: Gathered, statement: Instruction, said: Goods, settle: Settle) -> bool | None:
    """Corrects the last amount, or gives it the unit that it lacks ("lux 4 ... dozen"); None if neither is said."""
    if statement.corrects:
        return _corrects(last, said, settle)
    if _was_plainly_refused(last) and said.amounts and statement.op in ("put", "set"):
        last.statement = replace(last.statement, op="set")
        return _corrects(last, said, settle)
    if last.goods is None or last.goods.units or said.amounts or not said.units:
        return None
    last.goods = last.goods.having(said)
    last.outcome = settle(last.goods)
    return True


def _asks_for_more(last: Gathered, statement: Instruction) -> bool:
    """ "Sugar aur 5 kg bhejo": no quantity before "aur", so it means more of it."""
    bare = last.goods is not None and not any(amount.counts_packs for amount in last.goods.amounts)
    return bare and last.op == "put" and statement.op in ("put", "set", "add") and statement.clause.summed


def _was_plainly_refused(entry: Gathered) -> bool:
    """ "sugar 5 kg nahi, 3 kg": the no was about the amount. "Hata do" and "nahi chahiye" are about the goods."""
    return (
        entry.op == "remove"
        and bool(entry.goods and entry.goods.amounts)
        and bool(_corrections(entry.statement.clause))
        and Role.REMOVE not in entry.statement.clause.roles
    )


def _corrects(last: Gathered, said: Goods, settle: Settle) -> bool:
    """The new amounts take the place of the old quantity; sizes that were said stay."""
    if last.goods is None:
        return False
    kept = [amount for amount in last.goods.amounts if not amount.counts_packs]
    unit = next((a.unit for a in last.goods.amounts if a.counts_packs), None)
    new = [replace(amount, unit=unit) if amount.is_bare else amount for amount in said.amounts]
    for amounts in (kept + new, [a for a in kept if not a.is_bare] + new, new):
        goods = Goods(last.goods.mention, amounts, last.goods.features + said.features)
        outcome = settle(goods)
        if isinstance(outcome, ReadLine):
            last.goods, last.outcome = goods, outcome
            return True
    return False


def _is_closer(before: Outcome | None, after: Outcome) -> bool:
    """One question fewer: the quantity is known now, or fewer candidates are left."""
    if not isinstance(before, Question) or not isinstance(after, Question):
        return False
    if after.reason in ("two_quantities", "number_unclear"):
        return False
    return before.qty is None and (after.qty is not None or len(after.candidates) < len(before.candidates))


def _carries_over(
    index: Index, entries: list[Gathered], statement: Instruction, goods: Goods, said: Goods, settle: Settle
) -> bool:
    """The name said last holds for the next size: "coke 500 2 peti, 250 1 peti"; or, failing that, its family."""
    pieces = (*said.amounts, *said.features)
    start = min((piece.start for piece in pieces), default=goods.mention.start)
    mention = replace(goods.mention, start=start, end=start)
    again = Goods(mention, said.amounts, said.features, said.units)
    outcome = settle(again)
    if not isinstance(outcome, ReadLine):
        again = replace(again, mention=in_family(index, mention))
        outcome = settle(again)
    known = {entry.outcome.sku for entry in entries if isinstance(entry.outcome, ReadLine)}
    if isinstance(outcome, ReadLine) and outcome.sku not in known:
        entries.append(Gathered(statement, again, outcome))
        return True
    if isinstance(entries[-1].outcome, ReadLine) and statement.op == "put" and said.amounts:
        question = Question("target_missing", outcome.span) if isinstance(outcome, ReadLine) else outcome
        entries.append(Gathered(statement, again, question))
        return True
    return False


def _share_each(entries: list[Gathered], settle: Settle) -> None:
    """ "coke 500 aur sprite 1-1 peti", "ek ek peti coke 500 aur sprite": for each item beside it that has none.

    Nothing is shared with an item that has its share: amounts that were passed on would double from item to item.
    """
    own = [_each(entry.goods) for entry in entries]
    for at, (entry, each) in enumerate(zip(entries, own, strict=True)):
        if entry.goods is not None and each:
            leads = each[0].start < entry.goods.mention.start
            for other in entries[at + 1 :] if leads else reversed(entries[:at]):
                goods = other.goods
                if goods is None or isinstance(other.outcome, ReadLine) or goods.mention.is_stranger or _each(goods):
                    break
                other.goods = goods.having(Goods(goods.mention, each))
                other.outcome = settle(other.goods)


def _each(goods: Goods | None) -> list[Amount]:
    """Its amounts that are said of every item named beside it: "1-1 peti"."""
    return [amount for amount in goods.amounts if amount.each] if goods is not None else []


def _mark_corrections(entries: Sequence[Gathered], statements: Sequence[Instruction]) -> None:
    """Which entries take back what an earlier one said: a "sorry" or "no" stands between them, or after both.

    "Kar do" makes the quantity exactly this, except after "aur" and "+", where it orders both.
    """
    taken_back = {at for statement in statements for at in _corrections(statement.clause)}
    named = [(entry, entry.goods) for entry in entries if entry.goods is not None]
    for at, (entry, _) in enumerate(named[1:], start=1):
        clause, before = entry.statement.clause, named[at - 1][1].mention.start
        following = named[at + 1] if at + 1 < len(named) else None
        shared = following is not None and following[0].statement.clause is clause
        end = following[1].mention.start if shared and following else clause.start + len(clause.tokens)
        sets = entry.op == "set" and not clause.summed
        entry.corrects = sets or entry.op == "replace" or any(before <= place < end for place in taken_back)


def _corrections(clause: Clause) -> list[int]:
    marks = enumerate(clause.marks, start=clause.start)
    return [at for at, roles in marks if roles & {Role.NOT, Role.CORRECTION} and Role.REMOVE not in roles]


def last_word(entries: Sequence[Gathered], settle: Settle) -> list[Outcome]:
    """The outcomes of a fresh order: corrected, removed and replaced goods are gone, an item named twice is asked."""
    found: list[Outcome] = []
    for entry in entries:
        if entry.op == "remove" and not _takes_off_the_shelf(entry, found):
            found = _taken_out(found, entry, settle)
        elif isinstance(entry.outcome, Unsold) and found and _corrects_by_stranger(entry):
            found[-1:] = [_doubted(found[-1]), entry.outcome]
        elif isinstance(entry.outcome, ReadLine) and entry.op == "reduce" and not any(_names(entry, o) for o in found):
            found.append(Question("not_in_cart", entry.outcome.span, None, None, (entry.outcome.sku,)))
        elif isinstance(entry.outcome, ReadLine):
            found = _with_line(found, entry, entry.outcome)
        elif entry.outcome is not None:
            found.append(entry.outcome)
        elif entry.statement.said is not None and entry.statement.said.amounts:
            found.append(Question("number_unclear", quote(entry.statement.said, settle)))
    return found


def _taken_out(found: list[Outcome], entry: Gathered, settle: Settle) -> list[Outcome]:
    """The outcomes without these goods; "lux 2 dozen rehne do 3 dozen bhejo" says two amounts, and is asked about."""
    if isinstance(entry.outcome, ReadLine) and _removes_in_a_word(entry, found):
        return [*found, Question("verb_unclear", entry.outcome.span, None, None, (entry.outcome.sku,))]
    kept = [outcome for outcome in found if not _names(entry, outcome)]
    said = entry.goods.amounts if entry.goods is not None else []
    counted = [a for a in said if a.counts_packs or (a.is_bare and _corrections(entry.statement.clause))]
    doubted = max(len(counted), sum(a.is_measure for a in said)) > 1 and not isinstance(entry.outcome, Unsold)
    return [*kept, Question("two_quantities", quote(entry.goods, settle))] if doubted and entry.goods else kept


def _removes_in_a_word(entry: Gathered, found: Sequence[Outcome]) -> bool:
    """ "Chini 4 kat" beside other goods and not named before: a removal, or a unit with a typing mistake?"""
    words = sum(Role.REMOVE in roles for roles in entry.statement.clause.marks)
    return words == 1 and not any(_names(entry, outcome) for outcome in found)


def _takes_off_the_shelf(entry: Gathered, found: Sequence[Outcome]) -> bool:
    """ "Bisleri 5 peti nikal do" where bisleri was not named before: taken out of the store, not off a list."""
    counted = entry.goods is not None and bool(entry.goods.amounts)
    return counted and Role.TAKEOUT in entry.statement.clause.roles and not any(_names(entry, o) for o in found)


def _corrects_by_stranger(entry: Gathered) -> bool:
    """ "Sprite 2 peti, nahi zxcv 3 peti": whatever it says, it takes something back."""
    clause = entry.statement.clause
    return bool(entry.goods and any(at < entry.goods.mention.start for at in _corrections(clause)))


def _doubted(outcome: Outcome) -> Outcome:
    if not isinstance(outcome, ReadLine):
        return outcome
    return Question("number_unclear", outcome.span, None, None, (outcome.sku,))


def _with_line(found: list[Outcome], entry: Gathered, line: ReadLine) -> list[Outcome]:
    """The outcomes with this line: in the place of what it corrects, or asked about with what it repeats."""
    if entry.corrects:
        gone = [o for o in found if isinstance(o, ReadLine) and o.sku == line.sku and o.base_qty != line.base_qty]
        line = replace(line, instead=gone[-1].span) if gone and entry.op == "set" else line
        return [o for o in found if not _is_about(o, line.sku)] + [line]
    before = next((o for o in found if _is_about(o, line.sku) and (isinstance(o, ReadLine) or o.reason == TWICE)), None)
    if before is None:
        return [*found, line]
    text = before.span if isinstance(before, ReadLine) else before.text
    return [twice(text, line) if o is before else o for o in found]


def twice(before: str, line: ReadLine) -> Question:
    """What to ask when an item is ordered twice in one message: is it the sum, or the last?"""
    return Question(TWICE, f"{before}, {line.span}", None, None, (line.sku,))


def _is_about(outcome: Outcome, sku: str) -> TypeGuard[ReadLine | Question]:
    if isinstance(outcome, ReadLine):
        return outcome.sku == sku
    return isinstance(outcome, Question) and outcome.candidates == (sku,)


def quote(said: Goods, settle: Settle) -> str:
    """The words of an amount that belongs to nothing."""
    outcome = settle(said)
    return outcome.span if isinstance(outcome, ReadLine) else outcome.text


def _names(entry: Gathered, outcome: Outcome) -> bool:
    """Is the outcome about goods that this entry names?"""
    named = entry.outcome
    if named is None:
        return False
    skus = {named.sku} if isinstance(named, ReadLine) else set(named.candidates)
    return bool(skus & ({outcome.sku} if isinstance(outcome, ReadLine) else set(outcome.candidates)))
