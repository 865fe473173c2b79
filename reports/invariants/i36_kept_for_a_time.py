"""I36: what is kept for a time only is gone in time.

A day late is the job's own pace; three days late nobody tidies. Nothing is erased on a person's request yet, so there
is nothing to check about that. Ages are told by the business clock, which everything here was dated with.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from reports.invariant import AMBER, Invariant

LATE = timedelta(days=3)
KEYS_LIVE, LINKS_LIVE = timedelta(days=30), timedelta(days=7)  # as jobs/tidy.py and the links' own purge have it
_OVERDUE = """
SELECT org_id, count(*) || ' keys of requests from before ' || %(keys)s::date AS what
FROM idempotency_key WHERE created_at < %(keys)s GROUP BY org_id
UNION ALL
SELECT l.org_id, count(*) || ' routes of links that ended before ' || %(links)s::date
FROM (SELECT org_id, token_hash, expires_at FROM share_link
      UNION ALL SELECT org_id, token_hash, expires_at FROM pay_code) l
JOIN tenant_route r ON r.kind = 'share' AND r.key = l.token_hash AND r.org_id = l.org_id
WHERE l.expires_at < %(links)s GROUP BY l.org_id
"""


def _overdue(session: Session, org_id: UUID | None) -> Iterator[str]:
    now = clock.now() - LATE
    asked = {"keys": now - KEYS_LIVE, "links": now - LINKS_LIVE}
    for found_in, what in db.execute(session, _OVERDUE, asked).all():
        if org_id is None or found_in == org_id:
            yield f"organisation {found_in}: {what}"


INVARIANT = Invariant(
    id="I36",
    severity=AMBER,
    title="Keys of requests and routes of ended links are forgotten in time",
    fix="See that the scheduler runs (I34); the job `tidy` removes them once a day.",
    probe=_overdue,
)
