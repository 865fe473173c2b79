"""I22: whatever moves money, promises credit or changes terms and consent left an entry in the audit trail.

Rows and entries are counted per shop: one more of either is a change around the services, or a forged entry. What an
entry cannot be counted against is compared with what it says: terms, whether credit is paused or blocked, the cap of a
group and its shops, and what people may do.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db, ids
from reports.invariant import RED, Invariant

_TOLD = """
SELECT DISTINCT ON (org_id, subject) org_id, subject, after ->> %(name)s
FROM audit_entry
WHERE action = ANY(%(actions)s::text[]) AND (%(org)s::uuid IS NULL OR org_id = %(org)s::uuid)
ORDER BY org_id, subject, seq DESC
"""
_CAPS = "SELECT org_id, id, limit_minor::text FROM credit_group"
_MEMBERS = "SELECT org_id, retailer_id, group_id FROM credit_account WHERE group_id IS NOT NULL"
_ROLES = "SELECT org_id, id, role FROM app_user"
_OURS = " {word} (%(org)s::uuid IS NULL OR org_id = %(org)s::uuid)"

Granted = dict[tuple[Any, str], str]


def _granted_past_the_services(session: Session, org_id: UUID | None) -> Iterator[str]:
    asked = {"org": str(org_id) if org_id else None}

    def told(name: str, *actions: str) -> Granted:
        rows = db.execute(session, _TOLD, {**asked, "name": name, "actions": list(actions)})
        return {(owner, subject): value for owner, subject, value in rows if value is not None}

    def stands(sql: str, kind: str, word: str = "WHERE") -> list[tuple[tuple[Any, str], Any]]:
        rows = db.execute(session, sql + _OURS.format(word=word), asked)
        return [((owner, ids.public(kind, UUID(str(key)))), value) for owner, key, value in rows]

    members = {key: ids.public("grp", UUID(str(value))) for key, value in stands(_MEMBERS, "ret", "AND")}
    yield from _differing(
        "cap", dict(stands(_CAPS, "grp")), told("limit_minor", "group.created", "group.limit_changed")
    )
    yield from _differing("group", members, told("group_id", "group.changed"))
    yield from _differing("role", dict(stands(_ROLES, "usr")), told("role", "user.created"))


def _differing(what: str, stands: Granted, told: Granted) -> Iterator[str]:
    for key in sorted({*stands, *told}, key=str):
        if stands.get(key) != told.get(key):
            yield f"the {what} of {key[1]} is {stands.get(key)}, by the trail {told.get(key)}"


INVARIANT = Invariant(
    id="I22",
    severity=RED,
    title="Every change of money, credit, terms and consent has exactly one audit entry, and every entry its change",
    fix="Find the door that wrote past the services; add an entry that says so, never one that pretends.",
    full_sql="""
WITH done (org_id, retailer_id, what) AS (
    SELECT org_id, retailer_id, 'bill.posted' FROM bill
    UNION ALL SELECT org_id, retailer_id, 'credit.reserved' FROM reservation
    UNION ALL SELECT org_id, retailer_id, 'reservation.' || status FROM reservation
        WHERE status IN ('voided', 'expired')
    UNION ALL SELECT org_id, retailer_id, CASE kind WHEN 'payment' THEN 'payment' ELSE 'adjustment' END || '.recorded'
        FROM payment
    UNION ALL SELECT org_id, retailer_id, CASE kind WHEN 'payment' THEN 'payment' ELSE 'adjustment' END || '.reversed'
        FROM payment WHERE status = 'reversed'
    UNION ALL SELECT org_id, retailer_id, 'refund.paid' FROM refund
    UNION ALL SELECT org_id, retailer_id, 'refund.reversed' FROM refund WHERE status = 'reversed'
    UNION ALL SELECT org_id, retailer_id, 'cheque.received' FROM cheque
    UNION ALL SELECT org_id, retailer_id, 'cheque.deposited' FROM cheque WHERE deposited_on IS NOT NULL
    UNION ALL SELECT org_id, retailer_id, 'cheque.' || state FROM cheque WHERE state IN ('bounced', 'returned')
    UNION ALL SELECT org_id, retailer_id, 'dispute.opened' FROM dispute
    UNION ALL SELECT org_id, retailer_id, 'dispute.settled' FROM dispute WHERE status = 'settled'
    UNION ALL SELECT org_id, retailer_id, 'promise.made' FROM promise
    UNION ALL SELECT org_id, retailer_id, 'promise.' || status FROM promise WHERE status <> 'open'
    UNION ALL SELECT org_id, retailer_id, 'claim.' || status FROM payment_claim WHERE status <> 'claimed'
    UNION ALL SELECT org_id, retailer_id, 'override.approved' FROM credit_override WHERE approved_by IS NOT NULL
    UNION ALL SELECT org_id, retailer_id, 'override.' || status FROM credit_override WHERE ended_at IS NOT NULL
), counted AS (
    SELECT org_id, retailer_id, what, count(*) AS rows FROM done GROUP BY 1, 2, 3
), entries AS (
    SELECT org_id, chain_id AS retailer_id,
        CASE action WHEN 'credit.reserved_by_override' THEN 'credit.reserved' WHEN 'promise.unkept' THEN 'promise.kept'
            WHEN 'promise.unbroken' THEN 'promise.broken' ELSE action END AS what,
        sum(CASE WHEN action IN ('promise.unkept', 'promise.unbroken') THEN -1 ELSE 1 END) AS rows
    FROM audit_entry WHERE action IN ('bill.posted', 'credit.reserved', 'credit.reserved_by_override',
        'reservation.voided', 'reservation.expired', 'payment.recorded', 'payment.reversed', 'adjustment.recorded',
        'adjustment.reversed', 'refund.paid', 'refund.reversed', 'cheque.received', 'cheque.deposited',
        'cheque.bounced', 'cheque.returned',
        'dispute.opened', 'dispute.settled', 'promise.made', 'promise.kept', 'promise.unkept', 'promise.broken',
        'promise.unbroken', 'promise.withdrawn', 'claim.verified', 'claim.rejected', 'override.approved',
        'override.used', 'override.revoked', 'override.expired') GROUP BY 1, 2, 3
)
SELECT coalesce(counted.org_id, entries.org_id) AS org_id,
    'retailer ' || coalesce(counted.retailer_id, entries.retailer_id) || ': ' || coalesce(counted.rows, 0) || ' times '
    || coalesce(counted.what, entries.what) || ', ' || coalesce(entries.rows, 0) || ' entries' AS what
