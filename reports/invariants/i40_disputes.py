"""I40: what is contested is frozen: an open dispute has its freeze on its own bill, a settled one has none."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I40",
    severity=RED,
    title="An open dispute has its posted freeze on its bill; no freeze stands without an open dispute",
    fix="Settle the dispute anew, or take the freeze back; both are counter-entries with a reason.",
    sql="""
SELECT d.org_id, d.status || ' dispute ' || d.id || ' of ' || d.amount_minor || ' has a ' || p.status || ' freeze of '
    || p.amount_minor || ', ' || coalesce(frozen.minor, 0) || ' of it on its bill' AS what
FROM dispute d
JOIN payment p ON p.org_id = d.org_id AND p.id = d.freeze_id
LEFT JOIN LATERAL (
    SELECT sum(a.amount_minor) AS minor FROM allocation a
    WHERE a.org_id = d.org_id AND a.payment_id = d.freeze_id AND a.bill_id = d.bill_id
) frozen ON true
WHERE (p.kind, p.amount_minor, p.retailer_id) <> ('dispute', d.amount_minor, d.retailer_id)
    OR p.status <> CASE d.status WHEN 'open' THEN 'posted' ELSE 'reversed' END
    OR coalesce(frozen.minor, 0) <> CASE d.status WHEN 'open' THEN d.amount_minor ELSE 0 END
UNION ALL
SELECT p.org_id, 'the freeze ' || p.id || ' of ' || p.amount_minor || ' has no open dispute'
FROM payment p
WHERE p.kind = 'dispute' AND p.status = 'posted' AND NOT EXISTS (
    SELECT FROM dispute d WHERE d.org_id = p.org_id AND d.freeze_id = p.id AND d.status = 'open')
""",
)
