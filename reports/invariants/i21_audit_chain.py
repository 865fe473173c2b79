"""I21: the audit chains verify: no entry was changed, removed, inserted or moved.

Always: each head agrees with its last entry. In full mode every hash is computed again from the stored bytes, and the
readable columns are compared with those bytes.
"""

from reports.invariant import RED, Invariant

_HEADS = """
WITH head AS (
    SELECT org_id, retailer_id AS chain_id, audit_seq, audit_head FROM credit_account
    UNION ALL SELECT org_id, org_id, audit_seq, audit_head FROM organisation
)
SELECT head.org_id, 'chain ' || head.chain_id || ' should end with entry ' || head.audit_seq || ' and ends with '
    || coalesce(last.seq, 0) AS what
FROM head
LEFT JOIN LATERAL (
    SELECT seq, hash FROM audit_entry e
    WHERE e.org_id = head.org_id AND e.chain_id = head.chain_id ORDER BY seq DESC LIMIT 1
) last ON true
WHERE (head.audit_seq, head.audit_head) IS DISTINCT FROM (coalesce(last.seq, 0), coalesce(last.hash, '\\x00'::bytea))
"""
_ENTRIES = """
SELECT org_id, 'entry ' || seq || ' of chain ' || chain_id || ' does not follow from the one before it' AS what
FROM (
    SELECT e.*, lag(hash) OVER chain AS before_hash, lag(seq) OVER chain AS before_seq
    FROM audit_entry e WINDOW chain AS (PARTITION BY org_id, chain_id ORDER BY seq)
) linked
WHERE seq <> coalesce(before_seq, 0) + 1 OR prev_hash <> coalesce(before_hash, '\\x00'::bytea)
    OR hash <> sha256(prev_hash || int8send(seq) || body)
UNION ALL
SELECT org_id, 'entry ' || seq || ' of chain ' || chain_id || ' shows something else than what was hashed'
FROM (SELECT e.*, convert_from(body, 'UTF8')::jsonb AS told FROM audit_entry e) read
WHERE (action, subject, actor, at) IS DISTINCT FROM
        (told ->> 'action', told ->> 'subject', told ->> 'actor', (told ->> 'at')::timestamptz)
    OR reason IS DISTINCT FROM told ->> 'reason' OR request_id IS DISTINCT FROM told ->> 'request_id'
    OR coalesce(before, 'null') <> told -> 'before' OR coalesce(after, 'null') <> told -> 'after'
UNION ALL
SELECT e.org_id, 'chain ' || e.chain_id || ' belongs to nobody'
FROM audit_entry e
WHERE e.seq = 1 AND e.chain_id <> e.org_id
    AND NOT EXISTS (SELECT FROM credit_account a WHERE a.org_id = e.org_id AND a.retailer_id = e.chain_id)
"""

INVARIANT = Invariant(
    id="I21",
    severity=RED,
    title="The audit chains verify to their heads",
    fix="Somebody changed history: compare with a backup, keep the database as it is, and find out who had access.",
    sql=_HEADS,
    full_sql=_ENTRIES,
)
