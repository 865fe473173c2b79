"""The books in the forms that accountants' programs read: journal, sales register, Tally vouchers."""
