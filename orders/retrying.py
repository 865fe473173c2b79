"""Failed orders tried again by themselves: within a day, at no higher price than they failed at, each a few times.

An order that the shop has replaced by a newer one is left alone, and so is one that fails by itself, such as one that
is too small. Trying again changes nothing unless the order can be placed.
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
        AND f.failure->>'code' <> 'ORDER_BELOW_MINIMUM'
        AND NOT EXISTS (
            SELECT FROM sales_order newer WHERE newer.org_id = f.org_id AND newer.retailer_id = f.retailer_id
                AND newer.created_at > f.created_at AND newer.status IN ('pending', 'confirmed', 'dispatched', 'held'))
    ORDER BY f.created_at, f.id LIMIT {MAX_AT_ONCE} FOR UPDATE SKIP LOCKED
)
RETURNING o.id, o.total_minor, o.created_at
"""


def retry_failed(session: Session, hours: int) -> list[Order]:
    """Try orders that failed in so many hours again, the oldest first; returns those that are placed now."""
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
