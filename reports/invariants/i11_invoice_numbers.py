"""I11: invoice numbers are consecutive in their series. Source: CGST rule 46(b): at most 16 of A-Z, 0-9, - and /."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I11",
    severity=RED,
    title="Invoice numbers run from 1 without gap or repeat per series and year, and their dates never go back",
    fix="A gap must be explained to the tax office: find the transaction that took the number.",
    sql="""
SELECT org_id, document_type || ' ' || financial_year || ': ' || count(*) || ' invoices numbered ' || min(sequence)
    || ' to ' || max(sequence) AS what
FROM invoice GROUP BY org_id, document_type, financial_year
HAVING count(*) <> max(sequence) OR count(DISTINCT sequence) <> count(*) OR min(sequence) <> 1
UNION ALL
SELECT s.org_id, 'series ' || s.document_type || ' ' || s.financial_year || ' stands at ' || s.last_number
    || ', its last invoice is ' || coalesce(max(i.sequence), 0)
FROM number_series s
LEFT JOIN invoice i ON i.org_id = s.org_id AND i.document_type = s.document_type
    AND i.financial_year = s.financial_year
WHERE s.document_type NOT IN ('receipt', 'adjustment', 'charge', 'late_fee', 'plain_debit_note', 'refund') -- I61
GROUP BY s.org_id, s.document_type, s.financial_year, s.last_number HAVING s.last_number <> coalesce(max(i.sequence), 0)
UNION ALL
SELECT org_id, 'the number ' || number || ' is not allowed' FROM invoice
WHERE number !~ '^[A-Za-z0-9/-]{1,16}$'
UNION ALL
SELECT org_id, 'invoice ' || number || ' is dated before the one before it'
FROM (
    SELECT org_id, number, issued_on, lag(issued_on) OVER (
        PARTITION BY org_id, document_type, financial_year ORDER BY sequence) AS before_on
    FROM invoice
) dated
WHERE issued_on < before_on
""",
)
