"""What a shop's message means for its list: the catalogue's words first, the shop's own names where those ask."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from flows import cart
from flows.cart import Memory
from orders import learning
from orders.understanding.facts import Understanding
from orders.understanding.index import Index
from orders.understanding.read import understand


def read(session: Session, retailer_id: UUID, index: Index, text: str, memory: Memory) -> Understanding:
    """The message, understood; a query only when something would have to be asked."""
    context = cart.context(memory)
    found = understand(index, text, context=context)
    learned = learning.aliases(session, retailer_id) if found.questions else {}
    return understand(index, text, context=replace(context, learned=learned)) if learned else found


def keep(session: Session, retailer_id: UUID, read: Understanding, memory: Memory) -> None:
    """Take the message into the list, and remember what its answer says of the shop's own names."""
    cart.keep(memory, read)
    if read.chosen is not None:
        learning.hear(session, retailer_id, read.chosen.said, read.chosen.sku)
