"""I10: an invoice's total is its lines, its taxes and its round-off; its bill is of the same amount."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I10",
    severity=RED,
    title="An invoice adds up, and its bill is of the same amount",
    fix="Never change an issued invoice: correct it with a credit note.",
    sql="""
SELECT i.org_id, 'invoice ' || i.number || ': parts and round-off do not make ' || i.total_minor AS what
FROM invoice i
WHERE i.total_minor <> i.taxable_minor + i.cgst_minor + i.sgst_minor + i.utgst_minor + i.igst_minor + i.cess_minor
    + i.round_off_minor
UNION ALL
SELECT i.org_id, 'invoice ' || i.number || ' is ' || i.total_minor || ', its bill ' || b.amount_minor
FROM invoice i JOIN bill b ON b.org_id = i.org_id AND b.id = i.bill_id
WHERE b.amount_minor <> i.total_minor OR b.retailer_id <> i.retailer_id
""",
    full_sql="""
SELECT i.org_id, 'invoice ' || i.number || ': its lines do not make its totals' AS what
FROM invoice i
JOIN (
    SELECT org_id, invoice_id, sum(taxable_minor) AS taxable, sum(cgst_minor) AS cgst, sum(sgst_minor) AS sgst,
        sum(utgst_minor) AS utgst, sum(igst_minor) AS igst, sum(cess_minor) AS cess
    FROM invoice_line GROUP BY 1, 2
) line ON line.org_id = i.org_id AND line.invoice_id = i.id
WHERE (i.taxable_minor, i.cgst_minor, i.sgst_minor, i.utgst_minor, i.igst_minor, i.cess_minor)
    IS DISTINCT FROM (line.taxable, line.cgst, line.sgst, line.utgst, line.igst, line.cess)
""",
)
