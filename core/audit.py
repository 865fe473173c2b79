"""The audit trail: who changed what, from what to what, why; in the same transaction as the change.

Entries form hash chains: one per retailer (its head lives in the credit account row, which a credit change locks
anyway) and one per organisation for the rest (head in the organisation row). `body` holds the bytes that were hashed,
as they were hashed; `hash = sha256(previous hash, sequence number, body)`. The database function `audit_append` locks
the head, extends the chain and inserts, in one round trip. Entries cannot be changed or deleted.
"""

import json
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, db, ids
from core.tables import Base, Identified, Moment, Word


class AuditEntry(Identified, Base):
    """One change. `chain_id` is the retailer's id, or the organisation's for everything else."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("org_id", "chain_id", "seq"),
        Index("ix_audit_entry_recent", "org_id", "at"),
    )

    chain_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Moment]
    actor: Mapped[Word]
    action: Mapped[Word]
    subject: Mapped[Word]
    reason: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    request_id: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Actor:
    """Who acts: `usr_...`, `retailer:ret_...`, `job:reminders`, `provider`, `system`; `request_id` as in the logs."""

    name: str
    request_id: str | None = None


_APPEND = """
SELECT audit_append(p_org => %(org)s, p_id => %(id)s, p_retailer => %(retailer)s, p_at => %(at)s, p_actor => %(actor)s,
    p_action => %(action)s, p_subject => %(subject)s, p_reason => %(reason)s, p_before => %(before)s,
    p_after => %(after)s, p_request => %(request)s, p_body => %(body)s)
"""
SYSTEM = Actor("system")
_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def act_as(actor: Actor) -> None:
    """Name who acts for the rest of this request, turn or job. Doors call it; nobody else."""
    _actor.set(actor)


def actor() -> Actor:
    """Who acts now."""
    return _actor.get()


def is_retailer(public_id: str) -> bool:
    """True in a turn of this retailer's own chat."""
    return _actor.get().name == f"retailer:{public_id}"


@dataclass(frozen=True)
class NewEntry:
    """One entry as it is going to be appended; `body` is what is hashed. `reason` is part of it."""

    id: UUID
    at: datetime
    actor: Actor
    action: str
    subject: str
    reason: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def body(self) -> bytes:
        """The bytes that are hashed."""
        return canonical(self.action, self.subject, self.at, self.actor, self.before, self.after, self.reason)


def entry(
    action: str,
    *,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> NewEntry:
    """What `record` appends, for a statement that appends it itself beside what it writes."""
    return NewEntry(ids.new(), at or clock.now(), actor(), action, subject, reason, before, after)


def record(
    session: Session,
    action: str,
    *,
    subject: str,
    retailer_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Append one entry. `action` is `noun.verb` in the past ("payment.recorded"); `subject` is a public id."""
    new = entry(action, subject=subject, before=before, after=after, reason=reason)
    db.execute(
        session,
        _APPEND,
        {
            "org": str(db.org_of(session)),
            "id": str(new.id),
            "retailer": str(retailer_id) if retailer_id else None,
            "at": new.at,
            "actor": new.actor.name,
            "action": action,
            "subject": subject,
            "reason": reason,
            "before": db.json(before),
            "after": db.json(after),
            "request": new.actor.request_id,
            "body": new.body,
        },
    )


def canonical(
    action: str,
    subject: str,
    at: datetime,
    who: Actor,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reason: str | None,
) -> bytes:
    """The bytes that are hashed: JSON with sorted keys and no spaces."""
    facts = {
        "action": action,
        "subject": subject,
        "at": at.isoformat(),
        "actor": who.name,
        "request_id": who.request_id,
        "before": before,
        "after": after,
        "reason": reason,
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
