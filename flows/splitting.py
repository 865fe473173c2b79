"""An order that credit does not cover: the part that fits, and paying what is missing; said before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.flow import Choice, Reply
from bot.markup import plain
from core.i18n import _, format_money, isolate
from credit.guardrails import Verdict
from notices import wording
from orders import drafting, fitting
from orders.catalogue import Catalogue
from orders.order import Order
from orders.quotes import Wanted, base_milli
from orders.terms import THOUSANDTHS
from orders.understanding.facts import CartLine

MAX_NAMED = 5


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
    return Basket(tuple(found), tuple(plain(goods.product(wish.sku).name) for wish in found), price(found))


def what_fits(order: Order, fitted: Basket) -> str:
    """The proposed basket in one line."""
    named = [
        f"{isolate(name)} {wording.quantity(wish.qty, wish.unit)}"
        for wish, name in zip(fitted.wanted, fitted.names, strict=True)
    ]
    listed = wording.joined(wording.shortened(named, MAX_NAMED))
    facts = {"basket": listed, "amount": format_money(fitted.total_minor, order.currency)}
    return _("What fits into your credit now: %(basket)s, in all %(amount)s.", **facts)


def left_out(order: Order, fitted: Basket) -> str:
    """What of the order is less or gone in the part that fits."""
    kept = {wish.sku: wish for wish in fitted.wanted}
    changed = []
    for line in order.lines:
        wish, name = kept.get(line.sku), isolate(plain(line.name))
        before = wording.quantity(line.qty, line.unit)
        if wish is None:
            changed.append(_("without %(name)s (%(before)s)", name=name, before=before))
        elif (wish.qty, wish.unit) != (line.qty, line.unit):
            now = wording.quantity(wish.qty, wish.unit)
            changed.append(_("%(name)s: %(now)s instead of %(before)s", name=name, now=now, before=before))
    return wording.titled(_("To fit your credit"), wording.shortened(changed, MAX_NAMED))


def how_to_pay(order: Order, pay_minor: int) -> Reply:
    """The order waits for so much; it goes on by itself when the money is booked."""
    amount = format_money(pay_minor, order.currency)
    text = _(
        "Your order is kept. Pay %(amount)s by UPI, cash or bank: as soon as we have booked it, the order goes on by"
        " itself and you hear of it here.",
        amount=amount,
    )
    code = Choice(_("UPI code"), "chosen", str(Decimal(pay_minor) / 100), flow="pay")
    return Reply(text, (code,))


def _line(wish: Wanted, goods: Catalogue) -> CartLine:
    _, base_qty_milli = base_milli(goods.product(wish.sku), wish)
    return CartLine(wish.sku, Decimal(wish.qty), wish.unit, Decimal(base_qty_milli) / THOUSANDTHS)
