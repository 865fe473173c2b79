"""What a shop's message means for its list: the catalogue's words first, the shop's own names where those ask."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import Session

from bot.flow import START, Flow
from bot.markup import plain
from bot.turn import Turn
from core import clock
from core.i18n import _, isolate
from flows import cancel_order, cart, my_bills, my_orders, packs
from flows.cart import Memory
from language.phrases import Word, any_of
from orders import catalogue, learning
from orders.catalogue import Catalogue
from orders.understanding.facts import Understanding
from orders.understanding.index import Index
from orders.understanding.read import understand

MOST_REMARKS = 3
REMARK = re.compile(
    rf"\s*(?:(?P<note>{any_of(Word.NOTE, as_typed=True)})|(?P<address>{any_of(Word.ADDRESS, as_typed=True)}))"
    r"\s*[:：-]\s*(?P<said>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
NAMED_ELSEWHERE = (cancel_order.NAMED, my_orders.ASKED, my_bills.ASKED)  # an order or a bill by its number, no goods
LIST_KINDS = {"order", "edit", "ambiguous", "unknown"}
ACTIONS = {"confirm": "yes", "cancel_cart": "cancel", "repeat_last": "repeat"}


@dataclass
class Heard:
    """One message, or one picked option, as what it says of the list; found out once, and only as far as asked."""

    turn: Turn
    picked: str = ""

    @cached_property
    def goods(self) -> Catalogue:
        """Today's catalogue, usually without a query."""
        business = self.turn.business
        on = clock.today(business.timezone)
        return catalogue.load(self.turn.session, version=business.catalogue_version, on=on)

    @cached_property
    def read(self) -> Understanding:
        """The message as the catalogue understands it; a picked option counts as its number."""
        memory = self.turn.place.memory
        text = packs.as_answer(self.picked or self.turn.message.text, cart.question(memory), self.goods)
        return read(self.turn.session, self.turn.shop.id, self.goods.index, text, memory)

    @cached_property
    def remark(self) -> re.Match[str] | None:
        """A note for whoever packs, or where to bring the goods: `note: ...`, `address: ...`."""
        return None if self.picked else REMARK.fullmatch(self.turn.message.text)

    def trigger(self, flow: Flow) -> str | None:
        """What the message does to the list, if it speaks of goods at all; what the flow cannot do now is left."""
        message = self.turn.message
        if not message.text or (len(message.text) < 2 and flow.state == START):
            return None
        if any(named.fullmatch(message.folded) for named in NAMED_ELSEWHERE):
            return None
        if self.remark is not None:
            return "remarked"
        read = self.read
        if read.kind not in LIST_KINDS or names_nothing(read):
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


def read(session: Session, retailer_id: UUID, index: Index, text: str, memory: Memory) -> Understanding:
    """The message, understood; a query only when something would have to be asked."""
    context = packs.without_quantity(cart.context(memory))
    found = understand(index, text, context=context)
    learned = learning.aliases(session, retailer_id) if found.questions else {}
    return understand(index, text, context=replace(context, learned=learned)) if learned else found


def names_nothing(read: Understanding) -> bool:
    """True for a number or a verb alone that fits neither the question nor the list: there is nothing to ask about."""
    asks_of_nothing = all(not asked.text and not asked.candidates for asked in read.questions)
    return bool(read.questions) and asks_of_nothing and not read.lines and not read.unknown


def remarks(read: Understanding) -> Iterator[str]:
    """What the shop should know of how its message was read."""
    for text in read.unread[:MOST_REMARKS]:
        yield _("I did not understand “%(what)s”; it is not on the list.", what=isolate(plain(text)[:60]))
    for line in [line for line in read.lines if line.instead][:MOST_REMARKS]:
        facts = {"before": isolate(plain(line.instead)[:60]), "now": isolate(plain(line.span)[:60])}
        yield _("“%(before)s”, then “%(now)s”: I took the second.", **facts)


def keep(session: Session, retailer_id: UUID, read: Understanding, memory: Memory, goods: Catalogue) -> None:
    """Take the message into the list, and remember what its answer says of the shop's own names."""
    cart.keep(memory, read, goods)
    if read.chosen is not None:
        learning.hear(session, retailer_id, read.chosen.said, read.chosen.sku)
