"""A person takes a conversation over and gives it back: what the retailer is told of it, and staff's own replies.

Everything here is free text, so it is said only while WhatsApp's 24-hour window is open. Whoever stopped automatic
messages is told nothing of comings and goings, and still gets what a person writes.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot import handing_over, history
from bot.markup import bold, plain
from bot.tables import Conversation
from core import clock, db, ids, outbox
from core.errors import DomainError
from core.i18n import _, format_day, isolate, speaking
from parties import contacts, organisations
from parties.tables import Contact, Retailer, User

MAX_REPLY = 1400


class WindowClosed(DomainError):
    """Free text may be sent only within 24 hours of the person's last message."""

    code = "WINDOW_CLOSED"
    detail = "More than 24 hours have passed since this person's last message: only approved templates may be sent."


def take(session: Session, conversation_id: UUID, user_id: UUID, lasts: timedelta) -> Conversation:
    """Take a conversation over and tell the retailer, until when. Raises NotFound, Invalid."""
    talk = handing_over.take(session, conversation_id, user_id, lasts)
    contact, shop = _people(session, talk)
    with speaking(_language(contact, shop)):
        told = _(
            "One of us answers you here now. The automatic answers are off until %(time)s. Send *menu* to go on with"
            " them sooner.",
            time=_moment(session, talk.handed_over_until or clock.now()),
        )
    _announce(session, talk, told, "taken")
    return talk


def give_back(session: Session, conversation_id: UUID) -> Conversation:
    """Let the bot answer again and tell the retailer. Raises NotFound, handing_over.WithBot."""
    talk = handing_over.give_back(session, conversation_id)
    _announce_return(session, talk)
    return talk


def end_over(session: Session) -> int:
    """Let the bot answer again where the time is over; returns in how many conversations."""
    ended = handing_over.end_over(session)
    for talk in ended:
        _announce_return(session, talk)
    return len(ended)


def reply(session: Session, conversation_id: UUID, user_id: UUID, text: str) -> UUID:
    """Send what a member of staff wrote, under their name; whoever writes has taken over.

    Raises NotFound, WindowClosed.
    """
    talk = db.fetch(session, Conversation, conversation_id, lock=True)
    contact, _shop = _people(session, talk)
    if not contacts.window_open(contact.last_inbound_at, clock.now()):
        raise WindowClosed
    if not is_with_staff(talk):
        handing_over.take(session, conversation_id, user_id)
    name = plain(db.fetch(session, User, user_id).name)
    message_id = _put(
        session, talk, f"{bold(name)}\n{text}" if name else text, f"{history.STAFF_KEY}{user_id}:{ids.new()}"
    )
    if message_id is None:
        raise RuntimeError("a fresh key was used before")
    return message_id


def is_with_staff(talk: Conversation) -> bool:
    """True while a person answers."""
    since = talk.handed_over_at
    return since is not None and handing_over.ends_at(since, talk.handed_over_until) > clock.now()


def _announce_return(session: Session, talk: Conversation) -> None:
    with speaking(_language(*_people(session, talk))):
        told = _("The automatic answers are on again here. Send *menu* to see what I can do, or *human* for a person.")
    _announce(session, talk, told, "returned")


def _announce(session: Session, talk: Conversation, told: str, what: str) -> None:
    contact, _shop = _people(session, talk)
    if contact.opted_out_at is None and contacts.window_open(contact.last_inbound_at, clock.now()):
        _put(session, talk, told, f"{what}:{talk.id}:{ids.new()}")


def _put(session: Session, talk: Conversation, text: str, key: str) -> UUID | None:
    contact, shop = _people(session, talk)
    return outbox.put(
        session,
        channel_id=talk.channel_id,
        to_address=contacts.address(contact),
        language=_language(contact, shop),
        body=text,
        retailer_id=contact.retailer_id,
        dedupe_key=key,
    )


def _people(session: Session, talk: Conversation) -> tuple[Contact, Retailer | None]:
    contact = db.fetch(session, Contact, talk.contact_id)
    return contact, db.fetch(session, Retailer, contact.retailer_id) if contact.retailer_id else None


def _language(contact: Contact, shop: Retailer | None) -> str:
    return contact.language or (shop.language if shop else "en")


def _moment(session: Session, at: datetime) -> str:
    """`15:45` today, `21 Nov 2026, 15:45` on another day."""
    local = at.astimezone(ZoneInfo(organisations.get(session).timezone))
    hour = isolate(f"{local:%H:%M}")
    is_today = local.date() == clock.today(organisations.get(session).timezone)
    return hour if is_today else f"{format_day(local.date())}, {hour}"
