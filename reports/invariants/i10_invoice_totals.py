"""I10: a document's total is its lines, its taxes and its round-off; its bill or its credit is of the same amount."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I10",
    severity=RED,
    title="A document adds up, its bill or credit is of the same amount, and credit notes take no more than was billed",
    fix="Never change an issued invoice: correct it with a credit note.",
    sql="""
SELECT i.org_id, 'invoice ' || i.number || ': parts and round-off do not make ' || i.total_minor AS what
FROM invoice i
WHERE i.total_minor <> i.taxable_minor + i.round_off_minor + CASE WHEN i.reverse_charge THEN 0
    ELSE i.cgst_minor + i.sgst_minor + i.utgst_minor + i.igst_minor + i.cess_minor + i.sales_tax_minor
    + i.further_tax_minor END
UNION ALL
SELECT n.org_id, 'credit notes take ' || sum(n.total_minor) || ' from ' || i.number || ' of ' || i.total_minor
FROM invoice n JOIN invoice i ON i.org_id = n.org_id AND i.id = n.refers_to_id
WHERE n.document_type = 'credit_note' AND n.status = 'issued'
GROUP BY n.org_id, i.number, i.total_minor, i.taxable_minor
HAVING sum(n.total_minor) > i.total_minor OR sum(n.taxable_minor) > i.taxable_minor
UNION ALL
SELECT n.org_id, n.document_type || ' ' || n.number || ' is ' || n.total_minor || ', its credit ' || p.amount_minor
    || ' (' || p.status || ')'
FROM invoice n JOIN payment p ON p.org_id = n.org_id AND p.id = n.payment_id
WHERE p.amount_minor <> n.total_minor OR p.retailer_id <> n.retailer_id
    OR (p.status = 'posted') <> (n.status = 'issued')
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
        sum(utgst_minor) AS utgst, sum(igst_minor) AS igst, sum(cess_minor) AS cess,
        sum(sales_tax_minor) AS sales_tax, sum(further_tax_minor) AS further_tax
    FROM invoice_line GROUP BY 1, 2
) line ON line.org_id = i.org_id AND line.invoice_id = i.id
WHERE (i.taxable_minor, i.cgst_minor, i.sgst_minor, i.utgst_minor, i.igst_minor, i.cess_minor, i.sales_tax_minor,
        i.further_tax_minor)
    IS DISTINCT FROM (line.taxable, line.cgst, line.sgst, line.utgst, line.igst, line.cess, line.sales_tax,
        line.further_tax)
""",
)
