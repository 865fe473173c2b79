"""Lets quotes lapse that nobody confirmed within a day, and orders that were held for too long."""

from sqlalchemy.orm import Session

from orders import holding, ordering
from orders.settings import OrderSettings


def run(session: Session) -> dict[str, int]:
    """Expire what is too old; returns the counts."""
    kept_for = OrderSettings.current(session).hold_days
    return {"expired": ordering.expire_pending(session), "held_expired": len(holding.expire(session, kept_for))}
