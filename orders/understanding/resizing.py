"""Another size of what the list has: "2 litre wali", "500 nahi 250", "badi kar do", with no name beside it.

It takes the place of the line that was mentioned last and keeps its quantity. Where it cannot be told which size is
meant, or whether a number is a size at all, it is asked: the old size is never left for a yes to place.
"""

from orders.understanding import carts
from orders.understanding.carts import Change
from orders.understanding.desk import Desk
from orders.understanding.elements import Amount, Form, Goods
from orders.understanding.facts import CartLine, Question, ReadLine, Unsold
from orders.understanding.gathering import Gathered, quote
from orders.understanding.items import Item
from orders.understanding.naming import in_family
from orders.understanding.settling import fits
from orders.understanding.statements import NOBODY
from orders.understanding.units import Unit

Result = Change | Question | Unsold
_ABOUT_SIZES = ("size_or_quantity", "size_unknown")
_LIKELY_SIZE = 100  # a bare number below it is how many


def resized(desk: Desk, entry: Gathered) -> Result | None:
    """The line in the other size, or the question which; None where no size of it is named."""
    said = _said(entry)
    line = _line_of_size(desk, said) if said is not None else None
    if said is None or line is None:
        return None
    sizes = [amount for amount in said.amounts if any(fits(item, amount) for item in _family(desk, line))]
    if not said.features and not any(_is_surely_a_size(desk, line, entry, amount) for amount in sizes):
        return _which(desk, line, said) if any(amount.value >= _LIKELY_SIZE for amount in sizes) else None
    kept = Amount(0, 0, line.qty, Unit(line.unit, line.unit), bound=True)
    mention = in_family(desk.index, desk.mention([line], said.mention))
    outcome = desk.settle(Goods(mention, [*said.amounts, kept], said.features))
    if not isinstance(outcome, ReadLine):
        return _which(desk, line, said)
    if outcome.sku == line.sku:
        return Change(desk.cart, outcome)
    return carts.replaced(desk.cart, line.sku, outcome)


def _line_of_size(desk: Desk, said: Goods) -> CartLine | None:
    """The line mentioned last, if it comes in such a size; else the only line of the list that does."""
    coming = [line for line in desk.lines if _comes_in(_family(desk, line), said)]
    last = desk.line()
    return last if last in coming else coming[0] if len(coming) == 1 else None


def _comes_in(family: list[Item], said: Goods) -> bool:
    if any(item.loose for item in family):
        return False
    sized = any(fits(item, amount) for item in family for amount in said.amounts)
    return sized or (bool(said.features) and len(family) > 1)


def which_size(desk: Desk, entry: Gathered, result: Result) -> Result:
    """A size that fits nothing is asked about with what there is, instead of being left unread or told as unsold."""
    said = _said(entry)
    if said is None:
        return result
    line = desk.line()
    lost = isinstance(result, Unsold) or (
        isinstance(result, Question) and (not result.candidates or result.reason in _ABOUT_SIZES)
    )
    if not lost or not (said.features or any(map(_describes, said.amounts))):
        return result
    if line is None:
        return Question("target_missing", quote(said, desk.settle), None, None, tuple(one.sku for one in desk.lines))
    return _which(desk, line, said)


def _said(entry: Gathered) -> Goods | None:
    """What was said without a name, if it counts nothing and takes nothing away."""
    said = entry.statement.said
    if entry.goods is not None or said is None or entry.op not in ("put", "set") or said.place is not None:
        return None
    return None if any(amount.counts_packs or amount.vague or amount.unclear for amount in said.amounts) else said


def _describes(amount: Amount) -> bool:
    return amount.is_measure or amount.form is Form.PRICE


def _is_surely_a_size(desk: Desk, line: CartLine, entry: Gathered, amount: Amount) -> bool:
    """It has a measure or "wala"; or it stands against another size: "500 nahi 250"."""
    before = entry.statement.instead_of
    return _describes(amount) or (before is not None and any(fits(item, before) for item in _family(desk, line)))


def _family(desk: Desk, line: CartLine) -> list[Item]:
    mention = in_family(desk.index, desk.mention([line], NOBODY))
    return [desk.index.items[at] for at in sorted(mention.items or mention.cover)]


def _which(desk: Desk, line: CartLine, said: Goods) -> Question:
    skus = tuple(item.sku for item in _family(desk, line))
    return Question("size_or_quantity", quote(said, desk.settle), line.qty, line.unit, skus)
