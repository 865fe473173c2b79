"""Calling off an order that is placed but has not left: by its number, after a yes. place_order drops lists."""

from functools import cached_property
from uuid import UUID

from bot import words
from bot.flow import END, REFUSED, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core.i18n import _, isolate
from language.folding import fold
from language.references import ORDER_CALLED_OFF
from orders import listing, ordering
from orders.order import CANCELLED, CANCELLED_IN_CHAT, CONFIRMED, DISPATCHED, Order
from parties import tasks
from speech import order_facts, wording

MAX_SEARCHED = 200


class CancelOrder(Flow):
    name = "cancel_order"
    asked_rank = 10
    remembers = ("calling_off",)

    states = ["confirming"]
    transitions = [
        *(
            line
            for state in (START, "confirming")
            for line in (
                go("asked", state, "confirming", when="can_be_cancelled", do="remember"),
                go("asked", state, END, say="say_why_not"),
            )
        ),
        go("latest", START, "confirming", do="remember"),
        go("yes", "confirming", END, do="cancel_order", say="say_cancelled"),
        go("no", "confirming", END, do="forget", say="say_kept"),
        go(REFUSED, "confirming", END, do="forget", say="say_too_late"),
    ]

    def recognise(self, message: Message) -> str | None:
        return "asked" if ORDER_CALLED_OFF.fullmatch(message.folded) else None

    def ask_confirming(self) -> Reply:
        order = listing.get(self.session, UUID(self.memory["calling_off"]))
        asked = _("Shall order %(number)s be called off? Reply *yes* or *no*.", number=order_facts.numbered(order))
        return Reply(asked, (Choice(_("Yes, call it off"), "yes"), Choice(_("No, keep it"), "no")))

    def hear_confirming(self, message: Message) -> str | None:
        answer = words.answer(message.folded)
        return answer if answer in ("yes", "no") else None

    @cached_property
    def number(self) -> str:
        """What was named, as it was folded for comparing."""
        named = ORDER_CALLED_OFF.fullmatch(self.turn.message.folded)
        return (named[1] or named[2]) if named else ""

    @cached_property
    def order(self) -> Order | None:
        """The order of this shop with this number; without one, the latest that is placed and has not left."""
        if not self.number:
            placed = listing.page(self.session, retailer_id=self.turn.shop.id, status=CONFIRMED, limit=1)
            return placed[0] if placed else None
        placed = listing.page(self.session, retailer_id=self.turn.shop.id, limit=MAX_SEARCHED)
        return next((order for order in placed if order.number and fold(order.number) == self.number), None)

    def can_be_cancelled(self) -> bool:
        return self.order is not None and self.order.status == CONFIRMED

    def remember(self) -> None:
        if self.order is not None:
            self.memory["calling_off"] = str(self.order.id)

    def forget(self) -> None:
        self.memory.pop("calling_off", None)

    def cancel_order(self) -> None:
        """What was reserved is free again; whoever packs is told."""
        self.order = ordering.cancel(self.session, UUID(self.memory["calling_off"]), CANCELLED_IN_CHAT)
        tasks.ask_staff(
            self.session,
            "order_called_off",
            f"{self.turn.shop.name} called off order {self.order.number}. Please do not send it.",
            retailer_id=self.order.retailer_id,
            facts={"order": self.order.public_id, "number": self.order.number},
            dedupe_key=f"called-off:{self.order.id}",
        )
        self.forget()

    def say_cancelled(self) -> None:
        if self.order is not None:
            self.say(
                _(
                    "Order %(number)s is called off. Nothing will be sent or billed.",
                    number=order_facts.numbered(self.order),
                )
            )

    def say_kept(self) -> None:
        self.say(_("All right, the order stays as it is."))

    def say_too_late(self) -> None:
        self.say(_("That order can no longer be called off here. Please call %(phone)s.", phone=self.phone))

    def say_why_not(self) -> None:
        number = isolate(plain(self.number.upper())[:30])
        status = self.order.status if self.order else None
        if status == CANCELLED:
            self.say(_("Order %(number)s is called off already.", number=number))
        elif status == DISPATCHED:
            facts = {"number": number, "phone": self.phone}
            self.say(_("Order %(number)s has left our shop already. For a return please call %(phone)s.", **facts))
        else:
            self.say(_("I have no order %(number)s of yours. Type *status* to see your orders.", number=number))

    @property
    def phone(self) -> str:
        return wording.shop_phone(self.turn)
