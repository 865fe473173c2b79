"""I01: a transfer moves a positive amount between two accounts, so that every journal balances by itself."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I01",
    severity=RED,
    title="Every transfer moves a positive amount between two different accounts",
    fix="Restore the CHECK constraints of ledger_transfer; book a counter-transfer for a wrong row.",
    sql="""
SELECT NULL::uuid AS org_id, 'the check ' || expected.name || ' is missing or not valid' AS what
FROM (VALUES ('ck_ledger_transfer_amount_positive'), ('ck_ledger_transfer_two_accounts')) AS expected (name)
WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = expected.name AND c.convalidated)
UNION ALL
SELECT org_id, 'transfer ' || id || ': ' || amount_minor || ' from ' || credit_account || ' to ' || debit_account
FROM ledger_transfer WHERE amount_minor <= 0 OR debit_account = credit_account
""",
)
