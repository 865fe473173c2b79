"""Insights: of each shop its orders, their average, what it usually takes, how punctually it pays, what is due next.

Counted for all shops at night and kept; reading is one row. Numbers are of the last 180 days, by local dates.

A bill was paid on time when everything on it was settled by the end of its due date, whatever settled it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from core.errors import NotFound
from orders import catalogue, usual
from orders.catalogue import Catalogue
from orders.usual import Usual
from parties import organisations
from parties.tables import Organisation

LOOKS_BACK_DAYS = 180
MAX_USUAL = 10

_COUNTED = """
WITH ordered AS (
    SELECT retailer_id, count(*) AS orders, sum(total_minor)::bigint AS total_minor,
        max((confirmed_at AT TIME ZONE %(timezone)s)::date) AS last_order_on
    FROM sales_order
    WHERE org_id = %(org)s AND status IN ('confirmed', 'dispatched')
        AND (confirmed_at AT TIME ZONE %(timezone)s)::date BETWEEN %(since)s AND %(today)s
        AND (%(retailer)s::uuid IS NULL OR retailer_id = %(retailer)s::uuid)
    GROUP BY retailer_id
), fallen_due AS (
    SELECT b.retailer_id, b.open_minor = 0 AND coalesce((
        SELECT max(coalesce(a.applied_on, p.received_on)) <= b.due_on
        FROM allocation a JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id AND p.status = 'posted'
        WHERE a.org_id = b.org_id AND a.bill_id = b.id), true) AS on_time
    FROM bill b
    WHERE b.org_id = %(org)s AND b.kind <> 'refund' AND b.due_on BETWEEN %(since)s AND %(today)s - 1
        AND (%(retailer)s::uuid IS NULL OR b.retailer_id = %(retailer)s::uuid)
), punctual AS (
    SELECT retailer_id, count(*) AS bills_due, count(*) FILTER (WHERE on_time) AS bills_on_time
    FROM fallen_due GROUP BY retailer_id
)
SELECT r.id, coalesce(o.orders, 0) AS orders, coalesce(o.total_minor, 0) AS total_minor, o.last_order_on,
    coalesce(p.bills_due, 0) AS bills_due, coalesce(p.bills_on_time, 0) AS bills_on_time,
    coming.due_on, coming.reference, coming.open_minor, coming.owed_minor,
    coalesce(stands.overdue_minor, 0)::bigint AS overdue_minor
FROM retailer r
LEFT JOIN ordered o ON o.retailer_id = r.id
LEFT JOIN punctual p ON p.retailer_id = r.id
LEFT JOIN credit_standing(p_org => %(org)s, p_retailers => %(retailers)s::uuid[], p_today => %(today)s) stands
    ON stands.retailer_id = r.id
