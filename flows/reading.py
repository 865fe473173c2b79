"""What a shop's message means for its list: the catalogue's words first, the shop's own names where those ask."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from bot.markup import plain
from core.i18n import _, isolate
from flows import cart, packs
from flows.cart import Memory
from orders import learning
from orders.catalogue import Catalogue
from orders.understanding.facts import Understanding
from orders.understanding.index import Index
from orders.understanding.read import understand

MOST_REMARKS = 3


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
