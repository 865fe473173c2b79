"""What the shop usually takes, as a list that place_order quotes: from the menu or by word, and a yes places it."""

from functools import cached_property

from bot.flow import END, START, Flow, go
from bot.ingress import Message
from core import clock
from core.i18n import N_, _
from language import phrases
from orders import cart, usual
from orders.understanding.facts import CartLine
from speech import hearing

WORDS = phrases.that_open(__name__)


class UsualBasket(Flow):
    name = "usual_basket"
    menu_label = N_("My usual basket")
    menu_rank = 14
    asked_rank = 160
    remembers = ("cart",)
    transitions = [
        go("opened", START, "order_list.opened", when="has_usual", do="fill"),
        go("opened", START, END, say="say_none"),
    ]

    def recognise(self, message: Message) -> str | None:
        return "opened" if message.folded in WORDS else None

    @cached_property
    def proposed(self) -> list[CartLine]:
        """What is due by the shop's own rhythm; all of its usual goods when nothing is."""
        business = self.turn.business
        today = clock.today(business.timezone)
        taken = usual.of(self.session, self.turn.shop.id, today, business.timezone)
        return usual.basket(taken, today, hearing.goods(self.turn))

    def has_usual(self) -> bool:
        return bool(self.proposed)

    def fill(self) -> None:
        cart.add_missing(self.memory, self.proposed)
        self.say(_("What you usually take:"))

    def say_none(self) -> None:
        self.say(_("I do not know yet what you usually take. It shows after a few orders; type what you need today."))
