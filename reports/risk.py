"""The risk dashboard: what is owed by age, and which shops need attention, why, and what happens next by itself.

Today and coming days are read from kept totals (`reports/sql/risk_totals.sql`) and cost the same whatever is open; a
past day adds up bills. What is said of a shop are the figures of its account (credit/standing.py): money on account has
settled the oldest bills before anything is past due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from credit import days, reminders, rules, standing
from credit.rules import Seen, Tried
from parties import organisations
from parties.tables import Organisation
from reports import ageing, next_steps, past, watchlist
from reports.next_steps import Clockwork, Step

MAX_ATTENTION = 50  # as in risk_attention, which also knows 80 percent
NEARLY_PERCENT = 80  # of the limit: worth a look before the next order is refused

OVERDUE = "OVERDUE"
TOO_OLD = "OVERDUE_DAYS_EXCEEDED"
OVER_LIMIT = "CREDIT_LIMIT_EXCEEDED"
NEAR_LIMIT = "CREDIT_LIMIT_NEAR"
PAUSED = "CREDIT_PAUSED"
BLOCKED = "ACCOUNT_BLOCKED"
REASONS = (BLOCKED, PAUSED, TOO_OLD, OVERDUE, OVER_LIMIT, NEAR_LIMIT)

_TOTALS = "SELECT minors, shops, on_account_minor, overdue_minor FROM risk_totals(p_org => %(org)s, p_on => %(as_of)s)"
_ATTENTION = """
SELECT retailer_id, name, reminders_paused, stage, stage_on FROM risk_attention(
    p_org => %(org)s, p_on => %(as_of)s, p_nearly => %(nearly)s, p_stages => %(stages)s::text[],
    p_offsets => %(offsets)s::int[], p_longest => %(longest)s)
"""
# What a past day is asked: it reads every bill that was open then, and nets money on account like `credit_net_bills`.
_THEN = """
WITH booked AS (
    SELECT retailer_id, sum(CASE WHEN debit_account = 'receivable' THEN amount_minor ELSE 0 END
                          - CASE WHEN credit_account = 'receivable' THEN amount_minor ELSE 0 END)::bigint AS minor
    FROM ledger_transfer WHERE org_id = %(org)s AND effective_on <= %(as_of)s GROUP BY retailer_id
), open_bill AS (
    SELECT retailer_id, due_on, open_minor, greatest(0, least(open_minor, so_far - held))::bigint AS owed_minor
    FROM (SELECT b.retailer_id, b.due_on, b.open_minor, sum(b.open_minor) OVER oldest AS so_far,
              sum(b.open_minor) OVER (PARTITION BY b.retailer_id) - coalesce(booked.minor, 0) AS held
          FROM ({source}) b LEFT JOIN booked ON booked.retailer_id = b.retailer_id
          WINDOW oldest AS (PARTITION BY b.retailer_id ORDER BY b.due_on, b.bill_on, b.reference, b.id)) b
)
"""
_TOTALS_THEN = f"""
{_THEN}
SELECT {ageing.BUCKET} AS bucket, sum(open_minor)::bigint AS open_minor, count(DISTINCT retailer_id) AS shops,
    coalesce(sum(owed_minor) FILTER (WHERE due_on < %(as_of)s), 0)::bigint AS overdue_minor