FROM counted FULL JOIN entries ON entries.org_id = counted.org_id AND entries.retailer_id = counted.retailer_id
    AND entries.what = counted.what
WHERE coalesce(counted.rows, 0) <> coalesce(entries.rows, 0)
UNION ALL
SELECT a.org_id, 'retailer ' || a.retailer_id || ' is ' || told.word || ' by the account and not by the trail, or not'
    || ' by the account and by the trail'
FROM credit_account a
CROSS JOIN LATERAL (
    SELECT coalesce(max(seq) FILTER (WHERE action = 'credit.paused'), 0)
            > coalesce(max(seq) FILTER (WHERE action = 'credit.unpaused'), 0) AS paused,
        coalesce(max(seq) FILTER (WHERE action = 'account.blocked'), 0)
            > coalesce(max(seq) FILTER (WHERE action = 'account.unblocked'), 0) AS blocked
    FROM audit_entry e WHERE e.org_id = a.org_id AND e.chain_id = a.retailer_id
        AND e.action IN ('credit.paused', 'credit.unpaused', 'account.blocked', 'account.unblocked')
) trail
CROSS JOIN LATERAL (VALUES ('paused', (a.paused_at IS NOT NULL) = trail.paused),
    ('blocked', (a.blocked_at IS NOT NULL) = trail.blocked)) AS told (word, agrees)
WHERE NOT told.agrees
UNION ALL
SELECT a.org_id, 'retailer ' || a.retailer_id || ' has other terms than the trail says: ' || differs.names
FROM credit_account a
CROSS JOIN LATERAL (
    SELECT after FROM audit_entry e
    WHERE e.org_id = a.org_id AND e.chain_id = a.retailer_id AND e.action IN ('account.opened', 'terms.changed')
    ORDER BY e.seq DESC LIMIT 1
) granted
CROSS JOIN LATERAL (
    SELECT string_agg(said.key, ', ' ORDER BY said.key) AS names FROM jsonb_each(granted.after) said
    WHERE to_jsonb(a) -> said.key IS DISTINCT FROM said.value
) differs
WHERE differs.names IS NOT NULL
UNION ALL
SELECT coalesce(away.org_id, told.org_id), coalesce(away.rows, 0) || ' people want no messages, by the trail '
    || coalesce(told.rows, 0)
FROM (SELECT org_id, count(*) AS rows FROM contact WHERE opted_out_at IS NOT NULL GROUP BY org_id) away
FULL JOIN (
    SELECT org_id, sum(CASE action WHEN 'contact.opted_out' THEN 1 ELSE -1 END) AS rows
    FROM audit_entry WHERE action IN ('contact.opted_out', 'contact.opted_in') GROUP BY org_id
) told ON told.org_id = away.org_id
WHERE coalesce(away.rows, 0) <> coalesce(told.rows, 0)
""",
    full_probe=_granted_past_the_services,
)
