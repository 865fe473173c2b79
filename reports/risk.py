"""The risk dashboard: what is owed by age, and which shops need attention, why, and what happens next by itself.

Today is read from kept totals (see reports/kept.py) and costs the same whatever is open; other days add up bills.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core import db, ids
from credit import days, reminders, rules
from credit.rules import Seen
from parties import organisations
from parties.tables import Organisation
from reports import ageing, kept, next_steps
from reports.next_steps import Clockwork, Step

MAX_ATTENTION = 50  # as in risk_late
NEARLY_PERCENT = 80  # of the limit: worth a look before the next order is refused

OVERDUE = "OVERDUE"
TOO_OLD = "OVERDUE_DAYS_EXCEEDED"
OVER_LIMIT = "CREDIT_LIMIT_EXCEEDED"
NEAR_LIMIT = "CREDIT_LIMIT_NEAR"
PAUSED = "CREDIT_PAUSED"
BLOCKED = "ACCOUNT_BLOCKED"
REASONS = (BLOCKED, PAUSED, TOO_OLD, OVERDUE, OVER_LIMIT, NEAR_LIMIT)

# What a day other than today is asked: it reads every bill that was open then.
_TOTALS = """
WITH open_bill AS ({source})
SELECT {bucket} AS bucket, sum(open_minor)::bigint, count(DISTINCT retailer_id) FROM open_bill GROUP BY 1
UNION ALL SELECT 'net', {net}, 0
"""
_NET_NOW = "(SELECT coalesce(sum(outstanding_minor), 0)::bigint FROM credit_account WHERE org_id = %(org)s)"
_NET_THEN = """
(SELECT coalesce(sum(CASE WHEN debit_account = 'receivable' THEN amount_minor ELSE 0 END
                   - CASE WHEN credit_account = 'receivable' THEN amount_minor ELSE 0 END), 0)::bigint
 FROM ledger_transfer WHERE org_id = %(org)s AND effective_on <= %(as_of)s)
"""
_ATTENTION = """
WITH owed AS (
    SELECT retailer_id, sum(open_minor)::bigint AS open_minor,
        coalesce(sum(open_minor) FILTER (WHERE due_on < %(as_of)s), 0)::bigint AS overdue_minor,
        min(due_on) AS oldest_due_on
    FROM ({source}) open_bill GROUP BY retailer_id
), account AS (
    SELECT a.retailer_id, a.limit_minor, a.max_outstanding_days, a.paused_at IS NOT NULL AS paused,
        coalesce(owed.open_minor, 0) AS open_minor, coalesce(owed.overdue_minor, 0) AS overdue_minor,
        coalesce(greatest(0, %(as_of)s - owed.oldest_due_on), 0) AS oldest_days,
        CASE WHEN %(is_past)s THEN coalesce(owed.open_minor, 0)
             ELSE a.outstanding_minor + a.reserved_minor END AS used_minor
    FROM credit_account a LEFT JOIN owed ON owed.retailer_id = a.retailer_id
    WHERE a.org_id = %(org)s
        AND (owed.retailer_id IS NOT NULL OR a.outstanding_minor <> 0 OR a.reserved_minor <> 0)
), listed AS (
    SELECT * FROM account
    WHERE overdue_minor > 0 OR (paused AND open_minor > 0)
        OR (limit_minor > 0 AND used_minor * 100 >= limit_minor * %(nearly)s)
    ORDER BY overdue_minor DESC, oldest_days DESC, used_minor DESC, retailer_id LIMIT %(most)s
)
"""
_SHOWN = """
SELECT listed.*, retailer.name, retailer.reminders_paused, coming.stage, coming.stage_on
FROM listed JOIN retailer ON retailer.org_id = %(org)s AND retailer.id = listed.retailer_id
LEFT JOIN LATERAL (
    SELECT stage.name AS stage, b.due_on + stage.days AS stage_on
    FROM ({source}) b
    CROSS JOIN unnest(%(stages)s::text[], %(offsets)s::int[]) AS stage (name, days)
    LEFT JOIN reminder r ON r.org_id = b.org_id AND r.bill_id = b.id AND r.due_on = b.due_on AND r.stage = stage.name
    WHERE b.retailer_id = listed.retailer_id AND b.due_on >= %(as_of)s - %(longest)s
        AND b.due_on + stage.days >= %(as_of)s AND r.id IS NULL
    ORDER BY b.due_on + stage.days, stage.days DESC LIMIT 1
) coming ON true
ORDER BY listed.overdue_minor DESC, listed.oldest_days DESC, listed.used_minor DESC, listed.retailer_id
"""


def dashboard(session: Session, as_of: date | None = None) -> dict[str, Any]:
    """Open bills by age, and the shops to look at, at the end of `as_of` (today when None).

    `outstanding_minor` is the sum of open bills, which the buckets partition; money on account is shown beside it and
    not netted into a bucket; `net_minor` is what the ledger says. Limits and pauses are always today's.
    """
    when = ageing.as_of(session, as_of)
    is_today = when.on == days.today(session)
    known = kept.totals(session, when) if is_today else None
    found = known or _totals(session, when, is_today)
    net_minor = found.pop("net")[0]
    buckets = [{"name": name, "amount_minor": found[name][0], "retailers": found[name][1]} for name in ageing.BUCKETS]
    outstanding_minor = sum(amount_minor for amount_minor, _ in found.values())
    return {
        "as_of_on": when.on.isoformat(),
        "currency": organisations.get(session).currency,
        "outstanding_minor": outstanding_minor,
        "overdue_minor": outstanding_minor - found["not_due"][0],
        "on_account_minor": outstanding_minor - net_minor,
        "net_minor": net_minor,
        "buckets": buckets,
        "attention": _attention(session, when, is_today, known is not None),
    }


def _totals(session: Session, when: ageing.AsOf, is_today: bool) -> dict[str, tuple[int, int]]:
    """Amount and number of shops by bucket; under `net` what the ledger says."""
    where = ageing.parameters(session, when, names=list(ageing.BUCKETS))
    net = _NET_THEN if when.is_past else _NET_NOW
    sql = kept.TOTALS if is_today else _TOTALS.format(bucket=ageing.BUCKET, source=when.open_bills, net=net)
    found = {name: (amount_minor, shops) for name, amount_minor, shops in db.execute(session, sql, where)}
    return {name: found.get(name, (0, 0)) for name in (*ageing.BUCKETS, "net")}


def _attention(session: Session, when: ageing.AsOf, is_today: bool, is_current: bool) -> list[dict[str, Any]]:
    rows = _listed(session, when, is_today, is_current)
    seen = {one.retailer_id: one for one in rules.look(session, [row.retailer_id for row in rows])} if is_today else {}
    by, organisation = next_steps.clockwork(session), organisations.get(session)
    return [_shown(row, seen.get(row.retailer_id), by, organisation) for row in rows]


def _listed(session: Session, when: ageing.AsOf, is_today: bool, is_current: bool) -> list[Any]:
    """The shops to look at, the worst first. `is_current`: each shop's kept age is of this day."""
    where = ageing.parameters(
        session,
        when,
        is_past=when.is_past,
        nearly=NEARLY_PERCENT,
        most=MAX_ATTENTION,
        stages=list(reminders.OFFSETS),
        offsets=list(reminders.OFFSETS.values()),
        longest=max(reminders.OFFSETS.values()),
    )
    if is_current and len(late := db.execute(session, kept.LATE, where).all()) == MAX_ATTENTION:
        return late
    listed = kept.ATTENTION if is_today else _ATTENTION.format(source=when.open_bills)
    return db.execute(session, listed + _SHOWN.format(source=when.open_bills), where).all()


