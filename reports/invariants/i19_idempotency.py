"""I19: the key of a request and its effect are committed together, with the answer."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I19",
    severity=RED,
    title="Every committed idempotency key has the answer that a retry gets",
    fix="The door of this route commits without completing its key; a retry now gets 409.",
    sql="""
SELECT org_id, 'key ' || key || ' on ' || route || ' was committed without an answer' AS what
FROM idempotency_key WHERE status IS NULL OR answer IS NULL
""",
)
