"""I39: a cheque that was cleared is money in the books, one that came back is not, and between them none is hidden."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I39",
    severity=RED,
    title="A cleared cheque has its posted payment of the same amount; a bounced or returned one has none",
    fix="Record the payment of the cleared cheque, or take back the one of the cheque that came back. When a cheque"
    " counts and limits do not see it: set `cheque_counts_on` to deposit, and to clearing again.",
    sql="""
SELECT c.org_id, 'cleared cheque ' || c.id || ' of ' || c.amount_minor || ' has '
    || CASE WHEN p.id IS NULL THEN 'no payment'
            ELSE 'a ' || p.status || ' payment of ' || p.amount_minor || ' by ' || p.method END AS what
FROM cheque c LEFT JOIN payment p ON p.org_id = c.org_id AND p.id = c.id
WHERE c.state = 'cleared' AND (p.id IS NULL
    OR (p.status, p.method, p.kind, p.amount_minor, p.retailer_id)
        <> ('posted', 'cheque', 'payment', c.amount_minor, c.retailer_id))
UNION ALL
SELECT c.org_id, c.state || ' cheque ' || c.id || ' still has a posted payment'
FROM cheque c JOIN payment p ON p.org_id = c.org_id AND p.id = c.id AND p.status = 'posted'
WHERE c.state IN ('bounced', 'returned')
UNION ALL
SELECT c.org_id, c.state || ' cheque ' || c.id || ' has lowered what is owed, and the setting says that no such one is'
    || ' to be looked for when limits are'
FROM cheque c JOIN payment p ON p.org_id = c.org_id AND p.id = c.id AND p.status = 'posted'
JOIN organisation g ON g.org_id = c.org_id
WHERE c.state IN ('received', 'deposited') AND NOT (g.settings->>'cheques_counted_early')::boolean
""",
)
