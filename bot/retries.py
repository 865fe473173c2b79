"""Messages whose turn failed: kept, tried again in their order, and in the end answered by people.

A message waits in its own row (`status = 'retry'`). Until it is handled or given up, later messages of the same
conversation wait behind it, so what people say acts in the order in which they said it.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot import engine, flow, ingress
from bot.ingress import Incoming
from bot.tables import InboundMessage
from bot.turn import Kept
from core import clock, db, ids, logs, outbox, queue
from core.i18n import _, speaking
from parties import channels, tasks
from parties.channels import ChannelLine

MAX_TRIES = 5
PAUSES = (timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=30))
MAX_ERROR = 500

log = logs.get(__name__)


def keep(line: ChannelLine, incoming: Incoming, error: Exception) -> None:
    """Store a message whose turn failed, to be tried again soon. Harmless when it is stored already."""
    with db.transaction(line.org_id) as session:
        db.execute(
            session,
            "INSERT INTO inbound_message (org_id, id, channel_id, account_sid, message_sid, from_address, body,"
            " payload, status, outcome, attempts, next_try_at, error, received_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'retry', 'waiting', 0, clock_timestamp() + %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (
                str(line.org_id),
                str(ids.new()),
                str(line.channel_id),
                incoming.account_sid,
                incoming.message_sid,
                incoming.from_address,
                incoming.body,
                db.json(incoming.payload),
                PAUSES[0],
                _named(error),
                clock.now(),
            ),
        )


def retry(org_id: UUID, inbound_id: UUID) -> None:
    """Take the turn of a stored message again, after those that its conversation waits for. Raises on an outage."""
    for row in _in_order(org_id, inbound_id):
        if row.id != inbound_id and not row.is_due:
            return
        if not _try(org_id, row):
            return


def _try(org_id: UUID, row: Any) -> bool:
    """True when the message needs no further try."""
    incoming, kept = ingress.stored(row), Kept(row.id, row.received_at)
    try:
        line = _line(org_id, row.channel_id)
        db.run(lambda session: engine.answer(session, flow.installed(), line, incoming, kept))
    except Exception as error:
        log.exception("turn.failed_again", message_sid=row.message_sid, attempts=row.attempts + 1)
        return _postpone(org_id, row, error)
    queue.hint("send")
    return True


def _postpone(org_id: UUID, row: Any, error: Exception) -> bool:
    with db.transaction(org_id) as session:
        message = db.fetch(session, InboundMessage, row.id, lock=True)
        if message.status != "retry":
            return True
        message.attempts += 1
        message.error = _named(error)
        if message.attempts < MAX_TRIES:
            pause = PAUSES[min(message.attempts, len(PAUSES) - 1)]
            session.flush()  # the statement below must find the row as it is now
            db.execute(
                session,
                "UPDATE inbound_message SET next_try_at = clock_timestamp() + %s WHERE org_id = %s AND id = %s",
                (pause, str(org_id), str(message.id)),
            )
            return False
        _give_up(session, message)
    queue.hint("send")
    return True


def _give_up(session: Session, message: InboundMessage) -> None:
    """Dead letter: an apology in the person's language, and a task for people."""
    message.status = message.outcome = "dead"
    message.next_try_at, message.handled_at = None, clock.now()
    person = _person(session, message)
    language = person.language if person else "en"
    with speaking(language):
        apology = _("Sorry, something went wrong with your last message. Our team has been told and will answer you.")
    outbox.put(
        session,
        channel_id=message.channel_id,
        to_address=message.from_address,
        language=language,
        body=apology,
        retailer_id=person.retailer_id if person else None,
        reply_to_id=message.id,
        dedupe_key=f"dead:{message.id}",
    )
    tasks.ask_staff(
        session,
        "message_failed",
        "A WhatsApp message could not be handled. Please read it and answer by hand.",
        retailer_id=person.retailer_id if person else None,
        facts={"message_sid": message.message_sid, "from": message.from_address, "text": message.body[:500]},
        dedupe_key=f"message:{message.id}",
    )


def _in_order(org_id: UUID, inbound_id: UUID) -> list[Any]:
    with db.transaction(org_id) as session:
        return list(
            db.execute(
                session,
                "SELECT w.*, w.next_try_at <= clock_timestamp() AS is_due"
                " FROM inbound_message m JOIN inbound_message w ON w.org_id = m.org_id AND w.status = 'retry'"
                " AND w.channel_id = m.channel_id AND w.from_address = m.from_address"
                " AND (w.received_at, w.id) <= (m.received_at, m.id)"
                " WHERE m.org_id = %s AND m.id = %s ORDER BY w.received_at, w.id",
                (str(org_id), str(inbound_id)),
            )
        )


def _line(org_id: UUID, channel_id: UUID) -> ChannelLine:
    with db.transaction(org_id) as session:
        return channels.line(session, channel_id)


def _person(session: Session, message: InboundMessage) -> Any:
    incoming = ingress.stored(message)
    return db.execute(
        session,
        "SELECT c.retailer_id, coalesce(c.language, r.language, 'en') AS language FROM contact c"
        " LEFT JOIN retailer r ON r.org_id = c.org_id AND r.id = c.retailer_id"
        " WHERE c.org_id = %s AND (c.phone = %s OR c.external_user_id = %s)"
        " ORDER BY c.phone = %s DESC NULLS LAST LIMIT 1",
        (str(db.org_of(session)), incoming.phone, incoming.external_user_id, incoming.phone),
    ).first()


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:MAX_ERROR]
