"""I28: money is whole minor units in bigint; no type that rounds or knows NaN is near it."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I28",
    severity=RED,
    title="Every money column is bigint; no numeric, money or floating column exists",
    fix="Change the column's type in a migration.",
    sql="""
SELECT NULL::uuid AS org_id, table_name || '.' || column_name || ' is ' || data_type AS what
FROM information_schema.columns
WHERE table_schema = 'public' AND (
    (right(column_name, 6) = '_minor' AND data_type <> 'bigint')
    OR data_type IN ('numeric', 'money', 'real', 'double precision'))
""",
)
