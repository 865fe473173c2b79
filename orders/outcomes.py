"""How an order's way ends or pauses: refused, held, called off, expired; each with its reason, audited."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db
from core.errors import DomainError
from credit.guardrails import Refused
from orders import order
from orders.order import HELD, Order


def close(
    session: Session,
    found: Order,
    status: str,
    action: str,
    failure: dict[str, Any],
    reason: str | None,
    payment_mode: str | None = None,
) -> Order:
    """Write the status down with why. A held order is not closed: it goes on."""
    closed = replace(
        found,
        status=status,
        failure=failure,
        closed_at=None if status == HELD else clock.now(),
        payment_mode=payment_mode or found.payment_mode,
    )
    db.execute(
        session,
        "UPDATE sales_order SET status = %s, failure = %s, closed_at = %s, payment_mode = %s"
        " WHERE org_id = %s AND id = %s",
        (status, db.json(failure), closed.closed_at, closed.payment_mode, str(db.org_of(session)), str(found.id)),
    )
    audit.record(
        session,
        action,
        subject=found.public_id,
        retailer_id=found.retailer_id,
        before={"status": found.status},
        after={"status": status, "total_minor": found.total_minor},
        reason=reason or str(failure["detail"]),
    )
    return closed


def failure_of(refusal: DomainError) -> dict[str, Any]:
    """A no, as an order keeps it: `{code, detail}` with its facts, and all reasons of a guardrail."""
    told = refusal.verdict.as_dict() if isinstance(refusal, Refused) else {"facts": refusal.facts}
    return {"detail": refusal.detail, "code": refusal.code, **told}


def expired(session: Session, gone: Sequence[UUID], what: str) -> None:
    """Audit that nobody said yes in time; nothing when none lapsed."""
    if gone:
        after = {"orders": [order.public_id(one) for one in gone]}
        audit.record(session, "orders.expired", subject=what, after=after)
