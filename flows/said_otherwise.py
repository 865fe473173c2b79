"""The balance, asked for in words that no flow lists: by the drift of the message, when nobody else takes it up."""

from bot.flow import END, START, Flow, go
from bot.ingress import Message
from core import clock
from orders import catalogue
from orders.understanding.read import understand

BALANCE = "balance_query"


class SaidOtherwise(Flow):
    name = "said_otherwise"
    greedy = True
    transitions = [go("balance", START, END, say="show_balance")]

    def recognise(self, message: Message) -> str | None:
        if not message.text:
            return None
        business = self.turn.business
        today = clock.today(business.timezone)
        goods = catalogue.load(self.session, version=business.catalogue_version, on=today)
        return "balance" if understand(goods.index, message.text).reason == BALANCE else None

    def show_balance(self) -> None:
        self.hand_on("my_credit", "opened")