FROM open_bill GROUP BY 1
UNION ALL SELECT 'booked', coalesce(sum(minor), 0)::bigint, 0, 0 FROM booked
"""
_ATTENTION_THEN = f"""
{_THEN}, late AS (
    SELECT retailer_id, sum(open_minor)::bigint AS open_minor,
        coalesce(sum(owed_minor) FILTER (WHERE due_on < %(as_of)s), 0)::bigint AS overdue_minor,
        min(due_on) FILTER (WHERE owed_minor > 0) AS oldest_due_on
    FROM open_bill GROUP BY retailer_id
), account AS (
    SELECT a.retailer_id, %(as_of)s AS today, granted.limit_minor, a.tolerance_minor,
        coalesce(late.open_minor, 0) AS open_minor, coalesce(booked.minor, 0) AS outstanding_minor,
        used.used_minor, coalesce(late.overdue_minor, 0) AS overdue_minor, late.oldest_due_on,
        CASE WHEN granted.limit_minor > 0 THEN greatest(0, used.used_minor) * 100 / granted.limit_minor ELSE 0 END
            AS limit_used_percent,
        (SELECT coalesce(sum(b.owed_minor), 0)::bigint FROM open_bill b
         WHERE b.retailer_id = a.retailer_id AND b.due_on < %(as_of)s - a.max_outstanding_days) AS too_old_minor,
        CASE WHEN a.paused_at IS NOT NULL THEN '' END AS paused_for,
        CASE WHEN a.blocked_at IS NOT NULL THEN '' END AS blocked_for
    FROM credit_account a
    LEFT JOIN late ON late.retailer_id = a.retailer_id
    LEFT JOIN booked ON booked.retailer_id = a.retailer_id
    CROSS JOIN LATERAL (
        SELECT greatest(a.limit_minor,
            CASE WHEN a.temporary_until >= %(as_of)s THEN a.temporary_limit_minor END) AS limit_minor
    ) granted
    CROSS JOIN LATERAL (
        SELECT coalesce(booked.minor, 0) + counted.promised_minor + counted.uncleared_minor AS used_minor
        FROM ({past.COUNTED.format(retailer="a.retailer_id")}) counted
    ) used
    WHERE a.org_id = %(org)s
), listed AS (
    SELECT *, too_old_minor > tolerance_minor AS is_too_old FROM account
    WHERE overdue_minor > 0 OR limit_used_percent >= %(nearly)s
        OR (open_minor > 0 AND (paused_for IS NOT NULL OR blocked_for IS NOT NULL))
    ORDER BY overdue_minor DESC, oldest_due_on, used_minor DESC, retailer_id LIMIT %(most)s
)
SELECT listed.*, retailer.name, retailer.reminders_paused, coming.stage, coming.stage_on
FROM listed JOIN retailer ON retailer.org_id = %(org)s AND retailer.id = listed.retailer_id
LEFT JOIN LATERAL (
    SELECT stage.name AS stage, b.due_on + stage.days AS stage_on
    FROM ({{source}}) b
    CROSS JOIN unnest(%(stages)s::text[], %(offsets)s::int[]) AS stage (name, days)
    LEFT JOIN reminder r ON r.org_id = b.org_id AND r.bill_id = b.id AND r.due_on = b.due_on AND r.stage = stage.name
    WHERE b.retailer_id = listed.retailer_id AND b.due_on >= %(as_of)s - %(longest)s
        AND b.due_on + stage.days >= %(as_of)s AND r.id IS NULL
    ORDER BY b.due_on + stage.days, stage.days DESC LIMIT 1
) coming ON true
ORDER BY listed.overdue_minor DESC, listed.oldest_due_on, listed.used_minor DESC, listed.retailer_id
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is so old, and of how many shops."""

    name: str
    amount_minor: int
    retailers: int


@dataclass(frozen=True, slots=True)
class Attention:
    """A shop to look at: why, and what happens by itself next."""

    retailer_id: UUID
    name: str
    outstanding_minor: int
    overdue_minor: int
    oldest_overdue_days: int
    limit_used_percent: int | None
    reasons: list[str]
    fired: list[Tried]
    next_step: str
    next_step_on: date | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Open bills by age, and the shops to look at, at the end of a day."""

    as_of_on: date
    currency: str
    open_minor: int
    on_account_minor: int
    outstanding_minor: int
    overdue_minor: int
    buckets: list[Bucket]
    attention: list[Attention]


