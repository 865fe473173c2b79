"""I34: the scheduler ticks.

Its heartbeat carries the business clock, so for three minutes after somebody moved that clock nothing can be said
against it.
"""

import time
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, settings
from reports.invariant import AMBER, Invariant

MOST_SECONDS = 180


def _silence(session: Session, _org_id: UUID | None) -> Iterator[str]:
    """Nothing to say when no scheduler has ever run here."""
    at = db.execute(session, "SELECT at FROM heartbeat WHERE name = 'tick'").scalar()
    if at is not None and not _just_moved() and abs((clock.now() - at).total_seconds()) > MOST_SECONDS:
        yield f"the last tick was at {at.isoformat()}, and it is {clock.now().isoformat()}"


def _just_moved() -> bool:
    moved = settings.current().home / clock.FILE_NAME
    return moved.exists() and time.time() - moved.stat().st_mtime < MOST_SECONDS


INVARIANT = Invariant(
    id="I34",
    severity=AMBER,
    title="The last tick is less than three minutes old",
    fix="Start a scheduler and a worker (./bahi up, or the processes of the Procfile).",
    probe=_silence,
)
