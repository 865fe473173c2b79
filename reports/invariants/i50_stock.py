"""I50: what is promised of the shelf is the sum of live reservations, and the shelf is the sum of its movements."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I50",
    severity=RED,
    title="Stock reserved = the live reservations; stock on hand = its movements; neither is ever negative",
    fix="Count the product again; a total without reservations is a bug to report. Restore the CHECK never_negative.",
    sql="""
SELECT s.org_id, 'product ' || s.product_id || ': ' || s.reserved_milli || ' reserved, '
    || coalesce(live.milli, 0) || ' live' AS what
FROM stock s
LEFT JOIN (
    SELECT org_id, product_id, sum(qty_milli) AS milli FROM stock_reservation WHERE status = 'live' GROUP BY 1, 2
) live USING (org_id, product_id)
WHERE s.reserved_milli <> coalesce(live.milli, 0)
UNION ALL
SELECT r.org_id, 'goods are held of product ' || r.product_id || ', which has no stock'
FROM stock_reservation r
WHERE r.status = 'live'
    AND NOT EXISTS (SELECT FROM stock s WHERE s.org_id = r.org_id AND s.product_id = r.product_id)
UNION ALL
SELECT s.org_id, 'product ' || s.product_id || ': ' || s.on_hand_milli || ' on hand, '
    || coalesce(moved.milli, 0) || ' by its movements'
FROM stock s
LEFT JOIN (SELECT org_id, product_id, sum(change_milli) AS milli FROM stock_movement GROUP BY 1, 2) moved
    USING (org_id, product_id)
WHERE s.on_hand_milli <> coalesce(moved.milli, 0)
UNION ALL
SELECT NULL, 'the check ck_stock_never_negative is missing or not valid'
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'ck_stock_never_negative' AND convalidated)
UNION ALL
SELECT NULL, 'the trigger append_only of stock_movement is missing or disabled'
WHERE NOT EXISTS (
    SELECT FROM pg_trigger WHERE tgrelid = to_regclass('public.stock_movement') AND tgname = 'append_only'
        AND tgenabled IN ('O', 'A'))
""",
)
