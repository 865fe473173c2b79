"""I50: what is promised of the shelf is the sum of live reservations."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I50",
    severity=RED,
    title="Stock reserved = the live reservations of goods",
    fix="A total without reservations, or goods held without a stock, is a bug to report; cancel the order meanwhile.",
    sql="""
SELECT org_id, 'product ' || product_id || ': ' || sum(reserved) || ' reserved, ' || sum(live) || ' live' AS what
FROM (
    SELECT org_id, product_id, reserved_milli AS reserved, 0 AS live FROM stock
    UNION ALL
    SELECT org_id, product_id, 0, qty_milli FROM stock_reservation WHERE status = 'live'
) promised
GROUP BY org_id, product_id HAVING sum(reserved) <> sum(live)
UNION ALL
SELECT r.org_id, 'goods are held of product ' || r.product_id || ', which has no stock'
FROM stock_reservation r
WHERE r.status = 'live'
    AND NOT EXISTS (SELECT FROM stock s WHERE s.org_id = r.org_id AND s.product_id = r.product_id)
""",
)
