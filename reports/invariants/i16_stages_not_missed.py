"""I16: a stage that was due was sent, or it is written down why not, before another day is over.

Nothing is expected for days before the organisation's first reminder run, nor in the minutes after somebody moved the
business clock.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db
from credit import missed_stages
from parties.tables import Organisation
from reports.invariant import AMBER, Invariant
from reports.invariants.i34_schedule import MOST_SECONDS

_SINCE = """
SELECT org_id, min(started_at) FROM job_run
WHERE job = 'reminders' AND (%(org)s::uuid IS NULL OR org_id = %(org)s::uuid) GROUP BY org_id
"""


def _missing(session: Session, org_id: UUID | None) -> Iterator[str]:
    if clock.seconds_since_moved() < MOST_SECONDS:
        return
    running = dict(db.execute(session, _SINCE, {"org": str(org_id) if org_id else None}).all())
    for organisation in session.scalars(select(Organisation).where(Organisation.org_id.in_(running))):
        zone = ZoneInfo(organisation.timezone)
        since, today = running[organisation.org_id].astimezone(zone).date(), clock.today(organisation.timezone)
        for stage in missed_stages.find(session, organisation, since, today - timedelta(days=1)):
            yield f"bill {stage.bill_id}: nothing is known of {stage.name} of {stage.sent_on.isoformat()}"


INVARIANT = Invariant(
    id="I16",
    severity=AMBER,
    title="Every stage that was due was claimed, or is written down as skipped, within a day",
    fix="See that the scheduler runs; its hourly job writes down what was missed. Call the shops concerned.",
    probe=_missing,
)
