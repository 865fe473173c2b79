"""I58: a bill that was called in is due when it was agreed, or when the first standing delivery called it in."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I58",
    severity=RED,
    title="A bill that was called in is due on the earliest day that a standing delivery made it due, else as agreed",
    fix="Undo or repeat the last cancellation of the shop; if the days still differ, report it as a bug.",
    sql="""
SELECT b.org_id, 'bill ' || b.reference || ' is due on ' || b.due_on || ', its deliveries say ' || said.due_on AS what
FROM bill b JOIN (
    SELECT org_id, bill_id, least(max(agreed_on), min(due_on) FILTER (WHERE ended_at IS NULL)) AS due_on
    FROM called_bill GROUP BY org_id, bill_id
) said ON said.org_id = b.org_id AND said.bill_id = b.id
WHERE b.due_on <> said.due_on
UNION ALL
SELECT c.org_id, 'invoice ' || i.number || ' is ' || i.status || ' and '
    || CASE WHEN c.ended_at IS NULL THEN 'still calls in' ELSE 'calls no longer in' END || ' bill ' || c.bill_id
FROM called_bill c JOIN invoice i ON i.org_id = c.org_id AND i.bill_id = c.by_bill_id
WHERE (i.status = 'cancelled') <> (c.ended_at IS NOT NULL)
""",
)
