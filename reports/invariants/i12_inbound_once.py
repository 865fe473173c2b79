"""I12: each message of the provider is taken once and ends in exactly one outcome."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I12",
    severity=RED,
    title="Each (account, MessageSid) is taken once and has one outcome",
    fix="Look at the message and its conversation; a retry without a time is picked up by setting next_try_at.",
    sql="""
SELECT org_id, account_sid || ' ' || message_sid || ' is stored ' || count(*) || ' times' AS what
FROM inbound_message GROUP BY org_id, account_sid, message_sid HAVING count(*) > 1
UNION ALL
SELECT org_id, 'inbound ' || id || ' is ' || status || ' with outcome ' || outcome
FROM inbound_message
WHERE (status = 'handled' AND (outcome NOT IN ('effect', 'noop') OR handled_at IS NULL))
    OR (status = 'retry' AND (outcome <> 'waiting' OR next_try_at IS NULL))
    OR (status = 'dead' AND outcome <> 'dead')
""",
)
