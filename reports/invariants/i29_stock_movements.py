"""I29: what is on the shelf is the sum of its movements, and never less than nothing."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I29",
    severity=RED,
    title="Stock on hand = the sum of its movements, and is never negative",
    fix="Count the product again, which books the difference. Restore the CHECK never_negative and the trigger.",
    sql="""
SELECT org_id, 'product ' || product_id || ': ' || sum(on_hand) || ' on hand, ' || sum(moved) || ' by its movements'
    AS what
FROM (
    SELECT org_id, product_id, on_hand_milli AS on_hand, 0 AS moved FROM stock
    UNION ALL
    SELECT org_id, product_id, 0, change_milli FROM stock_movement
) counted
GROUP BY org_id, product_id HAVING sum(on_hand) <> sum(moved)
UNION ALL
SELECT org_id, 'product ' || product_id || ': ' || on_hand_milli || ' on hand' FROM stock WHERE on_hand_milli < 0
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
