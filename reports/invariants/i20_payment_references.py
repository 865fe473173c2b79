"""I20: one bank reference pays once."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I20",
    severity=RED,
    title="A payment reference stands once per method among posted payments",
    fix="Reverse the payment that was recorded twice.",
    sql="""
SELECT NULL::uuid AS org_id, 'the unique index uq_payment_reference is missing or not valid' AS what
WHERE NOT EXISTS (
    SELECT FROM pg_index WHERE indexrelid = to_regclass('public.uq_payment_reference') AND indisunique AND indisvalid)
UNION ALL
SELECT org_id, method || ' ' || reference || ' is recorded ' || count(*) || ' times'
FROM payment WHERE status = 'posted' AND reference IS NOT NULL
GROUP BY org_id, method, reference HAVING count(*) > 1
""",
)
