"""I34: the scheduler ticks. Its heartbeat is stamped with the database server's clock, which nobody moves."""

from reports.invariant import AMBER, Invariant

INVARIANT = Invariant(
    id="I34",
    severity=AMBER,
    title="The last tick is less than three minutes old",
    fix="Start a scheduler and a worker (./bahi up, or the processes of the Procfile).",
    sql="""
SELECT NULL::uuid AS org_id, 'the last tick was at ' || at AS what
FROM heartbeat WHERE name = 'tick' AND at < clock_timestamp() - interval '3 minutes'
""",
)
