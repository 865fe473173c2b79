"""Takes up stored messages whose turn failed or had to wait."""

from uuid import UUID

from bot import retries
from core import audit, db, logs

BATCH = 100

_log = logs.get("retry_inbound")


def run() -> int:
    """Try what is due, oldest first; one message's trouble stays its own. Returns how many were tried."""
    due = _due()
    who = audit.actor()
    for org_id, inbound_id in due:
        audit.act_as(who)  # the turn before named its own person, perhaps of another organisation
        try:
            retries.retry(org_id, inbound_id)
        except Exception:
            _log.exception("inbound.crashed", inbound=str(inbound_id))
    return len(due)


def _due() -> list[tuple[UUID, UUID]]:
    with db.transaction(role=db.DOCTOR) as session:
        rows = db.execute(
            session,
            "SELECT org_id, id FROM inbound_message WHERE status = 'retry' AND next_try_at <= clock_timestamp()"
            " ORDER BY id LIMIT %s",
            (BATCH,),
        ).all()
    return [(UUID(str(org_id)), UUID(str(identifier))) for org_id, identifier in rows]
