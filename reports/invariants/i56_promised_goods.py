"""I56: what a confirmed order is to bring is held for it, until the day it was promised for and a day more.

Goods that nobody had counted when the order was promised are none of this: nothing was there to hold.
"""

from reports.invariant import RED, Invariant

_KEPT_UNTIL = "((o.deliver_on + 2)::timestamp AT TIME ZONE g.timezone)"  # orders/delivery.py `held_until`

INVARIANT = Invariant(
    id="I56",
    severity=RED,
    title="A confirmed order holds its counted goods, all of them, until its promised day and a day more",
    fix="Shorten the order to what it holds, or call it off; goods held by no order are a bug to report.",
    sql=f"""
SELECT needed.org_id, 'order ' || needed.number || ' needs ' || needed.milli || ' of product ' || needed.product_id
    || ' and holds ' || CASE WHEN r.status = 'live' THEN r.qty_milli::text ELSE 'nothing' END AS what
FROM (
    SELECT o.org_id, o.id, o.number, o.confirmed_at, l.product_id, sum(l.base_qty_milli + l.free_milli) AS milli
    FROM sales_order o JOIN order_line l ON l.org_id = o.org_id AND l.order_id = o.id
    WHERE o.status = 'confirmed'
    GROUP BY o.org_id, o.id, o.number, o.confirmed_at, l.product_id
) needed
LEFT JOIN stock_reservation r
    ON r.org_id = needed.org_id AND r.order_id = needed.id AND r.product_id = needed.product_id
WHERE EXISTS (
        SELECT FROM stock_movement m
        WHERE m.org_id = needed.org_id AND m.product_id = needed.product_id AND m.created_at < needed.confirmed_at)
    AND r.status IS DISTINCT FROM 'expired'
    AND (r.status IS DISTINCT FROM 'live' OR r.qty_milli <> needed.milli)
UNION ALL
SELECT o.org_id, 'order ' || o.number || ' is promised for ' || o.deliver_on || ' and its goods are held until '
    || coalesce(r.ended_at, r.expires_at)
FROM stock_reservation r
JOIN sales_order o ON o.org_id = r.org_id AND o.id = r.order_id
JOIN organisation g ON g.org_id = r.org_id
WHERE (r.status = 'live' AND r.expires_at < {_KEPT_UNTIL})
    OR (o.status = 'confirmed' AND r.status = 'expired' AND r.ended_at < {_KEPT_UNTIL})
""",
)
