"""I08: what an account says is promised is the sum of its live reservations, and each of them ends once."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I08",
    severity=RED,
    title="Reserved = the live reservations; each reservation ends exactly once",
    fix="Release what has no order any more; a total without reservations is a bug to report.",
    sql="""
SELECT a.org_id, 'retailer ' || a.retailer_id || ': ' || a.reserved_minor || ' reserved, '
    || coalesce(live.minor, 0) || ' live' AS what
FROM credit_account a
LEFT JOIN (
    SELECT org_id, retailer_id, sum(amount_minor) AS minor FROM reservation WHERE status = 'live' GROUP BY 1, 2
) live USING (org_id, retailer_id)
WHERE a.reserved_minor <> coalesce(live.minor, 0)
UNION ALL
SELECT org_id, status || ' reservation ' || id || ' ended at ' || coalesce(resolved_at::text, 'no time')
FROM reservation WHERE (status = 'live') <> (resolved_at IS NULL)
""",
)
