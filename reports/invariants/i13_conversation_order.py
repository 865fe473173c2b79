"""I13: what people write in one conversation acts in one order, and each message that acted is one step of it."""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I13",
    severity=RED,
    title="A conversation's version counts the messages that acted in it; none acted past one that waits",
    fix="Read the conversation in its order; a step without its message, or one taken twice, is a bug to report.",
    # Two messages that come within a minute of each other may be stored in either order.
    sql="""
SELECT late.org_id, 'message ' || late.id || ' acted while ' || waits.id || ' from the same person waited' AS what
FROM inbound_message waits
JOIN inbound_message late ON late.org_id = waits.org_id AND late.channel_id = waits.channel_id
    AND late.from_address = waits.from_address AND late.status = 'handled'
    AND late.received_at > waits.received_at + interval '1 minute'
WHERE waits.status = 'retry'
""",
    full_sql="""
SELECT c.org_id, 'conversation ' || c.id || ' is at version ' || c.version || ' after ' || count(m.id) || ' messages'
    AS what
FROM conversation c
LEFT JOIN inbound_message m ON m.org_id = c.org_id AND m.conversation_id = c.id AND m.status = 'handled'
GROUP BY c.org_id, c.id, c.version HAVING c.version <> count(m.id)
""",
)
