"""I07: owed and promised stay within the limit, but for an allowance that is exactly the excess and was audited."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I07",
    severity=RED,
    title="Outstanding + reserved never exceeds the limit, apart from an exact allowance",
    fix="Restore the CHECK within_limit; look in the audit trail of the shop for what raised the excess.",
    sql="""
SELECT NULL::uuid AS org_id, 'the check ck_credit_account_within_limit is missing or not valid' AS what
WHERE NOT EXISTS (
    SELECT FROM pg_constraint WHERE conname = 'ck_credit_account_within_limit' AND convalidated)
UNION ALL
SELECT org_id, 'retailer ' || retailer_id || ': ' || outstanding_minor || ' + ' || reserved_minor || ' against '
    || coalesce(limit_minor::text, 'no limit') || ', allowance ' || allowance_minor
FROM credit_account
WHERE allowance_minor <> greatest(0, outstanding_minor + reserved_minor
    - greatest(coalesce(limit_minor, 0), coalesce(temporary_limit_minor, 0)))
""",
)
