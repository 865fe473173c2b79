"""What was open on a day, and how old it was.

Today's answer reads the maintained column; an earlier day is rebuilt from bills and from allocations by the day their
money came in (a reversal: by the day it was made). Both agree with the ledger at that date.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from credit import days
from parties import organisations

VIEWS = {  # the last day of each bucket but the open one at the end, in days past due
    "accountant": (30, 60, 90),
    "collection": (7, 15, 30, 60, 90),
}
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
                 ELSE coalesce(p.reversed_on, (a.created_at AT TIME ZONE %(zone)s)::date) END <= %(as_of)s
) applied
WHERE b.org_id = %(org)s AND b.bill_on <= %(as_of)s AND b.amount_minor > applied.amount_minor
"""
_REPORT = """
SELECT count(*) AS bills, count(DISTINCT retailer_id) AS retailers, sum(open_minor)::bigint AS open_minor, bucket
FROM (
    SELECT retailer_id, open_minor, {bucket} AS bucket
    FROM ({source}) open_bill WHERE %(retailer)s::uuid IS NULL OR retailer_id = %(retailer)s::uuid
) aged GROUP BY bucket
"""
_OPEN = "SELECT coalesce(sum(open_minor), 0)::bigint FROM ({source}) open_bill WHERE retailer_id = %(retailer)s"
_OWED = """
SELECT coalesce(sum(outstanding_minor), 0)::bigint FROM credit_account
WHERE org_id = %(org)s AND (%(retailer)s::uuid IS NULL OR retailer_id = %(retailer)s::uuid)
"""
_OWED_THEN = """
SELECT coalesce(sum(CASE WHEN debit_account = 'receivable' THEN amount_minor ELSE 0 END
                  - CASE WHEN credit_account = 'receivable' THEN amount_minor ELSE 0 END), 0)::bigint
FROM ledger_transfer
WHERE org_id = %(org)s AND effective_on <= %(as_of)s
    AND (%(retailer)s::uuid IS NULL OR retailer_id = %(retailer)s::uuid)
"""
_BUCKET_OF = {
    "due_on": "CASE WHEN due_on >= %(as_of)s THEN 0 ELSE 1 + width_bucket(%(as_of)s - due_on, %(edges)s::int[]) END",
    "bill_on": "width_bucket(%(as_of)s - bill_on, %(edges)s::int[])",
}
AGES_FROM = tuple(_BUCKET_OF)


@dataclass(frozen=True, slots=True)
class AgeBucket:
    """What is so old."""

    name: str
    amount_minor: int = 0
    bills: int = 0
    retailers: int = 0


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is open on a day by its age; the buckets add up to `open_minor`."""

    as_of_on: date
    currency: str
    by: str
    view: str
    open_minor: int
    on_account_minor: int
    outstanding_minor: int
    buckets: list[AgeBucket]


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


def open_minor(session: Session, when: AsOf, retailer_id: UUID) -> int:
    """What one shop's bills left to pay at the end of a day."""
    where = parameters(session, when, retailer=str(retailer_id))
    found: int = db.execute(session, _OPEN.format(source=when.open_bills), where).scalar_one()
    return found


def buckets(view: str, by: str = "due_on") -> tuple[str, ...]:
    """The names of a view's buckets, youngest first, without gap or overlap; by bill date nothing is 'not due'."""
    edges = VIEWS[view]
    first, more = (0, ()) if by == "bill_on" else (1, ("not_due",))
    closed = (f"{begin}-{end}" for begin, end in zip((first, *(edge + 1 for edge in edges)), edges, strict=False))
    return (*more, *closed, f"{edges[-1]}+")


def report(
    session: Session,
    on: date | None = None,
    *,
    by: str = "due_on",
    view: str = "accountant",
    retailer_id: UUID | None = None,
) -> Ageing:
    """What was open at the end of a day by its age since the due date or the bill date, of all shops or of one.

    Money on account stands beside the buckets and is not netted into one. Raises KeyError for an unknown view or date.
    """
    when = as_of(session, on)
    edges = [edge + 1 for edge in VIEWS[view]]
    where = parameters(session, when, edges=edges, retailer=str(retailer_id) if retailer_id else None)
    sql = _REPORT.format(bucket=_BUCKET_OF[by], source=when.open_bills)
    rows = {row.bucket: row for row in db.execute(session, sql, where)}
    open_minor = sum(row.open_minor for row in rows.values())
    owed_minor: int = db.execute(session, _OWED_THEN if when.is_past else _OWED, where).scalar_one()
    return Ageing(
        as_of_on=when.on,
        currency=organisations.get(session).currency,
        by=by,
        view=view,
        open_minor=open_minor,
        on_account_minor=open_minor - owed_minor,
        outstanding_minor=owed_minor,
        buckets=[_bucket(name, rows.get(place)) for place, name in enumerate(buckets(view, by))],
    )


def _bucket(name: str, row: Any) -> AgeBucket:
    return AgeBucket(name, row.open_minor, row.bills, row.retailers) if row else AgeBucket(name)
