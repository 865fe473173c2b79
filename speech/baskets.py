"""An order that credit does not cover: what of it fits, what is left out, and paying what is missing."""

from decimal import Decimal

from bot.flow import Choice, Reply
from bot.markup import plain
from core.i18n import _, format_money, isolate
from orders.order import Order
from orders.splitting import Basket
from speech import wording

MAX_NAMED = 5


def what_fits(order: Order, fitted: Basket) -> str:
    """The proposed basket in one line."""
    named = [
        f"{isolate(plain(name))} {wording.quantity(wish.qty, wish.unit)}"
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
