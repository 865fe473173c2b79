"""An order that waits for credit: seen, placed after a fresh yes, paid in cash, or called off, by the shop itself.

The oldest one first. What it comes to today is asked about before anything is done; a dearer price is shown and asked
about again.
"""

from functools import cached_property

from bot import words
from bot.flow import END, REFUSED, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import ids
from core.i18n import _, format_day, format_money, isolate
from credit.guardrails import CASH, CREDIT, Refused
from language import phrases
from language.phrases import Meaning
from orders import holding, listing, ordering, supply
from orders.order import CANCELLED_IN_CHAT, HELD, Order
from speech import order_facts, quotes, refusals, wording

MAX_LINES = 10

WORDS = phrases.table({"opened": Meaning.KEPT_ORDER, "cash": Meaning.CASH, "off": Meaning.CALL_IT_OFF})


class HeldOrder(Flow):
    name = "held_order"
    asked_rank = 40
    remembers = ("held",)
    agreeing = frozenset({"yes", "cash", "off"})
    spending = frozenset({"yes", "cash"})

    states = ["deciding"]
    transitions = [
        go("opened", START, "deciding", when="is_there", do="remember"),
        go("opened", START, END, say="say_none"),
        go("yes", "deciding", END, do="place_on_credit", say="say_placed"),
        go("cash", "deciding", END, do="place_for_cash", say="say_placed"),
        go("off", "deciding", END, do="cancel_order", say="say_cancelled"),
        go("no", "deciding", END, do="forget", say="say_kept"),
        go(REFUSED, "deciding", "deciding", when="is_dearer", do="take_new_price", say="say_dearer"),
        go(REFUSED, "deciding", "deciding", when="is_short", do="take_what_is_there", say="say_short"),
        go(REFUSED, "deciding", END, when="credit_was_refused", do="forget", say="say_why_not"),
        go(REFUSED, "deciding", END, when="nothing_is_there", do="forget", say="say_missing"),
        go(REFUSED, "deciding", END, do="forget", say="say_not_done"),
    ]

    def recognise(self, message: Message) -> str | None:
        return "opened" if WORDS.get(message.folded) == "opened" else None

    def ask_deciding(self) -> Reply:
        order, agreed_minor = self.order, self.memory["held"]["agreed"]
        goods = [f"{isolate(plain(line.name))}: {wording.quantity(line.qty, line.unit)}" for line in order.lines]
        title = _("Your kept order of %(day)s", day=format_day(order_facts.day_of(order, self.turn.business.timezone)))
        total = _("In all: %(amount)s", amount=format_money(agreed_minor, order.currency))
        if agreed_minor != order.total_minor:
            facts = {
                "amount": format_money(agreed_minor, order.currency),
                "before": format_money(order.total_minor, order.currency),
            }
            total = _("In all: %(amount)s today, instead of %(before)s", **facts)
        asked = _("Shall it be placed now? Reply *yes* for credit, *cash* for cash or UPI, or *drop* to call it off.")
        choices = (Choice(_("Yes, on credit"), "yes"), Choice(_("Cash / UPI"), "cash"), Choice(_("Call it off"), "off"))
        return Reply(f"{wording.titled(title, wording.shortened(goods, MAX_LINES))}\n\n{total}\n\n{asked}", choices)

    def hear_deciding(self, message: Message) -> str | None:
        meant = words.answer(message.folded) or WORDS.get(message.folded)
        return meant if meant in ("yes", "no", "cash", "off") else None

    # -- guards -------------------------------------------------------------------------------------------------------

    @cached_property
    def oldest(self) -> Order | None:
        """The order that has waited longest."""
        found = listing.page(self.session, retailer_id=self.turn.shop.id, status=HELD)
        return found[-1] if found else None

    @property
    def order(self) -> Order:
        """The order that is talked about."""
        return listing.get(self.session, ids.parse("ord", self.memory["held"]["order"]))

    def is_there(self) -> bool:
        return self.oldest is not None

    def is_dearer(self) -> bool:
        return isinstance(self.error, ordering.PriceChanged)

    def is_short(self) -> bool:
        return isinstance(self.error, supply.StockShort)

    def nothing_is_there(self) -> bool:
        return isinstance(self.error, supply.OutOfStock)

    def credit_was_refused(self) -> bool:
        return isinstance(self.error, Refused)

    # -- doing --------------------------------------------------------------------------------------------------------

    def remember(self) -> None:
        if self.oldest is not None:
            agreed_minor = holding.price_now(self.session, self.oldest)
            self.memory["held"] = {"order": self.oldest.public_id, "agreed": agreed_minor, "short": False}

    def forget(self) -> None:
        self.memory.pop("held", None)

    def place_on_credit(self) -> None:
        self._place(CREDIT)

    def place_for_cash(self) -> None:
        self._place(CASH)

    def _place(self, payment_mode: str) -> None:
        kept = self.memory["held"]
        self.placed = ordering.confirm(
            self.session, self.order.id, payment_mode, agreed_minor=kept["agreed"], shrink=kept["short"]
        )
        self.forget()

    placed: Order | None = None

    def take_new_price(self) -> None:
        if self.error is not None:
            self.memory["held"] = {**self.memory["held"], "agreed": self.error.facts["now_minor"]}

    def take_what_is_there(self) -> None:
        self.memory["held"] = {**self.memory["held"], "short": True}

    def cancel_order(self) -> None:
        self.placed = ordering.cancel(self.session, self.order.id, CANCELLED_IN_CHAT)
        self.forget()

    # -- saying -------------------------------------------------------------------------------------------------------

    def say_none(self) -> None:
        self.say(_("No order of yours is waiting. Type *status* to see your orders."))

    def say_placed(self) -> None:
        if self.placed is not None:
            self.say(quotes.thanks(self.placed))
            self.say("\n".join(order_facts.shortage(self.placed.shorts or ())))
            self.say(_("You get the bill here when the goods leave our shop."))

    def say_cancelled(self) -> None:
        if self.placed is not None:
            amount = format_money(self.placed.total_minor, self.placed.currency)
            self.say(_("Your kept order of %(amount)s is called off. Nothing will be sent or billed.", amount=amount))

    def say_kept(self) -> None:
        self.say(_("All right, the order stays as it is."))

    def say_dearer(self) -> None:
        self.say(_("Prices have changed since, so here is the new total. Nothing is ordered yet."))

    def say_short(self) -> None:
        self.say("\n".join(order_facts.shortage(supply.shorts_of(self.error))))

    def say_why_not(self) -> None:
        if isinstance(self.error, Refused):
            order = listing.page(self.session, retailer_id=self.turn.shop.id, status=HELD)[-1]
            self.say(refusals.reasons(self.turn, order, self.error.verdict))
        self.say(_("Your order stays kept, and goes on by itself when credit covers it."))

    def say_missing(self) -> None:
        self.say_short()
        self.say(_("All right, the order stays as it is."))

    def say_not_done(self) -> None:
        self.say(
            _("That did not work, so nothing is changed. Please call %(phone)s.", phone=wording.shop_phone(self.turn))
        )
