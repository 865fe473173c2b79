"""Signs of life as rows: a process that runs and does nothing looks dead here, as it should."""

import math

from core import clock, db


def beat(name: str) -> None:
    """Note that `name` is alive now, by the business clock."""
    with db.transaction() as session:
        db.execute(
            session,
            "INSERT INTO heartbeat (name, at) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
            (name, clock.now()),
        )


def seconds_since(name: str) -> float:
    """Business seconds between the last beat and now, whichever came first; infinite when there was none."""
    with db.transaction() as session:
        at = db.execute(session, "SELECT at FROM heartbeat WHERE name = %s", (name,)).scalar()
    return math.inf if at is None else abs((clock.now() - at).total_seconds())
