"""How a product is sold: smallest quantity, packs, prices by class and quantity, free goods. Pure.

Quantities are whole base units (a case of 24 pieces is 24). What a person asks for in any unit is measured in these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

EVERYBODY = ""  # the price class of shops that have none
THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of a base unit for one class of shops, from a quantity on."""

    price_class: str
    from_qty: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """So many base units free for every so many bought."""

    buy: int
    free: int


@dataclass(frozen=True, slots=True)
class SellingTerms:
    """The terms of one product on one day. `stocked` goods are counted and reserved."""

    min_qty: int = 1
    multiple: int = 1
    rates: tuple[Rate, ...] = ()
    scheme: Scheme | None = None
    stocked: bool = False

    @property
    def is_plain(self) -> bool:
        """True when any quantity is sold."""
        return self.min_qty <= 1 and self.multiple <= 1


PLAIN = SellingTerms()


def price_for(terms: SellingTerms, price_class: str, base_qty_milli: int, usual_minor: int) -> int:
    """The price of a base unit: the highest step that is reached. A class with rates of its own has those alone."""
    own = [rate for rate in terms.rates if rate.price_class == price_class]
    steps = own or [rate for rate in terms.rates if rate.price_class == EVERYBODY]
    reached = [rate for rate in steps if rate.from_qty * THOUSANDTHS <= base_qty_milli]
    return max(reached, key=lambda rate: rate.from_qty).price_minor if reached else usual_minor


def next_step(terms: SellingTerms, price_class: str, base_qty_milli: int, price_minor: int) -> Rate | None:
    """The next quantity from which the goods cost less than now."""
    own = [rate for rate in terms.rates if rate.price_class == price_class]
    steps = own or [rate for rate in terms.rates if rate.price_class == EVERYBODY]
    ahead = [rate for rate in steps if rate.from_qty * THOUSANDTHS > base_qty_milli and rate.price_minor < price_minor]
    return min(ahead, key=lambda rate: rate.from_qty) if ahead else None


def free_milli(terms: SellingTerms, base_qty_milli: int) -> int:
    """What comes free with a quantity, in thousandths of a base unit."""
    if terms.scheme is None:
        return 0
    return base_qty_milli // (terms.scheme.buy * THOUSANDTHS) * terms.scheme.free * THOUSANDTHS


def fits(terms: SellingTerms, base_qty_milli: int) -> bool:
    """True when this quantity is sold."""
    if terms.is_plain:
        return base_qty_milli > 0
    return base_qty_milli >= terms.min_qty * THOUSANDTHS and _is_packed(terms, base_qty_milli)


def _is_packed(terms: SellingTerms, base_qty_milli: int) -> bool:
    return terms.multiple == 1 or base_qty_milli % (terms.multiple * THOUSANDTHS) == 0


def smallest(terms: SellingTerms) -> int:
    """The smallest quantity that is sold, in base units."""
    return -(-terms.min_qty // terms.multiple) * terms.multiple


def proposals(terms: SellingTerms, base_qty_milli: int) -> tuple[int, ...]:
    """The sold quantities next to one that is not: the one below, if any, and the one above, in base units."""
    pack, least = terms.multiple, smallest(terms)
    below = base_qty_milli // (pack * THOUSANDTHS) * pack
    if below < least:
        return (least,)
    return (below, below + pack)


def most_within(terms: SellingTerms, available_milli: int, grain_milli: int = THOUSANDTHS) -> int:
    """The largest sold quantity that, with what comes free, is available; thousandths of a base unit, 0 = none.

    `grain_milli` is the finest part that is handed over: 1 for what is weighed.
    """
    step = grain_milli if terms.multiple == 1 else terms.multiple * THOUSANDTHS
    low, high = 0, available_milli // step
    while low < high:
        middle = (low + high + 1) // 2
        if middle * step + free_milli(terms, middle * step) <= available_milli:
            low = middle
        else:
            high = middle - 1
    found = low * step
    return found if fits(terms, found) else 0


def as_rates(given: Sequence[Any]) -> tuple[Rate, ...]:
    """Rates as the database keeps them: `[class, from, price in minor units]`."""
    return tuple(Rate(price_class, from_qty, price_minor) for price_class, from_qty, price_minor in given)
