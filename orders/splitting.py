"""The part of an order that fits into the credit that is left; worked out before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from credit.guardrails import Verdict
from orders import drafting, fitting
from orders.catalogue import Catalogue
from orders.order import Order
from orders.quotes import Wanted, base_milli
from orders.terms import THOUSANDTHS
from orders.understanding.facts import CartLine


@dataclass(frozen=True, slots=True)
class Basket:
    """What of an order fits into the credit that is left, and what that comes to."""

    wanted: tuple[Wanted, ...]
    names: tuple[str, ...]
    total_minor: int

    def lines(self, goods: Catalogue) -> list[CartLine]:
        """As a list's lines."""
        return [_line(wish, goods) for wish in self.wanted]


def basket(session: Session, order: Order, goods: Catalogue, verdict: Verdict) -> Basket | None:
    """The largest part of the order that credit covers, from its top; None when none is, or a payment is due first."""
    most_minor = verdict.helps.trim_to_minor
    if not most_minor or any(line.sku not in goods.products for line in order.lines):
        return None
    at = drafting.standing(session, order.retailer_id)

    def price(wanted: Sequence[Wanted]) -> int:
        return drafting.price(session, at, wanted).quote.total_minor

    found = fitting.within(goods, drafting.wishes(order), most_minor, price)
    if not found or price(found) < (goods.rules.min_order_minor or 1):
        return None
    return Basket(tuple(found), tuple(goods.product(wish.sku).name for wish in found), price(found))


def _line(wish: Wanted, goods: Catalogue) -> CartLine:
    _, base_qty_milli = base_milli(goods.product(wish.sku), wish)
    return CartLine(wish.sku, Decimal(wish.qty), wish.unit, Decimal(base_qty_milli) / THOUSANDTHS)
