"""I57: goods that came back with a document are in the movements as the document says, and gone with it.

Only documents that say where their goods went, of products that were counted when it was said; an order whose goods
left before anybody counted has taken out nothing.
"""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I57",
    severity=RED,
    title="Returns and cancelled sales put back what they say; an order on a live bill has taken out what it brings",
    fix="Count the product again, which books the difference; a movement that its document does not say is a bug.",
    sql="""
SELECT said.org_id, 'document ' || said.number || ': ' || said.milli || ' of product ' || said.product_id
    || ' should have come back, ' || coalesce(moved.back, 0) || ' did, ' || coalesce(-moved.broken, 0) || ' broken'
    AS what
FROM (
    SELECT i.org_id, i.id, i.number, p.id AS product_id, i.goods, coalesce(i.cancelled_at, i.created_at) AS at,
        CASE WHEN i.goods IN ('shelf', 'damaged') AND (i.document_type = 'credit_note') = (i.status = 'issued')
            THEN sum(l.qty_milli) ELSE 0 END AS milli
    FROM invoice i
    JOIN invoice_line l ON l.org_id = i.org_id AND l.invoice_id = i.id
    JOIN product p ON p.org_id = l.org_id AND p.sku = l.sku
    WHERE i.goods IS NOT NULL
    GROUP BY i.org_id, i.id, p.id
) said
LEFT JOIN (
    SELECT org_id, invoice_id, product_id, sum(change_milli) FILTER (WHERE kind = 'return') AS back,
        sum(change_milli) FILTER (WHERE kind = 'damage') AS broken
    FROM stock_movement WHERE invoice_id IS NOT NULL GROUP BY org_id, invoice_id, product_id
) moved ON moved.org_id = said.org_id AND moved.invoice_id = said.id AND moved.product_id = said.product_id
WHERE (coalesce(moved.back, 0) <> said.milli
        OR coalesce(-moved.broken, 0) <> CASE said.goods WHEN 'damaged' THEN said.milli ELSE 0 END)
    AND EXISTS (
        SELECT FROM stock_movement m
        WHERE m.org_id = said.org_id AND m.product_id = said.product_id AND m.created_at < said.at)
UNION ALL
SELECT o.org_id, 'order ' || o.number || ' brought ' || needed.milli || ' of product ' || needed.product_id || ', '
    || -out.milli || ' left the shelf'
FROM sales_order o
JOIN invoice i ON i.org_id = o.org_id AND i.id = o.invoice_id AND i.status = 'issued'
JOIN (
    SELECT org_id, order_id, product_id, sum(base_qty_milli + free_milli) AS milli
    FROM order_line GROUP BY org_id, order_id, product_id
) needed ON needed.org_id = o.org_id AND needed.order_id = o.id
JOIN (
    SELECT m.org_id, m.order_id, m.product_id, sum(m.change_milli) AS milli
    FROM stock_movement m LEFT JOIN invoice d ON d.org_id = m.org_id AND d.id = m.invoice_id
    WHERE m.order_id IS NOT NULL AND (d.id IS NULL OR d.document_type <> 'credit_note')
    GROUP BY m.org_id, m.order_id, m.product_id
    HAVING (array_agg(m.kind ORDER BY m.created_at, m.id))[1] = 'dispatch'
) out ON out.org_id = o.org_id AND out.order_id = o.id AND out.product_id = needed.product_id
WHERE o.status = 'dispatched' AND -out.milli <> needed.milli
""",
)
