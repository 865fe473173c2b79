"""What a shop's message means for its list: the catalogue's words first, the shop's own names where those ask."""

from dataclasses import dataclass
from functools import cached_property

from bot.flow import START, Flow
from bot.turn import Turn
from core import clock
from language import references
from orders import cart, catalogue, learning, packs
from orders.catalogue import Catalogue
from orders.understanding import notes
from orders.understanding.facts import Understanding
from orders.understanding.notes import Note

LIST_KINDS = {"order", "edit", "ambiguous", "unknown"}
ACTIONS = {"confirm": "yes", "skip_question": "no", "cancel_cart": "cancel", "repeat_last": "repeat"}


@dataclass
class Heard:
    """One message, or one picked option, as what it says of the list; found out once, and only as far as asked."""

    turn: Turn
    picked: str = ""

    @cached_property
    def goods(self) -> Catalogue:
        """Today's catalogue."""
        return goods(self.turn)

    @cached_property
    def read(self) -> Understanding:
        """The message as the catalogue understands it; a picked option counts as its number."""
        memory = self.turn.place.memory
        text = packs.as_answer(self.picked or self.turn.message.text, cart.question(memory), self.goods)
        context = packs.without_quantity(cart.context(memory))
        return learning.understand(self.turn.session, self.turn.shop.id, self.goods.index, text, context)

    @cached_property
    def note(self) -> Note | None:
        """A note for whoever packs, or where to bring the goods."""
        return None if self.picked else notes.read(self.turn.message.text)

    @property
    def changes_the_list(self) -> bool:
        """Does the message speak of goods, or do anything to the list as a whole?"""
        read = self.read
        return bool(read.lines or read.remove or read.unknown or read.action) or any(
            asked.candidates for asked in read.questions
        )

    @property
    def is_hedged_yes(self) -> bool:
        """A yes with something beside it that may change it: "haan kal bhejo"."""
        return self.read.reason == "yes"

    def trigger(self, flow: Flow) -> str | None:
        """What the message does to the list, if it speaks of goods at all; what the flow cannot do now is left."""
        message = self.turn.message
        if not message.text or (len(message.text) < 2 and flow.state == START):
            return None
        if references.is_one(message.folded):
            return None
        if self.note is not None:
            return "remarked"
        read = self.read
        if read.kind not in LIST_KINDS or read.names_nothing:
            return None
        if read.action:
            meant = ACTIONS.get(read.action)
            return meant if meant and flow.can(meant) else None
        return "items" if read.lines or read.questions or read.unknown or read.cart is not None else None


def heard(turn: Turn, picked: str = "") -> Heard:
    """What this turn's message says of the list: the same for every conversation that it goes through."""
    if picked:
        return Heard(turn, picked)
    if "heard" not in turn.noted:
        turn.noted["heard"] = Heard(turn)
    found: Heard = turn.noted["heard"]
    return found


def goods(turn: Turn) -> Catalogue:
    """Today's catalogue, usually without a query."""
    business = turn.business
    return catalogue.load(turn.session, version=business.catalogue_version, on=clock.today(business.timezone))
