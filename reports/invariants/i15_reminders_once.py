"""I15: a stage of a bill is reminded once, on its day or, over closed days, on the next opening."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I15",
    severity=RED,
    title="Each (bill, due date, stage) is reminded at most once, on its local date, for an open amount",
    fix="Two messages went out or a wrong day was claimed: see the runs of the reminder job.",
    sql="""
SELECT org_id, 'bill ' || bill_id || ' has ' || count(*) || ' reminders ' || stage AS what
FROM reminder GROUP BY org_id, bill_id, due_on, stage HAVING count(*) > 1
UNION ALL
SELECT org_id, 'reminder ' || id || ' ' || stage || ' was claimed on ' || local_on || ' for ' || open_minor
    || ' due on ' || due_on
FROM reminder
WHERE status = 'queued' AND (open_minor <= 0 OR (stage = 'T-1' AND local_on >= due_on)
    OR local_on - due_on - CASE stage WHEN 'T-1' THEN -1 WHEN 'T+0' THEN 0 ELSE 3 END NOT BETWEEN 0 AND 14)
UNION ALL
SELECT org_id, 'retailer ' || retailer_id || ' got ' || count(DISTINCT message_id) || ' reminders on ' || local_on
FROM reminder WHERE status = 'queued' AND message_id IS NOT NULL
GROUP BY org_id, retailer_id, local_on HAVING count(DISTINCT message_id) > 1
""",
)
