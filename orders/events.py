"""What happens to orders, as values; what follows from each stands in consequences/following.py.

`by_shop` says that it was done in the shop's own chat, which is answered there.
"""

from dataclasses import dataclass

from orders.order import Order


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order was promised to the shop; `was` is the status in which it waited."""

    order: Order
    was: str
    by_shop: bool


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """An order was called off before it left; `was` is its status until then."""

    order: Order
    was: str
    by_shop: bool


@dataclass(frozen=True, slots=True)
class OrderShortened:
    """Less will come of a promised order; `before_minor` is what it came to until then."""

    order: Order
    before_minor: int


@dataclass(frozen=True, slots=True)
class OrderDispatched:
    """The goods left, and the bill was issued."""

    order: Order


@dataclass(frozen=True, slots=True)
class HeldOrderDearer:
    """Credit would cover a held order by now, but it comes to more than the shop said yes to (`agreed_minor`)."""

    order: Order
    agreed_minor: int


@dataclass(frozen=True, slots=True)
class HeldOrderLapsed:
    """An order was held until its time was over."""

    order: Order
