"""How a queued message becomes a sent one, exactly once, although processes die and answers get lost.

    claim    queued -> sending, committed before anything is sent; a lease and an attempt number fence it
    begin    notes that the request is about to leave; after this nobody may assume that it did not
    finish   sent | queued again (certainly not taken) | failed | unknown (perhaps taken)
    repair   a lease ran out: not begun -> queued; begun -> unknown
    resolve  unknown -> sent when the provider has it; queued again when it certainly does not; else a person decides

Leases, back-off and settling times use the database's clock, so that a moved business clock changes none of them. Every
write names the attempt it belongs to: a process that wakes up late changes nothing.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, ids
from core.outbox import RANK

LEASE_SECONDS = 15  # longer than connecting and reading may take together
LOOK_AGAIN_SECONDS = 5  # between two looks at the provider
FIRST_LOOK_SECONDS = 2

# How long after the request began a message that the provider does not list is taken as never accepted.
SETTLE_CRASHED_SECONDS = 30  # our process died: the request left at once or never
SETTLE_UNANSWERED_SECONDS = 120  # the provider took the request and answered with an error or not at all
SETTLE_PATIENT_SECONDS = 900  # nobody waits for it: a late message is better than two
UNDECIDED_SECONDS = 3600  # then a person decides

PROVIDER_WORDS = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "cancelled",
    "read": "read",
}


@dataclass(frozen=True)
class ClaimedMessage:
    """A message that this process may send now, with what decides its form."""

    org_id: UUID
    id: UUID
    attempt: int
    channel_id: UUID
    retailer_id: UUID | None
    to_address: str
    language: str
    kind: str
    body: str
    choices: list[list[str]] | None
    template: str | None
    params: dict[str, str] | None
    attachment: dict[str, str] | None
    as_template: bool
    reply_to_id: UUID | None
    created_at: datetime
    last_inbound_at: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: `status` is sent, queued, failed, cancelled, unknown or on_hold."""

    status: str
    sid: str | None = None
    code: int | None = None
    error: str | None = None
    delay_seconds: float = 0.0


_COLUMNS = ", ".join(f"m.{field.name}" for field in fields(ClaimedMessage) if field.name != "last_inbound_at")

_CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT d.id, d.to_address FROM outbox_message d
    WHERE d.org_id = %(org)s AND d.status = 'queued' AND d.available_at <= clock_timestamp()
      AND NOT EXISTS (
        SELECT FROM outbox_message e
        WHERE e.org_id = d.org_id AND e.to_address = d.to_address AND e.id < d.id
          AND (e.status = 'sending' OR (e.status = 'queued' AND e.available_at <= clock_timestamp())))
    ORDER BY d.reply_to_id IS NULL, d.available_at
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), reached AS (
    SELECT due.id, max(c.last_inbound_at) AS last_inbound_at
    FROM due LEFT JOIN contact c ON c.org_id = %(org)s
        AND (c.phone = substr(due.to_address, 10) OR c.external_user_id = substr(due.to_address, 10))
    GROUP BY due.id
)
UPDATE outbox_message m
SET status = 'sending', rank = 1, attempt = m.attempt + 1, posting_at = NULL, error = NULL, error_code = NULL,
    lease_until = clock_timestamp() + make_interval(secs => {LEASE_SECONDS})