@dataclass(frozen=True, slots=True)
class Totals:
    """What is open by age: an amount and a number of shops for each of ageing.BUCKETS; and what belongs beside it."""

    minors: Sequence[int]
    shops: Sequence[int]
    on_account_minor: int
    overdue_minor: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A shop to look at: its figures (of a past day a row with their names), as the rules see it, its next reminder."""

    stands: Any
    seen: Seen | None
    row: Any


def dashboard(session: Session, as_of: date | None = None) -> Dashboard:
    """Open bills by age, and the shops to look at, at the end of `as_of` (today when None).

    The buckets partition `open_minor`; money on account stands beside them and is not netted into one. Limits and
    pauses are always today's.
    """
    when = ageing.as_of(session, as_of)
    totals = _totals_then(session, when) if when.is_past else _totals(session, when)
    open_minor = sum(totals.minors)
    by, organisation = next_steps.clockwork(session), organisations.get(session)
    return Dashboard(
        as_of_on=when.on,
        currency=organisation.currency,
        open_minor=open_minor,
        on_account_minor=totals.on_account_minor,
        outstanding_minor=open_minor - totals.on_account_minor,
        overdue_minor=totals.overdue_minor,
        buckets=[Bucket(*of_age) for of_age in zip(ageing.BUCKETS, totals.minors, totals.shops, strict=True)],
        attention=[_attention(one, by, organisation) for one in _listed(session, when)],
    )


def _totals(session: Session, when: ageing.AsOf) -> Totals:
    return Totals(*db.execute(session, _TOTALS, ageing.parameters(session, when)).one())


def _totals_then(session: Session, when: ageing.AsOf) -> Totals:
    rows = db.execute(session, _TOTALS_THEN.format(source=when.open_bills), ageing.parameters(session, when)).all()
    found = {row.bucket: row for row in rows}
    buckets = [found.get(name) for name in ageing.BUCKETS]
    minors = [row.open_minor if row else 0 for row in buckets]
    return Totals(
        minors,
        [row.shops if row else 0 for row in buckets],
        sum(minors) - found["booked"].open_minor,
        sum(row.overdue_minor for row in buckets if row),
    )


def _listed(session: Session, when: ageing.AsOf) -> list[Listed]:
    """The shops to look at, the worst first; today they are told as the rules of the ladder see them."""
    where = ageing.parameters(
        session,
        when,
        nearly=NEARLY_PERCENT,
        most=MAX_ATTENTION,
        stages=list(reminders.OFFSETS),
        offsets=list(reminders.OFFSETS.values()),
        longest=max(reminders.OFFSETS.values()),
    )
    if when.is_past:
        where["until"] = past.end_of(session, when.on)
        then = db.execute(session, _ATTENTION_THEN.format(source=when.open_bills), where)
        return [Listed(row, None, row) for row in then]
    rows = db.execute(session, _ATTENTION, where).all()
    shops = [row.retailer_id for row in rows]
    if when.on == days.today(session):
        seen = {one.retailer_id: one for one in rules.look(session, shops)}
        return [Listed(seen[row.retailer_id].stands, seen[row.retailer_id], row) for row in rows]
    coming = {one.retailer_id: one for one in standing.every(session, shops, when.on)}
    return [Listed(coming[row.retailer_id], None, row) for row in rows]


def _attention(one: Listed, by: Clockwork, organisation: Organisation) -> Attention:
    wanted, trace = rules.judge_seen(by.ladder, one.seen) if one.seen else (None, ())
    step = _next_step(one, organisation, next_steps.of(one.seen, wanted, by) if one.seen and wanted else None)
    late_since = one.stands.oldest_due_on or one.stands.today
    return Attention(
        retailer_id=one.row.retailer_id,
        name=one.row.name,
        outstanding_minor=one.stands.outstanding_minor,
        overdue_minor=one.stands.overdue_minor,
        oldest_overdue_days=days.overdue(late_since, one.stands.today),
        limit_used_percent=watchlist.used_percent(one.stands),
        reasons=_reasons(one.stands),
        fired=[tried for tried in reversed(trace) if tried.fired],
        next_step=step.text,
        next_step_on=step.on,
    )


def _reasons(stands: Any) -> list[str]:
    limit_minor = stands.limit_minor or 0
    checks = {
        BLOCKED: stands.blocked_for is not None,
        PAUSED: stands.paused_for is not None,
        TOO_OLD: stands.is_too_old,
        OVERDUE: stands.overdue_minor > 0,
        OVER_LIMIT: stands.used_minor > limit_minor > 0,
        NEAR_LIMIT: stands.used_minor <= limit_minor and stands.limit_used_percent >= NEARLY_PERCENT,
    }
    return [code for code, applies in checks.items() if applies]


def _next_step(one: Listed, organisation: Organisation, coming: Step | None) -> Step:
    """What happens by itself first, a reminder or what the rules do; and what a person has to do when none is left."""
    if not one.stands.open_minor:
        reminder = Step("No bill is open: orders are billed at dispatch, and cheques wait for the bank.")
    elif one.row.reminders_paused:
        reminder = Step("Reminders are paused: call the shop.")
    else:
        reminder = _reminder(one.row, organisation) or Step("No automatic reminder is left: call the shop.")
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
