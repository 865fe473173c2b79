"""What no other flow takes up: the balance asked for in other words, and an `ok` to nothing that was asked."""

from bot import words
from bot.flow import END, START, Flow, go
from bot.ingress import Message
from core.i18n import _
from orders.understanding.read import understand
from speech import hearing

BALANCE = "balance_query"
QUESTIONS = set("?؟")


class SaidOtherwise(Flow):
    name = "said_otherwise"
    asked_rank = 230
    greedy = True
    transitions = [
        go("balance", START, "my_credit.opened"),
        go("nodded", START, END, say="nod"),
    ]

    def recognise(self, message: Message) -> str | None:
        if message.kind != "text" or not message.text:
            return None
        if self.turn.place.flow is None and _is_nod(message):
            return "nodded"
        read = understand(hearing.goods(self.turn).index, message.text)
        return "balance" if read.reason == BALANCE else None

    def nod(self) -> None:
        """Never more than this: an `ok` after an order may not look like a second one."""
        self.say(_("All right. I have no open question for you. Type your order or *menu* at any time."))


def _is_nod(message: Message) -> bool:
    """`ok`, `nahi`, or signs alone such as a heart."""
    has_words = any(sign.isalnum() for sign in message.text)
    return words.answer(message.folded) in ("yes", "no") or not (has_words or QUESTIONS & set(message.text))
