"""I03: each bill and each payment has its journal, to the paisa, and no journal stands alone."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I03",
    severity=RED,
    title="Every bill and payment is booked with exactly its amount, and every journal belongs to one",
    fix="Compare the bill or payment with its transfers; book the difference with a reason.",
    full_sql="""
WITH booked AS (
    SELECT org_id, journal_id,
        sum(CASE WHEN debit_account = 'receivable' THEN amount_minor ELSE 0 END
          - CASE WHEN credit_account = 'receivable' THEN amount_minor ELSE 0 END) AS owed_minor
    FROM ledger_transfer WHERE reverses_id IS NULL GROUP BY org_id, journal_id
), cause AS (
    SELECT org_id, id, amount_minor AS owed_minor, 'bill' AS kind FROM bill
    UNION ALL SELECT org_id, id, -amount_minor, 'payment' FROM payment
)
SELECT coalesce(cause.org_id, booked.org_id) AS org_id,
    coalesce(cause.kind || ' ' || cause.id, 'journal ' || booked.journal_id) || ' is ' ||
    coalesce(cause.owed_minor::text, 'nothing') || ' and booked as ' || coalesce(booked.owed_minor::text, 'nothing')
    AS what
FROM cause FULL JOIN booked ON booked.org_id = cause.org_id AND booked.journal_id = cause.id
WHERE cause.owed_minor IS DISTINCT FROM booked.owed_minor
""",
)