def _shown(row: Any, seen: Seen | None, by: Clockwork, organisation: Organisation) -> dict[str, Any]:
    """A shop to look at. Today it is told as the rules see it: temporary limits, cheques and money on account count."""
    used_minor, limit_minor = (seen.used_minor, seen.limit_minor) if seen else (row.used_minor, row.limit_minor)
    wanted, trace = rules.judge_seen(by.ladder, seen) if seen else (None, ())
    step = _next_step(row, organisation, next_steps.of(seen, wanted, by) if seen and wanted else None)
    return {
        "retailer_id": ids.public("ret", row.retailer_id),
        "name": row.name,
        "outstanding_minor": row.open_minor,
        "overdue_minor": row.overdue_minor,
        "oldest_overdue_days": row.oldest_days,
        "limit_used_percent": max(0, used_minor) * 100 // limit_minor if limit_minor else None,
        "reasons": _reasons(row, seen, used_minor, limit_minor or 0),
        "fired": [one.as_dict() for one in reversed(trace) if one.fired],
        "next_step": step.text,
        "next_step_on": step.on.isoformat() if step.on else None,
    }


def _reasons(row: Any, seen: Seen | None, used_minor: int, limit_minor: int) -> list[str]:
    old_days = seen.facts.overdue_days if seen else row.oldest_days
    checks = {
        BLOCKED: seen is not None and seen.blocked,
        PAUSED: row.paused,
        TOO_OLD: row.max_outstanding_days is not None and old_days > row.max_outstanding_days,
        OVERDUE: row.overdue_minor > 0,
        OVER_LIMIT: used_minor > limit_minor > 0,
        NEAR_LIMIT: limit_minor * NEARLY_PERCENT <= used_minor * 100 <= limit_minor * 100 and limit_minor > 0,
    }
    return [code for code, applies in checks.items() if applies]


def _next_step(row: Any, organisation: Organisation, coming: Step | None) -> Step:
    """What happens by itself first, a reminder or what the rules do; and what a person has to do when none is left."""
    if not row.open_minor:
        reminder = Step("Nothing is open yet: the orders are billed at dispatch.")
    elif row.reminders_paused:
        reminder = Step("Reminders are paused: call the shop.")
    else:
        reminder = _reminder(row, organisation) or Step("No automatic reminder is left: call the shop.")
    if coming is None or coming.on is None:
        return reminder
    if reminder.on is None:
        return Step(f"{coming.text} {reminder.text}", coming.on)
    return min(reminder, coming, key=lambda step: step.on or date.max)


def _reminder(row: Any, organisation: Organisation) -> Step | None:
    """The next reminder of the bill that comes up first, on the day on which it is really sent: never a closed one."""
    if row.stage is None:
        return None
    due_on, stages = row.stage_on - timedelta(days=reminders.OFFSETS[row.stage]), list(reminders.OFFSETS)
    for stage in stages[stages.index(row.stage) :]:
        sent_on = reminders.sent_on(organisation, stage, due_on)
        if sent_on is not None:
            return Step(f"Reminder {stage} on {next_steps.day(sent_on)}.", sent_on)
    return None
