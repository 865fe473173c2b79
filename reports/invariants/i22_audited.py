"""I22: whatever moves money or promises credit left an entry in the audit trail, in the same transaction.

Entries and rows are counted per shop: one more of either is a change around the services, or a forged entry.
"""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I22",
    severity=RED,
    title="Every bill and every reservation has exactly one audit entry, and every entry its bill or reservation",
    fix="Find the door that wrote past the services; add an entry that says so, never one that pretends.",
    full_sql="""
WITH done (org_id, retailer_id, what) AS (
    SELECT org_id, retailer_id, 'bill.posted' FROM bill
    UNION ALL SELECT org_id, retailer_id, 'credit.reserved' FROM reservation
), counted AS (
    SELECT org_id, retailer_id, what, count(*) AS rows FROM done GROUP BY 1, 2, 3
), entries AS (
    SELECT org_id, chain_id AS retailer_id,
        CASE action WHEN 'credit.reserved_by_override' THEN 'credit.reserved' ELSE action END AS what,
        count(*) AS rows
    FROM audit_entry WHERE action IN ('bill.posted', 'credit.reserved', 'credit.reserved_by_override') GROUP BY 1, 2, 3
)
SELECT coalesce(counted.org_id, entries.org_id) AS org_id,
    'retailer ' || coalesce(counted.retailer_id, entries.retailer_id) || ': ' || coalesce(counted.rows, 0) || ' times '
    || coalesce(counted.what, entries.what) || ', ' || coalesce(entries.rows, 0) || ' entries' AS what
FROM counted FULL JOIN entries ON entries.org_id = counted.org_id AND entries.retailer_id = counted.retailer_id
    AND entries.what = counted.what
WHERE counted.rows IS DISTINCT FROM entries.rows
""",
)
