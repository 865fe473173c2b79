"""I02: what was booked, allocated or audited stays; a correction is a reversal that mirrors its original, once."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I02",
    severity=RED,
    title="Transfers, allocations and audit entries are only added; a reversal mirrors its original and happens once",
    fix="Re-create the append_only triggers and revoke UPDATE, DELETE and TRUNCATE; see who could lift them.",
    sql="""
WITH kept (name) AS (VALUES ('ledger_transfer'), ('allocation'), ('audit_entry'))
SELECT NULL::uuid AS org_id, 'the trigger append_only of ' || kept.name || ' is missing or disabled' AS what
FROM kept WHERE NOT EXISTS (
    SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass('public.' || kept.name) AND t.tgname = 'append_only'
        AND t.tgenabled IN ('O', 'A'))
UNION ALL
SELECT NULL, 'bahi_app may ' || privilege || ' ' || kept.name
FROM kept CROSS JOIN (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS refused (privilege)
WHERE has_table_privilege('bahi_app', 'public.' || kept.name, privilege)
UNION ALL
SELECT r.org_id, 'transfer ' || r.id || ' does not mirror ' || r.reverses_id
FROM ledger_transfer r LEFT JOIN ledger_transfer o ON o.org_id = r.org_id AND o.id = r.reverses_id
WHERE r.reverses_id IS NOT NULL AND (o.id IS NULL OR o.retailer_id <> r.retailer_id
    OR (o.debit_account, o.credit_account, o.amount_minor) IS DISTINCT FROM
       (r.credit_account, r.debit_account, r.amount_minor))
UNION ALL
SELECT org_id, 'transfer ' || reverses_id || ' is reversed ' || count(*) || ' times'
FROM ledger_transfer WHERE reverses_id IS NOT NULL GROUP BY org_id, reverses_id HAVING count(*) > 1
""",
)
