"""I06: a payment is allocated or on account, never more than once; a reversed one settles nothing.

Both sides are added up together rather than joined: without statistics the planner would compare each with each.
"""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I06",
    severity=RED,
    title="Allocations and money on account add up to the payment; a reversed payment has neither",
    fix="Reverse the payment and record it again; allocations of another shop's bill are a bug to report.",
    sql="""
SELECT org_id, max(status) || ' payment ' || id || ' of ' || sum(amount_minor) || ': ' || sum(allocated)
    || ' allocated, ' || sum(unapplied_minor) || ' on account' AS what
FROM (
    SELECT org_id, id, status, amount_minor, unapplied_minor, 0 AS allocated FROM payment
    UNION ALL
    SELECT org_id, payment_id, NULL, 0, 0, amount_minor FROM allocation
) payment_parts
GROUP BY org_id, id
HAVING sum(allocated) + sum(unapplied_minor) <> CASE max(status) WHEN 'posted' THEN sum(amount_minor) ELSE 0 END
    OR sum(unapplied_minor) < 0
UNION ALL
SELECT a.org_id, 'allocation ' || a.id || ' puts one shop''s money to another shop''s bill'
FROM allocation a
JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id
JOIN bill b ON b.org_id = a.org_id AND b.id = a.bill_id
WHERE p.retailer_id <> b.retailer_id
""",
)
