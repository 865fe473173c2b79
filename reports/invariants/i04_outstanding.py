"""I04: what an account says is owed is what its bills say, less money on account, and what the ledger says."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I04",
    severity=RED,
    title="Outstanding = open bills less money on account = the receivable in the ledger",
    fix="The transfers are the truth: find what differs from them and correct it by a counter-entry.",
    sql="""
WITH owed AS (
    SELECT org_id, retailer_id, sum(open_minor) AS minor FROM bill WHERE open_minor > 0 GROUP BY 1, 2
), held AS (
    SELECT org_id, retailer_id, sum(unapplied_minor) AS minor FROM payment WHERE status = 'posted' GROUP BY 1, 2
), booked AS (
    SELECT org_id, retailer_id,
        sum(CASE WHEN debit_account = 'receivable' THEN amount_minor ELSE 0 END
          - CASE WHEN credit_account = 'receivable' THEN amount_minor ELSE 0 END) AS minor
    FROM ledger_transfer GROUP BY 1, 2
)
SELECT a.org_id, 'retailer ' || a.retailer_id || ': account ' || a.outstanding_minor || ', bills '
    || coalesce(owed.minor, 0) || ' less ' || coalesce(held.minor, 0) || ', ledger ' || coalesce(booked.minor, 0)
    AS what
FROM credit_account a
LEFT JOIN owed USING (org_id, retailer_id)
LEFT JOIN held USING (org_id, retailer_id)
LEFT JOIN booked USING (org_id, retailer_id)
WHERE a.outstanding_minor <> coalesce(owed.minor, 0) - coalesce(held.minor, 0)
    OR a.outstanding_minor <> coalesce(booked.minor, 0)
""",
)
