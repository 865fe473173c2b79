"""I52: a return that was filed still says what the month's documents come to."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I52",
    severity=RED,
    title="Documents of a month whose return was filed are as many, and come to as much, as was filed",
    fix="Find who changed or added a document of that month; correct it by a note of this month.",
    full_sql="""
SELECT f.org_id, 'GSTR-1 of ' || to_char(f.month_on, 'YYYY-MM') || ' was filed over ' || f.documents
    || ' documents, now there are ' || now.documents || ' of ' || now.taxable || ' and tax ' || now.tax AS what
FROM filed_return f
CROSS JOIN LATERAL (
    SELECT count(*) AS documents, coalesce(sum(sign * i.taxable_minor), 0) AS taxable,
        coalesce(sum(sign * (i.cgst_minor + i.sgst_minor + i.utgst_minor + i.igst_minor + i.cess_minor)), 0) AS tax
    FROM invoice i CROSS JOIN LATERAL (SELECT CASE i.document_type WHEN 'credit_note' THEN -1 ELSE 1 END) s (sign)
    WHERE i.org_id = f.org_id AND i.issued_on >= f.month_on AND i.issued_on < f.month_on + interval '1 month'
        AND i.status = 'issued' AND i.document_type <> 'commercial_credit_note'
) now
WHERE (now.documents, now.taxable, now.tax) IS DISTINCT FROM (f.documents, f.taxable_minor, f.tax_minor)
""",
)