LEFT JOIN LATERAL (
    SELECT * FROM credit_net_bills(r.org_id, stands.retailer_id, stands.outstanding_minor) b
    WHERE b.due_on >= %(today)s AND b.owed_minor > 0 ORDER BY b.due_on, b.bill_on, b.reference LIMIT 1
) coming ON true
WHERE r.org_id = %(org)s AND (%(retailer)s::uuid IS NULL OR r.id = %(retailer)s::uuid)
ORDER BY r.id
"""
_KEEP = """
INSERT INTO insight (org_id, retailer_id, facts, computed_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (org_id, retailer_id) DO UPDATE SET facts = EXCLUDED.facts, computed_at = EXCLUDED.computed_at
"""
_KEPT = """
SELECT r.name, r.code, i.facts, i.computed_at
FROM retailer r LEFT JOIN insight i ON i.org_id = r.org_id AND i.retailer_id = r.id
WHERE r.org_id = %s AND r.id = %s
"""
_OVERVIEW = """
SELECT count(*) AS retailers, count(*) FILTER (WHERE (facts->>'orders')::int > 0) AS ordering,
    coalesce(sum((facts->>'orders')::int), 0)::bigint AS orders,
    coalesce(sum((facts->>'total_minor')::bigint), 0)::bigint AS total_minor,
    coalesce(sum((facts->>'bills_due')::int), 0)::bigint AS bills_due,
    coalesce(sum((facts->>'bills_on_time')::int), 0)::bigint AS bills_on_time,
    coalesce(sum((facts->>'overdue_minor')::bigint), 0)::bigint AS overdue_minor,
    min(computed_at) AS computed_at
FROM insight WHERE org_id = %s
"""
_POPULAR = """
SELECT item->>'sku' AS sku, max(item->>'name') AS name, count(*) AS retailers
FROM insight, jsonb_array_elements(facts->'usual_items') item WHERE org_id = %s
GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class UsualItem:
    """What a shop takes again and again: how much, every how many days, and when it is due next."""

    sku: str
    name: str
    qty: str
    unit: str
    gap_days: int
    next_on: date


@dataclass(frozen=True, slots=True)
class NextDue:
    """The bill that falls due next, and what of it money on account does not settle."""

    bill: str
    due_on: date
    open_minor: int
    owed_minor: int


@dataclass(frozen=True, slots=True)
class Insight:
    """One shop's figures of the last `days`."""

    retailer_id: UUID
    code: str
    name: str
    currency: str
    computed_at: datetime
    days: int
    orders: int
    total_minor: int
    average_order_minor: int | None
    last_order_on: date | None
    usual_items: list[UsualItem]
    bills_due: int
    bills_on_time: int
    on_time_percent: int | None
    overdue_minor: int
    next_due: NextDue | None


@dataclass(frozen=True, slots=True)
class PopularItem:
    """What many shops take again and again."""

    sku: str
    name: str
    retailers: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All shops together, in the last `days`."""

    currency: str
    days: int
    computed_at: datetime | None
    retailers: int
    ordering_retailers: int
    orders: int
    total_minor: int
    average_order_minor: int | None
    on_time_percent: int | None
    overdue_minor: int
    popular_items: list[PopularItem]


def of(session: Session, retailer_id: UUID) -> Insight:
    """What is kept of a shop; counted now when nothing is kept yet. Raises NotFound."""
    row = db.execute(session, _KEPT, (str(db.org_of(session)), str(retailer_id))).first()
    if row is None:
        raise NotFound(kind="Retailer")
    if row.facts is None:
        regenerate(session, retailer_id)
        return of(session, retailer_id)
    facts, due = row.facts, row.facts["next_due"]
    return Insight(
        retailer_id=retailer_id,
        code=row.code,
        name=row.name,
        currency=organisations.get(session).currency,
        computed_at=row.computed_at,
        days=LOOKS_BACK_DAYS,
        orders=facts["orders"],
        total_minor=facts["total_minor"],
        average_order_minor=facts["average_order_minor"],
        last_order_on=_day(facts["last_order_on"]),
        usual_items=[UsualItem(**{**item, "next_on": _day(item["next_on"])}) for item in facts["usual_items"]],
        bills_due=facts["bills_due"],
        bills_on_time=facts["bills_on_time"],
        on_time_percent=facts["on_time_percent"],
        overdue_minor=facts["overdue_minor"],
        next_due=NextDue(**{**due, "due_on": _day(due["due_on"])}) if due else None,
    )


def overview(session: Session) -> Overview:
    """All shops together, from what is kept of each."""
    org = (str(db.org_of(session)),)
    row = db.execute(session, _OVERVIEW, org).one()
    popular = db.execute(session, _POPULAR, org).all()
    return Overview(
        currency=organisations.get(session).currency,
        days=LOOKS_BACK_DAYS,
        computed_at=row.computed_at,
        retailers=row.retailers,
        ordering_retailers=row.ordering,
        orders=row.orders,
        total_minor=row.total_minor,
        average_order_minor=_average(row.total_minor, row.orders),
        on_time_percent=_percent(row.bills_on_time, row.bills_due),
        overdue_minor=row.overdue_minor,
        popular_items=[PopularItem(*item) for item in popular],
    )


def regenerate(session: Session, retailer_id: UUID | None = None) -> int:
    """Count again, for one shop or for all; returns for how many."""
    business = organisations.get(session)
    today = clock.today(business.timezone)
    asked = {
        "org": str(db.org_of(session)),
        "retailer": str(retailer_id) if retailer_id else None,
        "retailers": [str(retailer_id)] if retailer_id else None,
        "timezone": business.timezone,
        "today": today,
        "since": today - timedelta(days=LOOKS_BACK_DAYS),
    }
    goods = catalogue.load(session, version=business.catalogue_version, on=today)
    rows = db.execute(session, _COUNTED, asked).all()
    for row in rows:
        _keep(session, row, _taken(session, row, business, today), goods, today)
    return len(rows)


def _taken(session: Session, row: Any, business: Organisation, today: date) -> list[Usual]:
    """What is usual of a shop; a single order shows nothing, so it is not asked about."""
    if row.orders < usual.OFTEN:
        return []
    return usual.of(session, UUID(str(row.id)), today, business.timezone)


def _day(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None


def _keep(session: Session, row: Any, taken: list[Usual], goods: Catalogue, today: date) -> None:
    facts = {
        "orders": row.orders,
        "total_minor": row.total_minor,
        "average_order_minor": _average(row.total_minor, row.orders),
        "last_order_on": row.last_order_on.isoformat() if row.last_order_on else None,
        "usual_items": [_item(one, goods) for one in taken if one.sku in goods.products][:MAX_USUAL],
        "bills_due": row.bills_due,
        "bills_on_time": row.bills_on_time,
        "on_time_percent": _percent(row.bills_on_time, row.bills_due),
        "overdue_minor": row.overdue_minor,
        "next_due": _due(row) if row.due_on else None,
    }
    db.execute(session, _KEEP, (str(db.org_of(session)), str(row.id), db.json(facts), clock.now()))


def _item(one: Usual, goods: Catalogue) -> dict[str, Any]:
    return {
        "sku": one.sku,
        "name": goods.product(one.sku).name,
        "qty": str(one.qty),
        "unit": one.unit,
        "gap_days": one.gap_days,
        "next_on": one.due_on.isoformat(),
    }


def _due(row: Any) -> dict[str, Any]:
    return {
        "bill": row.reference,
        "due_on": row.due_on.isoformat(),
        "open_minor": row.open_minor,
        "owed_minor": row.owed_minor,
    }


def _average(total_minor: int, count: int) -> int | None:
    return (2 * total_minor + count) // (2 * count) if count else None


def _percent(part: int, whole: int) -> int | None:
    return (200 * part + whole) // (2 * whole) if whole else None
