"""I54: the tax that the books owe for a month is the tax that its documents ask for, and so its return.

What is cancelled is undone in its own month. Tax that the buyer owes himself is none of the seller's.
"""

from invoicing.writing import HEADS
from reports.invariant import RED, Invariant

_HEADS = ", ".join(f"('{head}', i.{head}_minor)" for head in HEADS)

INVARIANT = Invariant(
    id="I54",
    severity=RED,
    title="Output tax by month and head: the ledger owes what the documents of the month ask for",
    fix="Find what was booked or undone in another month than its document's; the return says what the documents say.",
    full_sql=f"""
SELECT org_id, 'output ' || head || ' of ' || to_char(month_on, 'YYYY-MM') || ': ' || coalesce(booked.minor, 0)
    || ' in the ledger, ' || coalesce(asked.minor, 0) || ' by the documents' AS what
FROM (
    SELECT org_id, date_trunc('month', effective_on)::date AS month_on, substr(account, 8) AS head, sum(minor) AS minor
    FROM (
        SELECT org_id, effective_on, credit_account AS account, amount_minor AS minor FROM ledger_transfer
        UNION ALL SELECT org_id, effective_on, debit_account, -amount_minor FROM ledger_transfer
    ) moved
    WHERE left(account, 7) = 'output_' GROUP BY 1, 2, 3
) booked
FULL JOIN (
    SELECT i.org_id, date_trunc('month', i.issued_on)::date AS month_on, tax.head,
        sum(CASE i.document_type WHEN 'credit_note' THEN -tax.minor ELSE tax.minor END) AS minor
    FROM invoice i CROSS JOIN LATERAL (VALUES {_HEADS}) AS tax (head, minor)
    WHERE i.status = 'issued' AND i.document_type <> 'commercial_credit_note' AND NOT i.reverse_charge
        AND tax.minor <> 0
    GROUP BY 1, 2, 3
) asked USING (org_id, month_on, head)
WHERE coalesce(booked.minor, 0) <> coalesce(asked.minor, 0)
""",
)
