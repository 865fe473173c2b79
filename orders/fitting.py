"""A smaller order that fits into an amount: the list from its top, each product as much as there is room for. Pure.

What was typed first is kept first. The price of every trial is asked anew, since less may cost more a piece.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from math import ceil

from orders import terms
from orders.catalogue import Catalogue, ProductOnSale
from orders.quotes import Wanted, base_milli

Price = Callable[[Sequence[Wanted]], int]  # what wishes come to, in minor units
MAX_TRIMMED = 5  # products; behind these a product is kept whole or left out


def within(catalogue: Catalogue, wanted: Sequence[Wanted], most_minor: int, price: Price) -> list[Wanted]:
    """What of the wishes comes to at most this much; nothing when nothing does."""
    kept: list[Wanted] = []
    trimmed = 0
    for wish in wanted:
        if price([*kept, wish]) <= most_minor:
            kept.append(wish)
        elif trimmed < MAX_TRIMMED:
            trimmed += 1
            kept += _largest(catalogue.product(wish.sku), wish, partial(_has_room, tuple(kept), most_minor, price))
    return kept


def _has_room(kept: Sequence[Wanted], most_minor: int, price: Price, wish: Wanted) -> bool:
    return price([*kept, wish]) <= most_minor


def _largest(product: ProductOnSale, wish: Wanted, fits: Callable[[Wanted], bool]) -> list[Wanted]:
    """The largest part of a wish that fits: in its own unit if any of that does, else in packs or base units."""
    for steps in _ways(product, wish):
        low, high = 0, len(steps)
        while low < high:
            middle = (low + high) // 2
            if fits(Wanted(product.sku, steps[middle], steps.unit)):
                low = middle + 1
            else:
                high = middle
        if low:
            return [Wanted(product.sku, steps[low - 1], steps.unit)]
    return []


class _Steps:
    """Quantities of one unit from the smallest that is sold up to below the wish, by place."""

    def __init__(self, unit: str, first: int, step: int, below: Decimal) -> None:
        self.unit, self.first, self.step = unit, first, step
        self.count = max(0, ceil((below - first) / step))

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place: int) -> int:
        return self.first + place * self.step


def _ways(product: ProductOnSale, wish: Wanted) -> Iterator[_Steps]:
    size, own = product.units[wish.unit], product.terms
    _, base_qty_milli = base_milli(product, wish)
    if (size % own.multiple) == 0:
        yield _Steps(wish.unit, max(1, -(-own.min_qty // size)), 1, Decimal(wish.qty))
    below = Decimal(base_qty_milli) / terms.THOUSANDTHS
    yield _Steps(product.base_unit, terms.smallest(own), own.multiple, below)
