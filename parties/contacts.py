"""Contacts: people on WhatsApp, how to reach them, and whether the 24-hour window is open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids, outbox
from core.errors import NotFound
from parties import channels
from parties.tables import Contact, Retailer

WINDOW = timedelta(hours=24)  # WhatsApp's customer-service window after a person's last message
MARGIN = timedelta(minutes=10)  # we stop earlier: a message takes time to arrive


@dataclass(frozen=True)
class Reach:
    """How to write to a retailer: the channel, Twilio's address, the language, and what is allowed."""

    channel_id: UUID
    to_address: str
    language: str
    opted_out: bool
    window_open: bool


def reach(session: Session, retailer_id: UUID) -> Reach:
    """How to write to this retailer. Raises NotFound when nobody of the shop is on WhatsApp."""
    found = session.execute(
        select(Contact, Retailer.language)
        .join(Retailer, (Retailer.org_id == Contact.org_id) & (Retailer.id == Contact.retailer_id))
        .where(Contact.retailer_id == retailer_id)
        .order_by((Contact.phone == Retailer.phone).desc().nulls_last(), Contact.created_at)
        .limit(1)
    ).first()
    if found is None:
        raise NotFound("This retailer has no WhatsApp contact.")
    contact, language = found
    return Reach(
        channel_id=channels.main(session).id,
        to_address=address(contact),
        language=contact.language or language,
        opted_out=contact.opted_out_at is not None,
        window_open=window_open(contact.last_inbound_at, clock.now()),
    )


def address(contact: Contact) -> str:
    """Twilio's form of the contact: the phone, or the business-scoped id when the phone is hidden."""
    return f"whatsapp:{contact.phone or contact.external_user_id}"


def window_open(last_inbound_at: datetime | None, now: datetime) -> bool:
    """True while free text is allowed. Source: WhatsApp's 24-hour customer-service window."""
    if last_inbound_at is None:
        return False
    return -MARGIN < now - last_inbound_at < WINDOW - MARGIN  # far in the future: the clock was moved back since


def release(session: Session, retailer_id: UUID, phone: str) -> bool:
    """The shop gave this phone up: whoever has it now is a stranger, reads nothing of the shop and gets none of what
    still waits for it. Audited; False when nobody of the shop had the phone.
    """
    contact = session.scalars(
        select(Contact).where(
            Contact.org_id == db.org_of(session), Contact.phone == phone, Contact.retailer_id == retailer_id
        )
    ).first()
    if contact is None:
        return False
    contact.retailer_id = None
    session.flush()  # the audit entry follows the change
    waiting = db.execute(
        session,
        "SELECT id FROM outbox_message"
        " WHERE org_id = %s AND retailer_id = %s AND to_address = %s AND status = 'queued'",
        (str(db.org_of(session)), str(retailer_id), address(contact)),
    )
    outbox.withdraw(session, [message_id for (message_id,) in waiting], "phone given up")
    audit.record(
        session,
        "contact.released",
        subject=ids.public("con", contact.id),
        retailer_id=retailer_id,
        before={"phone": phone, "retailer_id": ids.public("ret", retailer_id)},
        after={"phone": phone, "retailer_id": None},
    )
    return True
