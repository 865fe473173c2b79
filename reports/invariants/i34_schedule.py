"""I34: the scheduler ticks.

Its heartbeat carries the business clock, so for three minutes after somebody moved that clock nothing can be said
against it.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from reports.invariant import AMBER, Invariant

MOST_SECONDS = 180


def _silence(session: Session, _org_id: UUID | None) -> Iterator[str]:
    """Nothing to say when no scheduler has ever run here, or when Bahi is switched off altogether."""
    at = db.execute(session, "SELECT at FROM heartbeat WHERE name = 'tick'").scalar()
    if at is None or clock.seconds_since_moved() < MOST_SECONDS or not _is_running(session):
        return
    if abs((clock.now() - at).total_seconds()) > MOST_SECONDS:
        yield f"the last tick was at {at.isoformat()}, and it is {clock.now().isoformat()}"


def _is_running(session: Session) -> bool:
    found = db.execute(
        session,
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s LIMIT 1",
        (f"bahi {db.APP}",),
    )
    return found.first() is not None


INVARIANT = Invariant(
    id="I34",
    severity=AMBER,
    title="The last tick is less than three minutes old",
    fix="Start a scheduler and a worker (./bahi up, or the processes of the Procfile).",
    probe=_silence,
)
