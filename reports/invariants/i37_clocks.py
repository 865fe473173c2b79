"""I37: database and application agree about the time, and every stored moment knows its zone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from reports.invariant import AMBER, Invariant

MOST_SECONDS = 2


def _skew(session: Session, _org_id: UUID | None) -> Iterator[str]:
    """Compares real clocks: the business clock may be moved outside production."""
    before = datetime.now(UTC)
    there: datetime = db.execute(session, "SELECT clock_timestamp()").scalar_one()
    after = datetime.now(UTC)
    apart = max((before - there).total_seconds(), (there - after).total_seconds(), 0)
    if apart > MOST_SECONDS:
        yield f"the database's clock and this machine's are {apart:.1f} seconds apart"


INVARIANT = Invariant(
    id="I37",
    severity=AMBER,
    title="Clocks are less than two seconds apart; the database works in UTC; every moment has a zone",
    fix="Run a time service on both machines; use timestamptz.",
    sql="""
SELECT NULL::uuid AS org_id, 'the session works in ' || current_setting('TimeZone') AS what
WHERE current_setting('TimeZone') <> 'UTC'
UNION ALL
SELECT NULL, table_name || '.' || column_name || ' has no time zone'
FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'
""",
    probe=_skew,
)
