"""I09: nothing is promised while credit is paused or blocked, but by an owner's word, and that goes past a pause only.

The shop's audit chain gives the order of events, not a clock.
"""

from reports.invariant import RED, Invariant

INVARIANT = Invariant(
    id="I09",
    severity=RED,
    title="No credit is reserved between a pause and its end, and none at all during a block",
    fix="Call the order off, or restore credit and say why; find the door that went around the guardrails.",
    full_sql="""
SELECT org_id, 'retailer ' || chain_id || ': ' || subject || ' reserved while '
    || CASE WHEN blocked > unblocked THEN 'blocked' ELSE 'paused' END || ' (audit ' || seq || ')' AS what
FROM (
    SELECT org_id, chain_id, seq, subject, action,
        coalesce(max(seq) FILTER (WHERE action = 'credit.paused') OVER earlier, 0) AS paused,
        coalesce(max(seq) FILTER (WHERE action = 'credit.unpaused') OVER earlier, 0) AS restored,
        coalesce(max(seq) FILTER (WHERE action = 'account.blocked') OVER earlier, 0) AS blocked,
        coalesce(max(seq) FILTER (WHERE action = 'account.unblocked') OVER earlier, 0) AS unblocked
    FROM audit_entry WHERE action IN ('credit.paused', 'credit.unpaused', 'account.blocked', 'account.unblocked',
        'credit.reserved', 'credit.reserved_by_override')
    WINDOW earlier AS (PARTITION BY org_id, chain_id ORDER BY seq)
) told
WHERE (action = 'credit.reserved' AND paused > restored)
    OR (action IN ('credit.reserved', 'credit.reserved_by_override') AND blocked > unblocked)
""",
)
