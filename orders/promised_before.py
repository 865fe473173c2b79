"""Goods that were promised before anybody counted them: from the first count on, their orders hold them like any other.

Otherwise the first count would offer to everybody what confirmed orders are to bring.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from orders import delivery, rules
from parties import organisations

_ORDERS = """
SELECT o.id, o.deliver_on FROM sales_order o
WHERE o.org_id = %(org)s AND o.status = 'confirmed' AND EXISTS (
    SELECT FROM order_line l
    WHERE l.org_id = o.org_id AND l.order_id = o.id AND l.product_id = ANY(%(products)s::uuid[])
        AND NOT EXISTS (SELECT FROM stock s WHERE s.org_id = l.org_id AND s.product_id = l.product_id))
ORDER BY o.id FOR UPDATE OF o
"""
_HOLD = """
WITH held AS (
    INSERT INTO stock_reservation (org_id, order_id, product_id, qty_milli, status, created_at, expires_at)
    SELECT l.org_id, l.order_id, l.product_id, sum(l.base_qty_milli + l.free_milli), 'live', %(now)s, o.until
    FROM order_line l JOIN jsonb_to_recordset(%(orders)s) AS o(id uuid, until timestamptz) ON o.id = l.order_id
    WHERE l.org_id = %(org)s AND l.product_id = ANY(%(products)s::uuid[])
    GROUP BY l.org_id, l.order_id, l.product_id, o.until
    ON CONFLICT (org_id, order_id, product_id) DO NOTHING
    RETURNING product_id, qty_milli
)
UPDATE stock s SET reserved_milli = s.reserved_milli + whole.qty
FROM (SELECT product_id, sum(qty_milli) AS qty FROM held GROUP BY product_id) whole
WHERE s.org_id = %(org)s AND s.product_id = whole.product_id
"""


def lock(session: Session, products: Collection[UUID]) -> list[tuple[UUID, date | None]]:
    """Confirmed orders of what nobody counted yet, with the days they come; locked before any row of the shelf."""
    found = db.execute(session, _ORDERS, _keys(session, products)).all()
    return [(row.id, row.deliver_on) for row in found]


def hold(session: Session, products: Collection[UUID], orders: list[tuple[UUID, date | None]]) -> None:
    """Let these orders hold what they are to bring of products that have just got their row on the shelf."""
    if not orders:
        return
    hours, zone = rules.read(session).stock_hold_hours, organisations.get(session).timezone
    until = [(order_id, delivery.held_until(clock.now(), hours, comes_on, zone)) for order_id, comes_on in orders]
    told = [{"id": str(order_id), "until": end.isoformat() if end else None} for order_id, end in until]
    db.execute(session, _HOLD, {**_keys(session, products), "now": clock.now(), "orders": db.json(told)})


def _keys(session: Session, products: Collection[UUID]) -> dict[str, object]:
    return {"org": str(db.org_of(session)), "products": [str(one) for one in products]}
