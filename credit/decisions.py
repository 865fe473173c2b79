"""Decisions about an account's status, each kept with the rules behind it: OK, WATCH, PAUSED, BLOCKED.

The status is read off the account's row (`watched_at`, `paused_at`, `blocked_at`); nothing else stores it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db, ids
from credit.tables import STATUSES, CreditAccount, CreditEvaluation

OK, WATCH, PAUSED, BLOCKED = STATUSES
STAFF, AUTOMATIC = "staff", "automatic"
MAX_SHOWN = 100


def status_of(account: CreditAccount) -> str:
    """The strictest thing that holds for the account."""
    marks = {BLOCKED: account.blocked_at, PAUSED: account.paused_at, WATCH: account.watched_at}
    return next((status for status, since in marks.items() if since is not None), OK)


def is_stopped(account: CreditAccount) -> bool:
    """Whether nothing new goes on account."""
    return status_of(account) in (PAUSED, BLOCKED)


def since(account: CreditAccount) -> datetime | None:
    """From when on the status holds; None for OK."""
    return account.blocked_at or account.paused_at or account.watched_at


def record(
    session: Session, account: CreditAccount, cause: str, before: str, trace: Sequence[Mapping[str, Any]]
) -> CreditEvaluation:
    """Keep a decision that was just applied to the account. The caller holds its lock."""
    decision = CreditEvaluation(
        id=ids.new(),
        retailer_id=account.retailer_id,
        cause=cause,
        status_before=before,
        status_after=status_of(account),
        trace=[dict(rule) for rule in trace],
        at=clock.now(),
    )
    account.evaluated_at = decision.at
    session.add(decision)
    session.flush()
    return decision


def latest(session: Session, retailer_id: UUID, limit: int = 1) -> Sequence[CreditEvaluation]:
    """The last decisions about an account, newest first."""
    found = (
        select(CreditEvaluation)
        .where(CreditEvaluation.org_id == db.org_of(session), CreditEvaluation.retailer_id == retailer_id)
        .order_by(CreditEvaluation.at.desc(), CreditEvaluation.id.desc())
        .limit(min(limit, MAX_SHOWN))
    )
    return session.scalars(found).all()
