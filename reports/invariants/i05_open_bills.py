"""I05: what is open on a bill is its amount less what was allocated to it."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I05",
    severity=RED,
    title="Open = amount less allocations, between nothing and the amount",
    fix="The allocations are the truth: set the bill right with a counter-allocation of the payment concerned.",
    sql="""
SELECT b.org_id, 'bill ' || b.id || ': ' || b.open_minor || ' open of ' || b.amount_minor || ', '
    || coalesce(applied.minor, 0) || ' allocated' AS what
FROM bill b
LEFT JOIN (SELECT org_id, bill_id, sum(amount_minor) AS minor FROM allocation GROUP BY 1, 2) applied
    ON applied.org_id = b.org_id AND applied.bill_id = b.id
WHERE b.open_minor <> b.amount_minor - coalesce(applied.minor, 0) OR b.open_minor NOT BETWEEN 0 AND b.amount_minor
""",
)
