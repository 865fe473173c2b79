"""I23: every table of a tenant is closed by row-level security, and no reference can leave its organisation."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I23",
    severity=RED,
    title="Row-level security is enabled and forced with a policy on every tenant table; references stay inside",
    fix="Run the security statements of the migration for the table named; include org_id in the foreign key.",
    sql="""
WITH tenant AS (
    SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'tenant_route'
)
SELECT NULL::uuid AS org_id, relname || ': row-level security is not enabled and forced' AS what
FROM tenant WHERE NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL
SELECT NULL, relname || ': no policy keeps rows to their organisation'
FROM tenant WHERE NOT EXISTS (
    SELECT FROM pg_policy p WHERE p.polrelid = tenant.oid AND p.polcmd = '*' AND p.polqual IS NOT NULL
        AND p.polwithcheck IS NOT NULL)
UNION ALL
SELECT NULL, c.relname || ' has no org_id and is not on the short list of shared tables'
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND c.oid NOT IN (SELECT oid FROM tenant)
    AND c.relname NOT IN ('alembic_version', 'heartbeat', 'tenant_route')
UNION ALL
SELECT NULL, tenant.relname || ': the primary key does not begin with org_id'
FROM tenant WHERE NOT EXISTS (
    SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.conrelid = tenant.oid AND k.contype = 'p' AND a.attname = 'org_id')
UNION ALL
SELECT NULL, 'the reference ' || k.conname || ' does not carry org_id'
FROM pg_constraint k
JOIN tenant child ON child.oid = k.conrelid
JOIN tenant parent ON parent.oid = k.confrelid
JOIN pg_attribute here ON here.attrelid = k.conrelid AND here.attname = 'org_id'
JOIN pg_attribute there ON there.attrelid = k.confrelid AND there.attname = 'org_id'
WHERE k.contype = 'f' AND (array_position(k.conkey, here.attnum) IS NULL
    OR array_position(k.conkey, here.attnum) IS DISTINCT FROM array_position(k.confkey, there.attnum))
""",
)
