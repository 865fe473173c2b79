"""What follows when a message was not delivered: another form, no more messages to this person, or a staff task."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.gateway.errors import Action
from core import db, ids, logs, sending
from core.outbox import OutboxMessage
from parties import consent, tasks
from parties.tables import Contact

RETRY_SECONDS = 120.0  # after a failure that the provider reported later

_log = logs.get("gateway")


def follow_up(session: Session, message_id: UUID, action: Action, code: int | None) -> None:
    """Act on a message that has failed for good in its present form. The message row is failed already."""
    if action is Action.TEMPLATE and sending.send_again(session, message_id, as_template=True):
        return
    if action is Action.RETRY and sending.send_again(
        session, message_id, as_template=False, delay_seconds=RETRY_SECONDS
    ):
        return
    message = session.get_one(OutboxMessage, (db.org_of(session), message_id))
    if action is Action.SUPPRESS:
        _suppress(session, message.to_address)
    ask_staff(session, message_id, message.retailer_id, code, message.error or "")


def ask_staff(session: Session, message_id: UUID, retailer_id: UUID | None, code: int | None, reason: str) -> None:
    """One task per message that a person must look at."""
    public = ids.public("msg", message_id)
    _log.warning("message.failed", message=public, code=code)
    tasks.ask_staff(
        session,
        "message_failed",
        f"A WhatsApp message was not delivered ({code or reason or 'no reason given'}). Call or write by hand.",
        retailer_id=retailer_id,
        facts={"message_id": public, "code": code, "reason": reason[:200]},
        dedupe_key=f"message:{message_id}",
    )


def ask_about_provider(session: Session, code: int | None, reason: str) -> None:
    """One task per kind of trouble with the account, the sender or a template; messages wait meanwhile."""
    tasks.ask_staff(
        session,
        "provider_trouble",
        f"WhatsApp sending needs attention ({code or 'no code'}): {reason[:200]}",
        facts={"code": code},
        dedupe_key=f"provider:{code or reason[:60]}",
    )


def _suppress(session: Session, to_address: str) -> None:
    """Note that this person takes no messages, so that no automatic one is tried again."""
    known = to_address.removeprefix("whatsapp:")
    contact_id = session.scalars(
        select(Contact.id).where((Contact.phone == known) | (Contact.external_user_id == known)).limit(1)
    ).first()
    if contact_id:
        consent.stop(session, contact_id)
