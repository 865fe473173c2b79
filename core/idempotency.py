"""Retries are harmless: the key's row is inserted first, in the same transaction as the effect.

A second request with the same key waits a moment for the first one's row, then gets the stored answer (same body) or
a refusal (another body, or the first is still at work). Nothing is stored when the first one fails, so the caller may
try again.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, db
from core.errors import DomainError, Invalid
from core.tables import Base, Moment, TenantOwned

MAX_KEY = 255
WAIT = "2s"  # a click that waits for the click before it holds a thread of the web server


class IdempotencyKey(TenantOwned, Base):
    """One key of one user on one route, with the hash of the request and the answer that it got."""

    __tablename__ = "idempotency_key"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Moment]


class KeyReused(DomainError):
    """The key was used before with another body."""

    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422
    detail = "This Idempotency-Key was used before with another body. Use a new key for a new request."


class KeyMissing(DomainError):
    """The request moves money, orders or messages and names no key."""

    code = "IDEMPOTENCY_KEY_MISSING"
    status = 400
    detail = "Send an Idempotency-Key header: a retry with the same key is then harmless."


class InFlight(DomainError):
    """The first request with this key has not answered yet."""

    code = "IDEMPOTENCY_IN_FLIGHT"
    detail = "The first request with this key is still at work; ask again in a moment."


@dataclass(frozen=True)
class StoredAnswer:
    """The answer that the first request got."""

    status: int
    answer: dict[str, Any]


def claim(session: Session, user_id: UUID, route: str, key: str | None, body: bytes) -> StoredAnswer | None:
    """Insert the key, or return what it answered. Waits up to `WAIT` while another transaction holds the same key.

    Raises KeyMissing, Invalid (too long, unprintable), KeyReused, InFlight; after InFlight the transaction can only be
    rolled back.
    """
    if not key:
        raise KeyMissing
    if len(key) > MAX_KEY or not key.isprintable():
        raise Invalid(f"An Idempotency-Key has at most {MAX_KEY} characters, and none that cannot be seen.")
    digest = hashlib.sha256(body).hexdigest()
    inserted = _insert(session, (str(db.org_of(session)), str(user_id), route, key, digest, clock.now()))
    if inserted:
        return None
    seen = session.get_one(IdempotencyKey, (db.org_of(session), user_id, route, key))
    if seen.request_hash != digest:
        raise KeyReused
    if seen.status is None or seen.answer is None:
        raise InFlight
    return StoredAnswer(seen.status, seen.answer)


def _insert(session: Session, row: tuple[Any, ...]) -> bool:
    """True when the key is new. Raises InFlight."""
    try:
        inserted = db.execute(
            session,
            f"SET LOCAL lock_timeout = '{WAIT}';"
            "INSERT INTO idempotency_key (org_id, user_id, route, key, request_hash, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1",
            row,
        ).first()
    except DBAPIError as error:
        if db.is_busy(error):
            raise InFlight from error
        raise
    db.execute(session, "SET LOCAL lock_timeout TO DEFAULT")  # the work itself waits as long as any other
    return inserted is not None


def complete(session: Session, user_id: UUID, route: str, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer beside the effect, so that a retry gets the same."""
    row = session.get_one(IdempotencyKey, (db.org_of(session), user_id, route, key))
    row.status, row.answer = status, answer


def purge(session: Session, before: datetime) -> int:
    """Forget keys older than `before` (kept at least seven days). Returns how many."""
    gone = db.execute(session, "DELETE FROM idempotency_key WHERE created_at < %s", (before,))
    count: int = gone.rowcount
    return count
