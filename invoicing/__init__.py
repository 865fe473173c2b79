"""Tax, document numbers, invoices, credit notes, the paper and its payment code."""
