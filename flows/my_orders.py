"""Where the latest orders stand, and one of them with its goods."""

from functools import cached_property

from bot.flow import END, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core.i18n import N_, _, format_day, format_money, isolate
from language import phrases
from language.folding import fold
from language.references import ORDER
from orders import confirmation, listing
from orders.order import CONFIRMED, DISPATCHED, EXPIRED, HELD, Order
from speech import order_facts, quotes, wording

MAX_SHOWN = 5
MAX_LINES = 15
MAX_SEARCHED = 200
MAX_LOOKED_AT = 20  # lists that were dropped have no number and are not shown

WORDS = phrases.that_open(__name__)
STATUSES = {
    HELD: N_("kept, waits for credit"),
    "confirmed": N_("placed, being packed"),
    "dispatched": N_("sent and billed"),
    "cancelled": N_("cancelled"),
    EXPIRED: N_("not placed: credit did not open in time"),
}


class MyOrders(Flow):
    name = "my_orders"
    menu_label = N_("My orders")
    menu_rank = 40
    asked_rank = 90
    transitions = [
        go("opened", START, END, say="show"),
        go("asked", START, END, when="is_known", say="show_one"),
        go("asked", START, END, say="say_unknown"),
        go("printed", START, END, when="is_promised", do="send_paper"),
        go("printed", START, END, say="say_unknown"),
    ]

    def recognise(self, message: Message) -> str | None:
        if message.folded in WORDS:
            return "opened"
        return "asked" if ORDER.fullmatch(message.folded) else None

    @cached_property
    def number(self) -> str:
        asked = ORDER.fullmatch(self.turn.message.folded)
        return fold(self.arg) if self.arg else asked[1] if asked else ""

    @cached_property
    def order(self) -> Order | None:
        """The order of this shop with the number that was named."""
        found = listing.page(self.session, retailer_id=self.turn.shop.id, limit=MAX_SEARCHED)
        return next((order for order in found if is_told(order) and fold(order.number or "") == self.number), None)

    def is_known(self) -> bool:
        return self.order is not None

    def show(self) -> None:
        latest = listing.page(self.session, retailer_id=self.turn.shop.id, limit=MAX_LOOKED_AT)
        shown = [self.described(order) for order in latest if is_told(order)][:MAX_SHOWN]
        if shown:
            self.say(wording.titled(_("Your latest orders"), shown))
            if any(order.status == HELD for order in latest):
                self.say(_("Type *kept order* to place the one that waits another way, or to call it off."))
        else:
            self.say(_("You have no orders yet. Type what you need to begin."))

    def show_one(self) -> None:
        if self.order is not None:
            goods = [quotes.describe(line, self.order.currency) for line in self.order.lines]
            told = wording.titled(self.described(self.order), wording.shortened(goods, MAX_LINES))
            self.say(Reply(told, (Choice(_("As PDF"), "printed", self.number),) if self.is_promised() else ()))

    def is_promised(self) -> bool:
        return self.order is not None and self.order.status in (CONFIRMED, DISPATCHED)

    def send_paper(self) -> None:
        """The confirmation as it stands now."""
        if self.order is not None:
            paper_id = confirmation.keep(self.session, self.order.id)
            self.turn.attach("paper", paper_id, _("Your order %(number)s.", number=isolate(self.order.number or "")))

    def say_unknown(self) -> None:
        number = isolate(plain(self.number.upper())[:30])
        self.say(_("I have no order %(number)s of yours. Type *status* to see your orders.", number=number))

    def described(self, order: Order) -> str:
        """One order on one line, with the day as it was in the shop."""
        facts = {
            "day": format_day(order_facts.day_of(order, self.turn.business.timezone)),
            "amount": format_money(order.total_minor, order.currency),
            "status": _(STATUSES[order.status]),
        }
        if order.number is None:
            return _("Order of %(day)s: %(amount)s, %(status)s", **facts)
        return _("%(number)s of %(day)s: %(amount)s, %(status)s", number=isolate(order.number), **facts)


def is_told(order: Order) -> bool:
    """Orders that were placed, and one that is kept until credit allows it; lists that were dropped are not."""
    was_held = order.status == HELD or (order.status == EXPIRED and order.failure is not None)
    return order.status in STATUSES and (order.number is not None or was_held)
