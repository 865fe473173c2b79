"""What retailers owe and may still take on account: accounts, ledger, bills, payments, guardrails, reminders.

credit knows bills (a reference, an amount, a due date), never invoices or orders. It decides and writes rows; it
sends nothing.

Three numbers on the account row carry the decision: `limit_minor` (what the owner grants; NULL = not granted, 0 =
prepay), `outstanding_minor` (open bills less money on account, equal to the receivable in the ledger) and
`reserved_minor` (promised to confirmed orders). available = limit - outstanding - reserved. Reserving is one UPDATE
with the check in its WHERE. `allowance_minor`, which the database computes, is the excess over the limit that something
other than an order caused (a limit cut below what is owed, an opening balance, a bounced cheque).
"""
