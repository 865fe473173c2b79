"""Where the latest orders stand."""

from bot import words
from bot.flow import END, START, Flow, go
from bot.ingress import Message
from core.i18n import N_, _, format_day, format_money, isolate
from flows import wording
from orders import listing
from orders.order import Order

MAX_SHOWN = 5
MAX_LOOKED_AT = 20  # lists that were dropped have no number and are not shown

WORDS = words.meanings(
    {
        "status": "status, order status, my orders, my order, orders, mera order, mere order, order kahan hai,"
        " order kab aayega, kab aayega, where is my order, स्टेटस, मेरे ऑर्डर, मेरा ऑर्डर, ऑर्डर कहाँ है,"
        " ऑर्डर कब आएगा, سٹیٹس, میرے آرڈر, میرا آرڈر, آرڈر کہاں ہے, آرڈر کب آئے گا"
    }
)
STATUSES = {
    "confirmed": N_("placed, being packed"),
    "dispatched": N_("sent and billed"),
    "cancelled": N_("cancelled"),
}


class MyOrders(Flow):
    name = "my_orders"
    menu_label = N_("My orders")
    menu_rank = 40
    transitions = [go("opened", START, END, say="show")]

    def recognise(self, message: Message) -> str | None:
        return "opened" if message.folded in WORDS else None

    def show(self) -> None:
        latest = listing.page(self.session, retailer_id=self.turn.shop.id, limit=MAX_LOOKED_AT)
        shown = [describe(order) for order in latest if order.number and order.status in STATUSES][:MAX_SHOWN]
        if shown:
            self.say(wording.titled(_("Your latest orders"), shown))
        else:
            self.say(_("You have no orders yet. Type what you need to begin."))


def describe(order: Order) -> str:
    """One order on one line."""
    return _(
        "%(number)s of %(day)s: %(amount)s, %(status)s",
        number=isolate(order.number or ""),
        day=format_day(order.created_at.date()),
        amount=format_money(order.total_minor, order.currency),
        status=_(STATUSES[order.status]),
    )
