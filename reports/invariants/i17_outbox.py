"""I17: a message that went out has the provider's id, and none is stuck.

Ages are measured on the database server's clock, on which leases and waiting times run; moving the business clock
changes nothing here.
"""

from reports.invariant import AMBER, Invariant

INVARIANT = Invariant(
    id="I17",
    severity=AMBER,
    title="A sent message has one provider id; none is stuck in sending, unknown or the queue",
    fix="See that a worker and the scheduler run; look up messages in `unknown` at the provider.",
    sql="""
SELECT org_id, 'message ' || id || ' is ' || status || ' without a provider id' AS what
FROM outbox_message WHERE status IN ('sent', 'delivered', 'read', 'undelivered') AND provider_sid IS NULL
UNION ALL
SELECT org_id, 'provider id ' || provider_sid || ' stands on ' || count(*) || ' messages'
FROM outbox_message WHERE provider_sid IS NOT NULL GROUP BY org_id, provider_sid HAVING count(*) > 1
UNION ALL
SELECT org_id, 'message ' || id || ' has been ' || status || ' since ' || coalesce(lease_until, available_at)
FROM outbox_message
WHERE status IN ('sending', 'unknown')
    AND coalesce(lease_until, available_at) < clock_timestamp() - interval '15 minutes'
UNION ALL
SELECT org_id, 'message ' || id || ' has been ready to send since ' || available_at
FROM outbox_message WHERE status = 'queued' AND available_at < clock_timestamp() - interval '30 minutes'
""",
)
