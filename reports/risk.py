"""The risk dashboard: what is owed by age, and which shops need attention, why, and what happens next by itself."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from core import db, ids
from core.i18n import format_day
from credit import reminders
from parties import organisations
from reports import ageing

MAX_ATTENTION = 50
NEARLY_PERCENT = 80  # of the limit: worth a look before the next order is refused

OVERDUE = "OVERDUE"
TOO_OLD = "OVERDUE_DAYS_EXCEEDED"
OVER_LIMIT = "CREDIT_LIMIT_EXCEEDED"
NEAR_LIMIT = "CREDIT_LIMIT_NEAR"
PAUSED = "CREDIT_PAUSED"

_BUCKETS = """
SELECT {bucket} AS bucket, sum(open_minor)::bigint, count(DISTINCT retailer_id)
FROM ({source}) open_bill GROUP BY 1
"""
_NET_NOW = """
SELECT coalesce(sum(outstanding_minor), 0)::bigint FROM credit_account
WHERE org_id = %(org)s AND (outstanding_minor <> 0 OR reserved_minor <> 0)
"""
_NET_THEN = """
SELECT coalesce(sum(CASE WHEN debit_account = 'receivable' THEN amount_minor ELSE 0 END
                  - CASE WHEN credit_account = 'receivable' THEN amount_minor ELSE 0 END), 0)::bigint
FROM ledger_transfer WHERE org_id = %(org)s AND effective_on <= %(as_of)s
"""
_ATTENTION = """
WITH owed AS (
    SELECT retailer_id, sum(open_minor)::bigint AS open_minor,
        coalesce(sum(open_minor) FILTER (WHERE due_on < %(as_of)s), 0)::bigint AS overdue_minor,
        greatest(0, %(as_of)s - min(due_on)) AS oldest_days
    FROM ({source}) open_bill GROUP BY retailer_id
), account AS (
    SELECT a.*, coalesce(owed.open_minor, 0) AS open_minor, coalesce(owed.overdue_minor, 0) AS overdue_minor,
        coalesce(owed.oldest_days, 0) AS oldest_days,
        CASE WHEN %(is_past)s THEN coalesce(owed.open_minor, 0)
             ELSE a.outstanding_minor + a.reserved_minor END AS used_minor
    FROM credit_account a LEFT JOIN owed ON owed.retailer_id = a.retailer_id
    WHERE a.org_id = %(org)s
        AND (owed.retailer_id IS NOT NULL OR a.outstanding_minor <> 0 OR a.reserved_minor <> 0)
)
SELECT account.retailer_id, retailer.name, account.open_minor, account.overdue_minor, account.oldest_days,
    account.used_minor, account.limit_minor, account.max_outstanding_days,
    account.paused_at IS NOT NULL AS paused, retailer.reminders_paused
FROM account JOIN retailer ON retailer.org_id = account.org_id AND retailer.id = account.retailer_id
WHERE account.overdue_minor > 0
    OR (account.paused_at IS NOT NULL AND account.open_minor > 0)
    OR (account.limit_minor > 0 AND account.used_minor * 100 >= account.limit_minor * %(nearly)s)
