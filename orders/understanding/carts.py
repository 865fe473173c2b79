"""A cart as values: lines are set, added to, reduced, removed and replaced; every change gives a new cart."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orders.understanding.facts import CartLine, Question, ReadLine
from orders.understanding.index import Index
from orders.understanding.quantities import MAX_UNITS

Cart = tuple[CartLine, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The cart after one change, the line to report (None for a removal) and what left the cart."""

    cart: Cart
    line: ReadLine | None = None
    removed: tuple[str, ...] = ()


def find(cart: Cart, sku: str | None) -> CartLine | None:
    """The cart's line of this item."""
    return next((line for line in cart if line.sku == sku), None)


def put(cart: Cart, line: ReadLine) -> Cart:
    """The cart with this line in its old place, or at the end."""
    new = CartLine(line.sku, line.qty, line.unit, line.base_qty)
    if find(cart, line.sku) is None:
        return (*cart, new)
    return tuple(new if old.sku == line.sku else old for old in cart)


def removed(cart: Cart, skus: Sequence[str]) -> Change:
    """The cart without these items."""
    return Change(tuple(line for line in cart if line.sku not in skus), None, tuple(skus))


def added(index: Index, cart: Cart, line: ReadLine) -> Change | Question:
    """The cart with so much more of the item; the reported line says how much was added. Asks about absurdly much."""
    old = find(cart, line.sku)
    total = line if old is None else _line(index, old, old.base_qty + line.base_qty, line)
    return _too_many(line) if total.qty > MAX_UNITS else Change(put(cart, total), _with_op(line, "add"))


def reduced(index: Index, cart: Cart, line: ReadLine) -> Change | Question | None:
    """The cart with so much less of the item; None if that leaves nothing. Asks about absurdly many pieces."""
    old = find(cart, line.sku)
    if old is None or old.base_qty <= line.base_qty:
        return None
    less = _with_op(_line(index, old, old.base_qty - line.base_qty, line), "reduce")
    return _too_many(line) if less.qty > MAX_UNITS else Change(put(cart, less), less)


def replaced(cart: Cart, sku: str, line: ReadLine) -> Change:
    """The cart with the line in the place of another item."""
    rest = tuple(old for old in cart if old.sku != line.sku or old.sku == sku)
    new = CartLine(line.sku, line.qty, line.unit, line.base_qty)
    return Change(tuple(new if old.sku == sku else old for old in rest), _with_op(line, "replace"), (sku,))


def _line(index: Index, old: CartLine, base_qty: Decimal, said: ReadLine) -> ReadLine:
    """So many base units of the item, in the cart's unit if that stays exact to a quarter, else in the base unit."""
    item = index.by_sku[old.sku]
    for unit in (old.unit, said.unit):
        worth = item.units.get(unit)
        if worth and (base_qty / worth) % Decimal("0.25") == 0:
            return ReadLine(old.sku, base_qty / worth, unit, base_qty, said.span, said.reason)
    return ReadLine(old.sku, base_qty, item.base_unit, base_qty, said.span, said.reason)


def _too_many(line: ReadLine) -> Question:
    return Question("qty_too_large", line.span, None, None, (line.sku,))


def _with_op(line: ReadLine, op: str) -> ReadLine:
    return ReadLine(line.sku, line.qty, line.unit, line.base_qty, line.span, line.reason, op)
