"""Refused orders tried again by themselves: those that somebody asked to let through, and no other.

A refusal is final. Who wants the order all the same keeps it (`orders/holding.py`, placed when credit allows it) or
asks for an override; the one that an override is asked or given for is tried here within a day, at no higher price than
it was refused at, a few times, as the second yes or the goods may come late. Of one shop it is the newest order:
whatever came after it, placed or refused, has taken its place. What was confirmed in the chat while something of ours
failed is no order yet but a message, and is taken again as such (`bot/retries.py`).
"""

from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from core.errors import DomainError
from orders import ordering
from orders.order import FAILED, Order

MAX_TRIES = 12
MAX_AT_ONCE = 200
_FAILED = f"""
UPDATE sales_order o SET tries = o.tries + 1
WHERE o.org_id = %(org)s AND o.id IN (
    SELECT f.id FROM sales_order f
    WHERE f.org_id = %(org)s AND f.status = '{FAILED}' AND f.tries < {MAX_TRIES}
        AND f.created_at > %(now)s - make_interval(hours => %(hours)s)
        AND EXISTS (
            SELECT FROM credit_override wanted WHERE wanted.org_id = f.org_id AND wanted.reference_id = f.id
                AND wanted.status IN ('requested', 'approved') AND wanted.expires_at > %(now)s)
        AND NOT EXISTS (
            SELECT FROM sales_order newer WHERE newer.org_id = f.org_id AND newer.retailer_id = f.retailer_id
                AND (newer.created_at, newer.id) > (f.created_at, f.id)
                AND newer.status IN ('pending', 'confirmed', 'dispatched', 'held', '{FAILED}'))
    ORDER BY f.created_at, f.id LIMIT {MAX_AT_ONCE} FOR UPDATE SKIP LOCKED
)
RETURNING o.id, o.total_minor, o.created_at
"""


def retry_failed(session: Session, hours: int) -> list[Order]:
    """Try what was refused in so many hours and is asked for, one of a shop; returns the orders that are placed now."""
    if hours <= 0:
        return []
    keys = {"org": str(db.org_of(session)), "now": clock.now(), "hours": hours}
    found = sorted(db.execute(session, _FAILED, keys).all(), key=lambda row: (row.created_at, row.id))
    tried = [_placed(session, row.id, row.total_minor) for row in found]
    return [order for order in tried if order is not None]


def _placed(session: Session, order_id: UUID, agreed_minor: int) -> Order | None:
    try:
        with session.begin_nested():
            tried = ordering.retry(session, order_id, agreed_minor=agreed_minor)
            if tried.refusal is not None:
                raise tried.refusal
            return tried.order
    except DomainError:  # refused, dearer now, or not sold any more: it stays failed as it was, for people to see
        return None
