"""How much of one item: an amount turned into the item's own unit and an exact base quantity.

Refuses, by returning the reason to ask, whatever could not be packed: units the item is not sold in, half pieces,
nothing, absurdly many, or two quantities that disagree.
"""

from dataclasses import dataclass
from decimal import Decimal

from orders.understanding.elements import Amount
from orders.understanding.items import Item
from orders.understanding.units import MEASURES, Size, Unit, size_of

MAX_UNITS = Decimal(9_999)
_FINEST = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Quantity:
    """So many of a unit, and what that is in base units."""

    qty: Decimal
    unit: str
    base_qty: Decimal


def counted(item: Item, value: Decimal, unit: Unit | None) -> Quantity | str:
    """A number of a pack unit (None: the item's default unit) of this item, or the reason to ask."""
    worth = item.worth(unit)
    if worth is None:
        return "unit_unknown"
    name, each = worth
    return _checked(item, Quantity(value, name, value * each))


def measured(item: Item, size: Size) -> Quantity | str:
    """A weight or volume of loose goods, or the reason to ask."""
    if size.unit in item.units:
        return counted(item, size.written, Unit(size.unit, size.unit))
    base = item.measured(size)
    return "unit_unknown" if base is None else _checked(item, Quantity(base, item.base_unit, base))


def packs_of(item: Item, size: Size) -> Quantity | str | None:
    """Whole packs that make up a weight ("5 kilo" of a 1 kg pack); None if they do not."""
    if item.size is None or item.size.dimension != size.dimension or not item.size.worth:
        return None
    packs = size.worth / item.size.worth
    return _checked(item, Quantity(packs, item.base_unit, packs)) if packs == int(packs) and packs > 1 else None


def agreed(item: Item, amounts: list[Amount]) -> Quantity | str:
    """The one quantity that all these amounts say ("1 box, 24 pc" of a box of 24), or the reason to ask."""
    found: list[Quantity] = []
    for amount in amounts:
        quantity = counted(item, amount.value, amount.unit)
        if isinstance(quantity, str):
            return quantity
        found.append(quantity)
    if not found:
        return "qty_missing"
    return found[0] if len({quantity.base_qty for quantity in found}) == 1 else "two_quantities"


def as_size(amount: Amount) -> Size | None:
    """The weight or volume an amount says."""
    return size_of(amount.value, amount.unit.name) if amount.unit is not None else None


def _checked(item: Item, quantity: Quantity) -> Quantity | str:
    if quantity.base_qty <= 0:
        return "qty_zero"
    if quantity.qty > MAX_UNITS:
        return "qty_too_large"
    step = _FINEST if item.base_unit in MEASURES else Decimal(1)
    return quantity if quantity.base_qty % step == 0 else "qty_not_whole"
