"""Consent: STOP ends automatic messages at once, START opens them again. Answers to what somebody asks go on."""

from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids, outbox
from parties.tables import Contact


def stop(session: Session, contact_id: UUID) -> bool:
    """Note that this person wants no automatic messages; True when that is new."""
    contact = db.fetch(session, Contact, contact_id, lock=True)
    if contact.opted_out_at is not None:
        return False
    contact.opted_out_at = clock.now()
    outbox.withdraw(session, _waiting(session, contact), "opted out")
    _record(session, contact, "contact.opted_out")
    return True


def start(session: Session, contact_id: UUID) -> bool:
    """Note that automatic messages are welcome again; True when that is new."""
    contact = db.fetch(session, Contact, contact_id, lock=True)
    if contact.opted_out_at is None:
        return False
    contact.opted_out_at = None
    _record(session, contact, "contact.opted_in")
    return True


def _waiting(session: Session, contact: Contact) -> list[UUID]:
    """Automatic messages to this person that have not gone out; answers to what somebody asked are not among them."""
    addresses = [f"whatsapp:{name}" for name in (contact.phone, contact.external_user_id) if name]
    found = db.execute(
        session,
        "SELECT id FROM outbox_message WHERE org_id = %s AND to_address = ANY(%s) AND status = 'queued'"
        " AND template IS NOT NULL AND reply_to_id IS NULL",
        (str(db.org_of(session)), addresses),
    )
    return [message_id for (message_id,) in found]


def _record(session: Session, contact: Contact, action: str) -> None:
    session.flush()  # the audit entry follows the change
    audit.record(session, action, subject=ids.public("con", contact.id), retailer_id=contact.retailer_id)