FROM reached WHERE m.org_id = %(org)s AND m.id = reached.id
RETURNING {_COLUMNS}, reached.last_inbound_at
"""


def organisations_due(session: Session) -> list[UUID]:
    """Organisations with something to send or to look after. The session reads as `bahi_doctor`: it sees all, writes
    nothing, and only ids leave this function. Asking each organisation in turn would cost a query each, mostly in vain.
    """
    found = db.execute(
        session,
        "SELECT org_id FROM outbox_message WHERE status = 'queued' AND available_at <= clock_timestamp()"
        " UNION SELECT org_id FROM outbox_message"
        " WHERE status IN ('sending', 'unknown') AND lease_until <= clock_timestamp()",
    )
    return [UUID(str(org_id)) for (org_id,) in found]


def seconds_until_due(session: Session) -> float | None:
    """When the next message becomes due (0 for now), or None when none waits. Reads as `bahi_doctor`."""
    (seconds,) = db.execute(
        session,
        "SELECT extract(epoch FROM min(at) - clock_timestamp()) FROM ("
        " SELECT min(available_at) AS at FROM outbox_message WHERE status = 'queued' UNION ALL"
        " SELECT min(lease_until) FROM outbox_message WHERE status IN ('sending', 'unknown')) AS next",
    ).one()
    return None if seconds is None else max(0.0, float(seconds))


def claim(session: Session, limit: int) -> list[ClaimedMessage]:
    """Take up to `limit` due messages, answers first, at most one per person so that their order is kept."""
    rows = db.execute(session, _CLAIM, {"org": str(db.org_of(session)), "limit": limit})
    return [_claimed(row._asdict()) for row in rows]


def begin(session: Session, message: ClaimedMessage) -> bool:
    """Note that the request leaves now; False when another process has taken the message over."""
    done = db.execute(
        session,
        "UPDATE outbox_message SET posting_at = clock_timestamp(),"
        " lease_until = clock_timestamp() + make_interval(secs => %s)"
        " WHERE org_id = %s AND id = %s AND status = 'sending' AND attempt = %s RETURNING 1",
        (LEASE_SECONDS, *_key(message), message.attempt),
    ).first()
    return done is not None


def finish(session: Session, message: ClaimedMessage, outcome: Outcome) -> bool:
    """Store what came of it; False when a callback, a repair or another attempt has overtaken this one."""
    done = db.execute(
        session,
        "UPDATE outbox_message SET status = %(status)s, rank = %(rank)s, error_code = %(code)s, error = %(error)s,"
        " provider_sid = coalesce(%(sid)s, provider_sid),"
        " sent_at = CASE WHEN %(status)s = 'sent' THEN %(now)s ELSE sent_at END,"
        " available_at = CASE %(status)s"
        "   WHEN 'queued' THEN clock_timestamp() + make_interval(secs => %(delay)s)"
        "   WHEN 'unknown' THEN coalesce(posting_at, clock_timestamp()) + make_interval(secs => %(settle)s)"
        "   ELSE available_at END,"
        " lease_until = CASE %(status)s"
        "   WHEN 'unknown' THEN clock_timestamp() + make_interval(secs => %(first_look)s) END"
        " WHERE org_id = %(org)s AND id = %(id)s AND attempt = %(attempt)s"
        "   AND (status = 'sending' OR (status = 'unknown' AND %(status)s IN ('sent', 'queued', 'on_hold')))"
        " RETURNING 1",
        {
            **_facts(message, outcome),
            "settle": settle_seconds(message),
            "first_look": FIRST_LOOK_SECONDS,
        },
    ).first()
    if done and outcome.status in {"sent", "failed", "cancelled"}:
        _note(session, message.id, outcome.status, outcome.code)
    return done is not None


def settle_seconds(message: ClaimedMessage) -> int:
    """How long an unanswered request must stay unlisted before it may be repeated."""
    return SETTLE_PATIENT_SECONDS if is_patient(message) else SETTLE_UNANSWERED_SECONDS


def is_patient(message: ClaimedMessage) -> bool:
    """True when nobody waits for it: a reminder or a notice that no message asked for."""
    return message.kind == "template" and message.reply_to_id is None


def repair(session: Session) -> tuple[int, int]:
    """Free what dead processes held: (queued again, now unknown)."""
    rows = db.execute(
        session,
        "UPDATE outbox_message SET"
        " status = CASE WHEN posting_at IS NULL THEN 'queued' ELSE 'unknown' END,"
        " rank = CASE WHEN posting_at IS NULL THEN 0 ELSE 1 END,"
        " available_at = CASE WHEN posting_at IS NULL THEN clock_timestamp() ELSE posting_at + make_interval("
        "   secs => CASE WHEN kind = 'template' AND reply_to_id IS NULL THEN %s ELSE %s END) END,"
        " lease_until = CASE WHEN posting_at IS NULL THEN NULL ELSE clock_timestamp() END,"
        " error = CASE WHEN posting_at IS NULL THEN NULL ELSE 'the sender stopped before the answer came' END"
        " WHERE (org_id, id) IN (SELECT org_id, id FROM outbox_message"
        "   WHERE org_id = %s AND status = 'sending' AND lease_until <= clock_timestamp()"
        "   LIMIT 500 FOR UPDATE SKIP LOCKED)"
        " RETURNING status",
        (SETTLE_PATIENT_SECONDS, SETTLE_CRASHED_SECONDS, str(db.org_of(session))),
    ).all()
    uncertain = sum(status == "unknown" for (status,) in rows)
    return len(rows) - uncertain, uncertain


def claim_unknown(session: Session, limit: int) -> list[ClaimedMessage]:
    """Take unknown messages whose turn it is to be looked up, oldest first."""
    rows = db.execute(
        session,
        "UPDATE outbox_message m SET lease_until = clock_timestamp() + make_interval(secs => %s)"
        " WHERE (m.org_id, m.id) IN (SELECT org_id, id FROM outbox_message"
        "   WHERE org_id = %s AND status = 'unknown' AND lease_until <= clock_timestamp()"
        "   ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_COLUMNS}, NULL::timestamptz AS last_inbound_at",
        (LEASE_SECONDS, str(db.org_of(session)), limit),
    )
    return sorted((_claimed(row._asdict()) for row in rows), key=lambda message: message.id)


def known_sids(session: Session, sids: list[str]) -> set[str]:
    """Which of these provider ids belong to a message already."""
    rows = db.execute(
        session,
        "SELECT provider_sid FROM outbox_message WHERE org_id = %s AND provider_sid = ANY(%s)",
        (str(db.org_of(session)), sids),
    )
    return {sid for (sid,) in rows}


def resolve_absent(session: Session, message: ClaimedMessage) -> str:
    """The provider does not list it: queued again once it must have settled, else looked up again. Tells which."""
    (status,) = db.execute(
        session,
        "UPDATE outbox_message SET"
        " status = CASE WHEN available_at <= clock_timestamp() THEN 'queued' ELSE status END,"
        " rank = CASE WHEN available_at <= clock_timestamp() THEN 0 ELSE rank END,"
        " lease_until = CASE WHEN available_at <= clock_timestamp() THEN NULL"
        "   ELSE least(available_at, clock_timestamp() + make_interval(secs => %s)) END"
        " WHERE org_id = %s AND id = %s AND status = 'unknown' AND attempt = %s RETURNING status",
        (LOOK_AGAIN_SECONDS, *_key(message), message.attempt),
    ).first() or ("overtaken",)
    return str(status)


def resolve_undecided(session: Session, message: ClaimedMessage) -> str:
    """The provider could not be asked: looked up again later; on_hold when it has been like this for too long."""
    (status,) = db.execute(
        session,
        "UPDATE outbox_message SET"
        " status = CASE WHEN posting_at < clock_timestamp() - make_interval(secs => %s) THEN 'on_hold'"
        "   ELSE status END,"
        " lease_until = clock_timestamp() + make_interval(secs => %s)"
        " WHERE org_id = %s AND id = %s AND status = 'unknown' AND attempt = %s RETURNING status",
        (UNDECIDED_SECONDS, LEASE_SECONDS, *_key(message), message.attempt),
    ).first() or ("overtaken",)
    return str(status)


def record_status(session: Session, message_id: UUID, word: str, *, sid: str | None, code: int | None = None) -> bool:
    """Take in what the provider reports: kept once in the history, and the status only rises. True when it rose.

    A report about a message whose answer never came tells us that it was accepted, and its provider id. Enters the
    organisation that the session names.
    """
    reported = PROVIDER_WORDS[word]
    status = "sent" if RANK[reported] < RANK["sent"] else reported
    rose = db.execute(
        session,
        "SELECT outbox_report(p_org => %(org)s, p_id => %(id)s, p_status => %(status)s, p_rank => %(rank)s::smallint,"
        " p_reported => %(reported)s, p_sid => %(sid)s, p_code => %(code)s, p_at => %(at)s)",
        {
            "org": str(db.org_of(session)),
            "id": str(message_id),
            "status": status,
            "rank": RANK[status],
            "reported": reported,
            "sid": sid,
            "code": code,
            "at": clock.now(),
        },
    ).scalar_one()
    return bool(rose)


def find_by_sid(session: Session, sid: str) -> UUID | None:
    """Our message with this provider id."""
    found = db.execute(
        session,
        "SELECT id FROM outbox_message WHERE org_id = %s AND provider_sid = %s LIMIT 1",
        (str(db.org_of(session)), sid),
    ).scalar()
    return UUID(str(found)) if found else None


def send_again(session: Session, message_id: UUID, *, as_template: bool, delay_seconds: float = 0.0) -> bool:
    """Queue a copy of a message that the provider reported as failed: once, never a copy of a copy."""
    made = db.execute(
        session,
        "INSERT INTO outbox_message (org_id, id, channel_id, retailer_id, to_address, language, kind, body, choices,"
        " template, params, attachment, as_template, dedupe_key, reply_to_id, status, rank, attempt, available_at,"
        " created_at) SELECT org_id, %(new)s, channel_id, retailer_id, to_address, language, kind, body, choices,"
        " template, params, attachment, %(as_template)s, 'again:' || id, reply_to_id, 'queued', 0, 0,"
        " clock_timestamp() + make_interval(secs => %(delay)s), %(now)s FROM outbox_message"
        " WHERE org_id = %(org)s AND id = %(id)s AND coalesce(dedupe_key, '') NOT LIKE 'again:%%'"
        "   AND (template IS NOT NULL OR NOT %(as_template)s)"
        " ON CONFLICT (org_id, dedupe_key) DO NOTHING RETURNING 1",
        {
            "org": str(db.org_of(session)),
            "id": str(message_id),
            "new": str(ids.new()),
            "as_template": as_template,
            "delay": delay_seconds,
            "now": clock.now(),
        },
    ).first()
    return made is not None


def _note(session: Session, message_id: UUID, status: str, code: int | None) -> None:
    db.execute(
        session,
        "INSERT INTO outbox_status (org_id, message_id, status, at, error_code) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (str(db.org_of(session)), str(message_id), status, clock.now(), code),
    )


def _key(message: ClaimedMessage) -> tuple[str, str]:
    return str(message.org_id), str(message.id)


def _facts(message: ClaimedMessage, outcome: Outcome) -> dict[str, Any]:
    return {
        "org": str(message.org_id),
        "id": str(message.id),
        "attempt": message.attempt,
        "status": outcome.status,
        "rank": RANK[outcome.status],
        "code": outcome.code,
        "error": outcome.error,
        "sid": outcome.sid,
        "delay": outcome.delay_seconds,
        "now": clock.now(),
    }


def _claimed(row: Any) -> ClaimedMessage:
    known = dict(row)
    for name in ("org_id", "id", "channel_id", "retailer_id", "reply_to_id"):
        known[name] = UUID(str(known[name])) if known[name] else None
    return ClaimedMessage(**known)