ORDER BY account.overdue_minor DESC, account.oldest_days DESC, account.used_minor DESC, account.retailer_id
LIMIT %(most)s
"""
_NEXT_STAGE = """
SELECT DISTINCT ON (b.retailer_id) b.retailer_id, stage.name, b.due_on + stage.days
FROM ({source}) b
CROSS JOIN unnest(%(stages)s::text[], %(offsets)s::int[]) AS stage (name, days)
LEFT JOIN reminder r ON r.org_id = b.org_id AND r.bill_id = b.id AND r.due_on = b.due_on AND r.stage = stage.name
WHERE b.retailer_id = ANY(%(retailers)s::uuid[]) AND b.due_on + stage.days >= %(as_of)s AND r.id IS NULL
ORDER BY b.retailer_id, b.due_on + stage.days, stage.days DESC
"""


def dashboard(session: Session, as_of: date | None = None) -> dict[str, Any]:
    """Open bills by age, and the shops to look at, at the end of `as_of` (today when None).

    `outstanding_minor` is the sum of open bills, which the buckets partition; money on account is shown beside it and
    not netted into a bucket; `net_minor` is what the ledger says. Limits and pauses are always today's.
    """
    when = ageing.as_of(session, as_of)
    where = ageing.parameters(session, when)
    buckets = _buckets(session, when, where)
    outstanding_minor = sum(bucket["amount_minor"] for bucket in buckets)
    net_minor: int = db.execute(session, _NET_THEN if when.is_past else _NET_NOW, where).scalar_one()
    return {
        "as_of_on": when.on.isoformat(),
        "currency": organisations.get(session).currency,
        "outstanding_minor": outstanding_minor,
        "overdue_minor": outstanding_minor - buckets[0]["amount_minor"],
        "on_account_minor": outstanding_minor - net_minor,
        "net_minor": net_minor,
        "buckets": buckets,
        "attention": _attention(session, when),
    }


def _buckets(session: Session, when: ageing.AsOf, where: dict[str, Any]) -> list[dict[str, Any]]:
    rows = db.execute(session, _BUCKETS.format(bucket=ageing.BUCKET, source=when.open_bills), where)
    found = {name: (amount_minor, shops) for name, amount_minor, shops in rows}
    amounts = [(name, *found.get(name, (0, 0))) for name in ageing.BUCKETS]
    return [{"name": name, "amount_minor": amount, "retailers": shops} for name, amount, shops in amounts]


def _attention(session: Session, when: ageing.AsOf) -> list[dict[str, Any]]:
    where = ageing.parameters(session, when, is_past=when.is_past, nearly=NEARLY_PERCENT, most=MAX_ATTENTION)
    rows = db.execute(session, _ATTENTION.format(source=when.open_bills), where).all()
    steps = _next_stages(session, when, [str(row.retailer_id) for row in rows])
    return [
        {
            "retailer_id": ids.public("ret", row.retailer_id),
            "name": row.name,
            "outstanding_minor": row.open_minor,
            "overdue_minor": row.overdue_minor,
            "oldest_overdue_days": row.oldest_days,
            "limit_used_percent": row.used_minor * 100 // row.limit_minor if row.limit_minor else None,
            "reasons": _reasons(row),
            "next_step": _next_step(row, steps.get(row.retailer_id)),
        }
        for row in rows
    ]


def _reasons(row: Any) -> list[str]:
    limited = row.limit_minor is not None and row.limit_minor > 0
    checks = {
        PAUSED: row.paused,
        TOO_OLD: row.max_outstanding_days is not None and row.oldest_days > row.max_outstanding_days,
        OVERDUE: row.overdue_minor > 0,
        OVER_LIMIT: limited and row.used_minor > row.limit_minor,
        NEAR_LIMIT: limited and row.limit_minor * NEARLY_PERCENT <= row.used_minor * 100 <= row.limit_minor * 100,
    }
    return [code for code, applies in checks.items() if applies]


def _next_stages(session: Session, when: ageing.AsOf, retailers: list[str]) -> dict[Any, tuple[str, date]]:
    where = ageing.parameters(
        session,
        when,
        retailers=retailers,
        stages=list(reminders.OFFSETS),
        offsets=list(reminders.OFFSETS.values()),
    )
    rows = db.execute(session, _NEXT_STAGE.format(source=when.open_bills), where)
    return {retailer_id: (stage, on) for retailer_id, stage, on in rows}


def _next_step(row: Any, stage: tuple[str, date] | None) -> str:
    """The next thing that happens by itself, or what a person has to do because nothing will."""
    if not row.open_minor:
        return "Nothing is open yet: the orders are billed at dispatch."
    if row.reminders_paused:
        return "Reminders are paused: call the shop."
    if stage is None:
        return "No automatic reminder is left: call the shop."
    return f"Reminder {stage[0]} on {format_day(stage[1], 'en')}."
