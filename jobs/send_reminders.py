"""Reminds of bills by local date: claims what is due and puts one message per retailer into the outbox."""

from datetime import date

from sqlalchemy.orm import Session

from core import clock, ids, logs
from credit import reminders
from credit.reminders import Digest
from notices.reminders import remind
from parties import organisations, tasks

_log = logs.get("send_reminders")


def run(session: Session, today: date | None = None) -> dict[str, int]:
    """Everything that is due on the organisation's local date (`today` is another one, to preview) and not yet said.

    Returns counts.
    Claim and messages are one transaction. A retailer whose message cannot be written gets none: the claim is marked as
    skipped, staff are asked, and the others go on.
    """
    digests = reminders.claim(session, today or clock.today(organisations.get(session).timezone))
    written = sum(_remind(session, digest) for digest in digests)
    return {"reminded": written, "failed": len(digests) - written}


def _remind(session: Session, digest: Digest) -> bool:
    try:
        with session.begin_nested():
            message_id = remind(session, digest)
            if message_id is None:
                reminders.skip(session, digest, "nothing_to_say")
            else:
                reminders.attach(session, digest, message_id)
        return message_id is not None
    except Exception as error:
        _log.exception("reminder.failed", retailer=ids.public("ret", digest.retailer_id))
        reminders.skip(session, digest, "not_written")
        tasks.ask_staff(
            session,
            "reminder_failed",
            "A payment reminder could not be written. Please remind this retailer by hand.",
            retailer_id=digest.retailer_id,
            facts={"error": type(error).__name__, "local_on": digest.local_on.isoformat()},
            dedupe_key=f"reminder:{digest.retailer_id}:{digest.local_on}",
        )
        return False
