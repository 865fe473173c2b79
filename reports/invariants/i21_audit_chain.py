"""I21: the audit chains verify: no entry was changed, removed, inserted or moved.

Always: each head agrees with its last entry, and the anchors outside the database are found again in it: whoever
rewrites a chain from end to end, heads included, cannot rewrite those. In full mode every hash is computed again from
the stored bytes, and the readable columns are compared with those bytes.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core import anchors, db
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

_ANCHORED = """
SELECT org_id, max(started_at) FROM job_run
WHERE job = 'anchor_audit' AND status = 'done' AND (result ->> 'anchored')::bigint > 0
    AND (%(org)s::uuid IS NULL OR org_id = %(org)s::uuid)
GROUP BY org_id
"""


def _anchors(session: Session, org_id: UUID | None) -> Iterator[str]:
    for anchored in [org_id] if org_id else anchors.organisations():
        yield from anchors.problems(session, anchored)
    for booked, at in db.execute(session, _ANCHORED, {"org": str(org_id) if org_id else None}).all():
        last = anchors.last_at(booked)
        if last is None or last < at:
            yield f"the anchors of organisation {booked} end at {last}, and a run at {at} wrote more"


INVARIANT = Invariant(
    id="I21",
    severity=RED,
    title="The audit chains verify to their heads and to the anchors outside the database",
    fix="Somebody changed history: compare with a backup, keep the database as it is, and find out who had access.",
    sql=_HEADS,
    full_sql=_ENTRIES,
    probe=_anchors,
)
