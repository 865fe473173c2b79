"""A shop asks for its own figures."""

from bot.flow import END, START, Flow, go
from bot.ingress import Message
from language import phrases
from notices.insights import text
from reports import insights

WORDS = phrases.that_open(__name__)


class Insight(Flow):
    name = "insight"
    asked_rank = 50
    transitions = [go("opened", START, END, do="tell")]

    def recognise(self, message: Message) -> str | None:
        return "opened" if message.folded in WORDS else None

    def tell(self) -> None:
        """Count first: what was paid today is to be in it."""
        insights.regenerate(self.session, self.turn.shop.id)
        self.say(text(insights.of(self.session, self.turn.shop.id)))
