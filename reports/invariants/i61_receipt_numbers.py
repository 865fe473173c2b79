"""I61: receipts, charges, late fees and debit notes without tax are numbered without gaps."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I61",
    severity=RED,
    title="Receipts, refunds, charges and notes off documents run from 1 without gap or repeat per series and year",
    fix="Find the transaction that took the number: what it was for is missing, or was never committed.",
    sql="""
SELECT s.org_id, 'series ' || s.document_type || ' ' || s.financial_year || ' stands at ' || s.last_number || ', '
    || count(n.number) || ' are numbered ' || coalesce(min(n.number)::text, '-') || ' to '
    || coalesce(max(n.number)::text, '-') AS what
FROM number_series s
LEFT JOIN (
    SELECT org_id, CASE WHEN left(receipt_number, 2) = 'R/' THEN 'receipt' ELSE 'adjustment' END AS series,
        split_part(receipt_number, '/', 2) AS year,
        split_part(receipt_number, '/', 3)::integer AS number
    FROM payment WHERE receipt_number IS NOT NULL
    UNION ALL
    SELECT b.org_id, own.series, split_part(b.reference, '/', 2), split_part(b.reference, '/', 3)::integer
    FROM bill b
    JOIN (VALUES ('CH', 'charge', 'charge'), ('LF', 'charge', 'late_fee'), ('DN', 'debit_note', 'plain_debit_note'),
        ('RF', 'refund', 'refund'))
        AS own (prefix, kind, series)
        ON own.kind = b.kind AND b.reference ~ ('^' || own.prefix || '/[0-9]{2}-[0-9]{2}/[0-9]+$')
) n ON n.org_id = s.org_id AND n.series = s.document_type AND n.year = s.financial_year
WHERE s.document_type IN ('receipt', 'adjustment', 'charge', 'late_fee', 'plain_debit_note', 'refund')
GROUP BY s.org_id, s.document_type, s.financial_year, s.last_number
HAVING count(n.number) <> s.last_number OR count(DISTINCT n.number) <> s.last_number
    OR coalesce(max(n.number), 0) <> s.last_number
UNION ALL
SELECT org_id, 'money received has no number: ' || id FROM payment p
WHERE kind = 'payment' AND receipt_number IS NULL
    AND created_at > (SELECT min(created_at) FROM payment first WHERE first.org_id = p.org_id
        AND first.receipt_number IS NOT NULL)
""",
)
