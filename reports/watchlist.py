"""Why an account has its status, and which accounts are at risk: rules, numbers, the next automatic step."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, ids
from credit import accounts, decisions, ladder
from credit.decisions import BLOCKED, OK, PAUSED, WATCH
from credit.ladder import Evaluation
from credit.tables import CreditAccount, CreditEvaluation
from reports import next_steps
from reports.next_steps import Clockwork

LAST_DECISIONS = 5
_NAMES = """
SELECT r.id, r.name, r.code, a.currency, a.pause_source, a.block_source
FROM retailer r JOIN credit_account a ON a.org_id = r.org_id AND a.retailer_id = r.id
WHERE r.org_id = %s AND r.id = ANY(%s::uuid[])
"""


def why(session: Session, retailer_id: UUID) -> dict[str, Any]:
    """The status, who set it and why, every rule as it stands now, and the last decisions. Raises NotFound."""
    account = accounts.get(session, retailer_id)
    now = ladder.look(session, retailer_id)
    since = decisions.since(account)
    return {
        "status": now.status,
        "since_at": clock.rfc3339(since),
        "source": source_of(account),
        "status_reason": account.block_reason or account.pause_reason,
        "wanted_status": now.wanted,
        "trace": [tried.as_dict() for tried in now.trace],
        **_next_step(now, next_steps.clockwork(session)),
        "decisions": [_decision(one) for one in decisions.latest(session, retailer_id, LAST_DECISIONS)],
    }


def source_of(account: CreditAccount) -> str | None:
    """Who stopped the account: staff, automatic, or nobody."""
    return account.block_source if account.blocked_at else account.pause_source


def at_risk(session: Session, limit: int, skip: int = 0) -> list[dict[str, Any]]:
    """Accounts that are watched, stopped, or about to be: the strictest first, then the longest overdue."""
    found = sorted(ladder.look_all(session), key=_severity)[skip : skip + limit]
    keys = [str(one.retailer_id) for one in found]
    named = {row.id: row for row in db.execute(session, _NAMES, (str(db.org_of(session)), keys))}
    by = next_steps.clockwork(session)
    return [_row(one, named[one.retailer_id], by) for one in found]


def _next_step(found: Evaluation, by: Clockwork) -> dict[str, str | None]:
    step = next_steps.of(found.seen, found.wanted, by)
    return {"next_step": step.text, "next_step_on": step.on.isoformat() if step.on else None}


def _severity(found: Evaluation) -> tuple[int, int, str]:
    order = (BLOCKED, PAUSED, WATCH, OK)
    late = max((tried.value for tried in found.trace if tried.rule == "overdue_days"), default=0)
    return min(order.index(found.status), order.index(found.wanted)), -late, str(found.retailer_id)


def _row(found: Evaluation, named: Any, by: Clockwork) -> dict[str, Any]:
    source = named.block_source if found.status == BLOCKED else named.pause_source
    return {
        "retailer_id": ids.public("ret", found.retailer_id),
        "code": named.code,
        "name": named.name,
        "status": found.status,
        "wanted_status": found.wanted,
        "source": source,
        "currency": named.currency,
        **used(found.seen.stands),
        "available_minor": found.seen.stands.available_minor,
        "available_reason": found.seen.stands.available_reason,
        "fired": [tried.as_dict() for tried in found.fired],
        **_next_step(found, by),
    }


def used(stands: Any) -> dict[str, Any]:
    """What a shop owes, is late with and uses of its limit, as every list of shops to look at has it."""
    return {
        "outstanding_minor": stands.outstanding_minor,
        "overdue_minor": stands.overdue_minor,
        "limit_used_percent": stands.limit_used_percent if stands.limit_minor else None,
    }


def _decision(one: CreditEvaluation) -> Mapping[str, Any]:
    return {
        "at": clock.rfc3339(one.at),
        "cause": one.cause,
        "status_before": one.status_before,
        "status_after": one.status_after,
        "trace": one.trace,
    }
