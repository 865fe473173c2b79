"""I51: an order holds goods and credit while it is confirmed, and exactly as much credit as it comes to."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I51",
    severity=RED,
    title="A confirmed order on credit has its total reserved; goods are held for confirmed orders only",
    fix="Cancel or shorten the order, which puts both right; goods held by another order are a bug to report.",
    sql="""
SELECT o.org_id, 'order ' || coalesce(o.number, o.id::text) || ' comes to ' || o.total_minor || ', '
    || coalesce(r.amount_minor::text, 'nothing') || ' is reserved' AS what
FROM sales_order o
LEFT JOIN reservation r ON r.org_id = o.org_id AND r.reference_id = o.id AND r.status = 'live'
WHERE o.status = 'confirmed' AND o.payment_mode = 'CREDIT' AND r.amount_minor IS DISTINCT FROM o.total_minor
UNION ALL
SELECT o.org_id, 'order ' || o.id || ' is ' || o.status || ' and holds goods'
FROM stock_reservation s JOIN sales_order o ON o.org_id = s.org_id AND o.id = s.order_id
WHERE s.status = 'live' AND o.status <> 'confirmed'
""",
)
