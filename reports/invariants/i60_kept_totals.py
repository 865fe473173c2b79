"""I60: what is kept about open bills, so that the dashboard need not read them, is what the bills add up to."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I60",
    severity=RED,
    title="Kept totals by due date and age are what open bills add up to",
    fix="The bills are the truth: inside the organisation, SELECT totals_rebuild(its id) makes the rest from them.",
    sql="""
WITH owed AS (
    SELECT org_id, due_on, sum(open_minor) AS minor FROM bill WHERE open_minor > 0 GROUP BY 1, 2
), kept AS (
    SELECT org_id, due_on, sum(open_minor) AS minor FROM due_total GROUP BY 1, 2
)
SELECT org_id, 'due on ' || due_on || ': ' || coalesce(kept.minor, 0) || ' kept, bills ' || coalesce(owed.minor, 0)
    AS what
FROM owed FULL JOIN kept USING (org_id, due_on) WHERE coalesce(kept.minor, 0) <> coalesce(owed.minor, 0)
UNION ALL
SELECT org_id, 'bucket bits ' || bucket_bits || ': ' || coalesce(total.shops, 0) || ' shops kept, there are '
    || coalesce(age.shops, 0)
FROM (SELECT org_id, bucket_bits, sum(shops) AS shops FROM age_total GROUP BY 1, 2) total
FULL JOIN (SELECT org_id, bucket_bits, count(*) AS shops FROM retailer_age GROUP BY 1, 2) age
    USING (org_id, bucket_bits)
WHERE bucket_bits <> 0 AND coalesce(total.shops, 0) <> coalesce(age.shops, 0)
""",
    full_sql="""
SELECT org_id, 'retailer ' || retailer_id || ': kept ' || coalesce(kept.shown, 'nothing') || ', bills say '
    || coalesce(owed.shown, 'nothing') AS what
FROM (
    SELECT a.org_id, a.retailer_id, concat_ws(' ', a.open_minor, a.overdue_minor, a.oldest_due_on, a.bucket_bits,
        a.holds_until) AS shown
    FROM retailer_age a WHERE a.open_minor <> 0
) kept
FULL JOIN (
    SELECT b.org_id, b.retailer_id, concat_ws(' ', sum(b.open_minor),
        coalesce(sum(b.open_minor) FILTER (WHERE b.due_on < a.aged_on), 0), min(b.due_on), marks.bucket_bits,
        marks.holds_until) AS shown
    FROM bill b
    LEFT JOIN retailer_age a ON a.org_id = b.org_id AND a.retailer_id = b.retailer_id
    LEFT JOIN LATERAL retailer_age_marks(a.org_id, a.retailer_id, a.aged_on) marks ON true
    WHERE b.open_minor > 0 GROUP BY b.org_id, b.retailer_id, marks.bucket_bits, marks.holds_until
) owed USING (org_id, retailer_id)
WHERE kept.shown IS DISTINCT FROM owed.shown
""",
)
