"""What people of ours write in a conversation, under their name.

It is free text, so it is sent only while WhatsApp's 24-hour window is open. Whoever stopped automatic messages still
gets what a person writes.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from bot import handing_over, history
from bot.markup import bold, plain
from bot.tables import Conversation
from core import clock, db, ids, outbox
from core.errors import DomainError
from parties import contacts
from parties.tables import Contact, Retailer, User

MAX_REPLY = 1400


class WindowClosed(DomainError):
    """Free text may be sent only within 24 hours of the person's last message."""

    code = "WINDOW_CLOSED"
    detail = "More than 24 hours have passed since this person's last message: only approved templates may be sent."


def reply(session: Session, conversation_id: UUID, user_id: UUID, text: str) -> UUID:
    """Send what a member of staff wrote, under their name; whoever writes has taken over.

    Raises NotFound, WindowClosed.
    """
    talk = db.fetch(session, Conversation, conversation_id, lock=True)
    if not contacts.window_open(_contact(session, talk).last_inbound_at, clock.now()):
        raise WindowClosed
    if not handing_over.is_with_staff(talk):
        handing_over.take(session, conversation_id, user_id, is_told=False)
    name = plain(db.fetch(session, User, user_id).name)
    message_id = put(
        session, talk, f"{bold(name)}\n{text}" if name else text, f"{history.STAFF_KEY}{user_id}:{ids.new()}"
    )
    if message_id is None:
        raise RuntimeError("a fresh key was used before")
    return message_id


def may_be_told(session: Session, talk: Conversation) -> bool:
    """True when free text may be sent that nobody wrote: the window is open, and automatic messages are wanted."""
    contact = _contact(session, talk)
    return contact.opted_out_at is None and contacts.window_open(contact.last_inbound_at, clock.now())


def language_of(session: Session, talk: Conversation) -> str:
    """What is spoken in this conversation."""
    contact = _contact(session, talk)
    shop = db.fetch(session, Retailer, contact.retailer_id) if contact.retailer_id else None
    return contact.language or (shop.language if shop else "en")


def put(session: Session, talk: Conversation, text: str, key: str) -> UUID | None:
    """Queue free text to the person of a conversation; None when the key was used before."""
    contact = _contact(session, talk)
    return outbox.put(
        session,
        channel_id=talk.channel_id,
        to_address=contacts.address(contact),
        language=language_of(session, talk),
        body=text,
        retailer_id=contact.retailer_id,
        dedupe_key=key,
    )


def _contact(session: Session, talk: Conversation) -> Contact:
    return db.fetch(session, Contact, talk.contact_id)
