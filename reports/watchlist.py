"""Why an account has its status, and which accounts are at risk: rules, numbers, the next automatic step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from credit import accounts, decisions, guardrails, ladder, standing
from credit.decisions import BLOCKED, OK, PAUSED, WATCH
from credit.guardrails import Helps, Reason
from credit.ladder import Evaluation
from credit.rules import Tried
from credit.tables import CreditAccount, CreditEvaluation
from reports import next_steps
from reports.next_steps import Clockwork, Step

LAST_DECISIONS = 5
_NAMES = """
SELECT r.id, r.name, r.code, a.currency, a.pause_source, a.block_source
FROM retailer r JOIN credit_account a ON a.org_id = r.org_id AND a.retailer_id = r.id
WHERE r.org_id = %s AND r.id = ANY(%s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """May a shop take anything on account now, why it has its status, and what comes next. `helps` when it may not."""

    retailer_id: UUID
    currency: str
    allowed: bool
    reason: str | None
    reasons: Sequence[Reason]
    helps: Helps | None
    available_minor: int
    available_reason: str | None
    largest_order_minor: int
    status: str
    since_at: datetime | None
    source: str | None
    status_reason: str | None
    wanted_status: str
    trace: Sequence[Tried]
    next_step: str
    next_step_on: date | None
    decisions: Sequence[CreditEvaluation]


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A shop that is watched or stopped, or about to be."""

    retailer_id: UUID
    code: str
    name: str
    status: str
    wanted_status: str
    source: str | None
    currency: str
    outstanding_minor: int
    overdue_minor: int
    limit_used_percent: int | None
    available_minor: int
    available_reason: str | None
    fired: Sequence[Tried]
    next_step: str
    next_step_on: date | None


def evaluate(session: Session, retailer_id: UUID) -> Evaluated:
    """Every reason why the smallest order would be refused now; the status, who set it and why, every rule as it
    stands now, and the last decisions. Raises NotFound."""
    verdict = guardrails.judge(session, retailer_id, amount_minor=1)
    stands, account = standing.of(session, retailer_id), accounts.get(session, retailer_id)
    now = ladder.look(session, retailer_id)
    step = _next_step(now, next_steps.clockwork(session))
    return Evaluated(
        retailer_id=retailer_id,
        currency=stands.currency,
        allowed=verdict.allowed,
        reason=verdict.reason,
        reasons=verdict.reasons,
        helps=None if verdict.allowed else verdict.helps,
        available_minor=stands.available_minor,
        available_reason=stands.available_reason,
        largest_order_minor=stands.largest_order_minor,
        status=now.status,
        since_at=decisions.since(account),
        source=source_of(account),
        status_reason=account.block_reason or account.pause_reason,
        wanted_status=now.wanted,
        trace=now.trace,
        next_step=step.text,
        next_step_on=step.on,
        decisions=decisions.latest(session, retailer_id, LAST_DECISIONS),
    )


def source_of(account: CreditAccount) -> str | None:
    """Who stopped the account: staff, automatic, or nobody."""
    return account.block_source if account.blocked_at else account.pause_source


def at_risk(session: Session, limit: int, skip: int = 0) -> list[AtRisk]:
    """Accounts that are watched, stopped, or about to be: the strictest first, then the longest overdue."""
    found = sorted(ladder.look_all(session), key=_severity)[skip : skip + limit]
    keys = [str(one.retailer_id) for one in found]
    named = {row.id: row for row in db.execute(session, _NAMES, (str(db.org_of(session)), keys))}
    by = next_steps.clockwork(session)
    return [_row(one, named[one.retailer_id], by) for one in found]


def _next_step(found: Evaluation, by: Clockwork) -> Step:
    return next_steps.of(found.seen, found.wanted, by)


def _severity(found: Evaluation) -> tuple[int, int, str]:
    order = (BLOCKED, PAUSED, WATCH, OK)
    late = max((tried.value for tried in found.trace if tried.rule == "overdue_days"), default=0)
    return min(order.index(found.status), order.index(found.wanted)), -late, str(found.retailer_id)


def _row(found: Evaluation, named: Any, by: Clockwork) -> AtRisk:
    stands, step = found.seen.stands, _next_step(found, by)
    return AtRisk(
        retailer_id=found.retailer_id,
        code=named.code,
        name=named.name,
        status=found.status,
        wanted_status=found.wanted,
        source=named.block_source if found.status == BLOCKED else named.pause_source,
        currency=named.currency,
        outstanding_minor=stands.outstanding_minor,
        overdue_minor=stands.overdue_minor,
        limit_used_percent=used_percent(stands),
        available_minor=stands.available_minor,
        available_reason=stands.available_reason,
        fired=found.fired,
        next_step=step.text,
        next_step_on=step.on,
    )


def used_percent(stands: Any) -> int | None:
    """How much of its limit a shop uses, as every list of shops to look at has it; None without a limit."""
    return stands.limit_used_percent if stands.limit_minor else None
