"""What was open on a day, and how old it was.

Today's answer reads the maintained column; an earlier day is rebuilt from bills and from allocations by the day their
money came in (a reversal: by the day it was made). Both agree with the ledger at that date.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from core import db
from credit import days
from parties import organisations

BUCKETS = ("not_due", "1-30", "31-60", "61-90", "90+")

BUCKET = """
CASE WHEN due_on >= %(as_of)s THEN 'not_due' WHEN due_on >= %(as_of)s - 30 THEN '1-30'
     WHEN due_on >= %(as_of)s - 60 THEN '31-60' WHEN due_on >= %(as_of)s - 90 THEN '61-90' ELSE '90+' END
"""
_NOW = """
SELECT org_id, id, retailer_id, reference, bill_on, due_on, amount_minor, open_minor
FROM bill WHERE org_id = %(org)s AND open_minor > 0
"""
_THEN = """
SELECT b.org_id, b.id, b.retailer_id, b.reference, b.bill_on, b.due_on, b.amount_minor,
       b.amount_minor - applied.amount_minor AS open_minor
FROM bill b
CROSS JOIN LATERAL (
    SELECT coalesce(sum(a.amount_minor), 0)::bigint AS amount_minor
    FROM allocation a JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id
    WHERE a.org_id = b.org_id AND a.bill_id = b.id
        AND CASE WHEN a.applied_on IS NOT NULL THEN a.applied_on
                 WHEN a.amount_minor > 0 THEN p.received_on
                 ELSE (a.created_at AT TIME ZONE %(zone)s)::date END <= %(as_of)s
) applied
WHERE b.org_id = %(org)s AND b.bill_on <= %(as_of)s AND b.amount_minor > applied.amount_minor
"""


@dataclass(frozen=True)
class AsOf:
    """A day to look at. `is_past` says that the maintained columns no longer tell."""

    on: date
    is_past: bool
    zone: str

    @property
    def open_bills(self) -> str:
        """A query of the bills that were open then; takes `parameters`."""
        return _THEN if self.is_past else _NOW


def as_of(session: Session, on: date | None) -> AsOf:
    """This day, or today. A coming day shows today's balances at the age they will have then."""
    today = days.today(session)
    on = on or today
    return AsOf(on, on < today, organisations.get(session).timezone)


def parameters(session: Session, when: AsOf, **more: Any) -> dict[str, Any]:
    """What the queries of this module need, and more."""
    return {"org": str(db.org_of(session)), "as_of": when.on, "zone": when.zone, **more}
