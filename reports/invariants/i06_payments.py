"""I06: a payment is allocated or on account, never more than once; a reversed one settles nothing."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I06",
    severity=RED,
    title="Allocations and money on account add up to the payment; a reversed payment has neither",
    fix="Reverse the payment and record it again; allocations of another shop's bill are a bug to report.",
    sql="""
SELECT p.org_id, p.status || ' payment ' || p.id || ' of ' || p.amount_minor || ': ' || coalesce(applied.minor, 0)
    || ' allocated, ' || p.unapplied_minor || ' on account' AS what
FROM payment p
LEFT JOIN (SELECT org_id, payment_id, sum(amount_minor) AS minor FROM allocation GROUP BY 1, 2) applied
    ON applied.org_id = p.org_id AND applied.payment_id = p.id
WHERE coalesce(applied.minor, 0) + p.unapplied_minor
    <> CASE p.status WHEN 'posted' THEN p.amount_minor ELSE 0 END
    OR p.unapplied_minor < 0
UNION ALL
SELECT a.org_id, 'allocation ' || a.id || ' puts one shop''s money to another shop''s bill'
FROM allocation a
JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id
JOIN bill b ON b.org_id = a.org_id AND b.id = a.bill_id
WHERE p.retailer_id <> b.retailer_id
""",
)
