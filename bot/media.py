"""Pictures and files that people send: noted with their message, fetched from the provider soon, kept as they were.

The provider keeps them only for a while and behind its own password, so they are fetched once. A message names at most
a few; what is not at the provider's own address is never asked for.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.tables import InboundMedia, InboundMessage
from core import clock, db, ids
from core.errors import NotFound

MOST_OF_ONE_MESSAGE = 10
MOST_ATTEMPTS = 8
LEASE = timedelta(minutes=2)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600))
BATCH = 20

_DUE = """
SELECT org_id, id FROM inbound_media WHERE status = 'waiting' AND next_try_at <= clock_timestamp()
ORDER BY next_try_at LIMIT %s
"""
_CLAIM = """
UPDATE inbound_media f SET attempts = f.attempts + 1, next_try_at = clock_timestamp() + %(lease)s
FROM inbound_message m
WHERE f.org_id = %(org)s AND f.id = %(id)s AND f.status = 'waiting' AND f.next_try_at <= clock_timestamp()
    AND m.org_id = f.org_id AND m.id = f.message_id
RETURNING f.id, f.message_id, f.url, f.attempts, m.channel_id
"""


@dataclass(frozen=True, slots=True)
class MediaWanted:
    """One file that this process fetches now."""

    id: UUID
    message_id: UUID
    url: str
    attempts: int
    channel_id: UUID


def note(session: Session, message_id: UUID, payload: dict[str, Any]) -> int:
    """Note the files of a message that was just stored; returns how many."""
    count = payload.get("NumMedia", "0")
    places = range(min(int(count), MOST_OF_ONE_MESSAGE)) if count.isascii() and count.isdigit() else range(0)
    named = [(place, str(payload.get(f"MediaUrl{place}", ""))) for place in places]
    for place, url in named:
        if url:
            _insert(session, message_id, place, url, str(payload.get(f"MediaContentType{place}", ""))[:100])
    return sum(bool(url) for _, url in named)


def due() -> list[tuple[UUID, UUID]]:
    """What is to be fetched now, of every organisation. Opens its own small transaction."""
    with db.transaction(role=db.DOCTOR) as session:
        rows = db.execute(session, _DUE, (BATCH,)).all()
    return [(UUID(str(org_id)), UUID(str(media_id))) for org_id, media_id in rows]


def claim(session: Session, media_id: UUID) -> MediaWanted | None:
    """Take one file for this process for two minutes; None when another has it or it is done."""
    asked = {"org": str(db.org_of(session)), "id": str(media_id), "lease": LEASE}
    row = db.execute(session, _CLAIM, asked).first()
    if row is None:
        return None
    return MediaWanted(UUID(str(row.id)), UUID(str(row.message_id)), row.url, row.attempts, UUID(str(row.channel_id)))


def kept(session: Session, media_id: UUID, content_type: str, sha256: str, size: int) -> None:
    """Note that the file lies in our storage."""
    db.execute(
        session,
        "UPDATE inbound_media SET status = 'kept', content_type = %s, sha256 = %s, size = %s, next_try_at = NULL,"
        " error = NULL WHERE org_id = %s AND id = %s",
        (content_type, sha256, size, str(db.org_of(session)), str(media_id)),
    )


def failed(session: Session, wanted: MediaWanted, error: str, *, for_good: bool) -> None:
    """Try again later; give it up when it cannot come any more, or has been tried often enough."""
    is_over = for_good or wanted.attempts >= MOST_ATTEMPTS
    pause = None if is_over else PAUSES[min(wanted.attempts, len(PAUSES)) - 1]
    db.execute(
        session,
        "UPDATE inbound_media SET status = %s, error = %s, next_try_at = clock_timestamp() + %s::interval"
        " WHERE org_id = %s AND id = %s AND status = 'waiting'",
        ("gone" if is_over else "waiting", error[:300], pause, str(db.org_of(session)), str(wanted.id)),
    )


def find(session: Session, conversation_id: UUID, media_id: UUID) -> InboundMedia:
    """A file of this conversation that is kept. Raises NotFound."""
    found = db.fetch(session, InboundMedia, media_id)
    message = db.fetch(session, InboundMessage, found.message_id)
    if message.conversation_id != conversation_id or found.status != "kept":
        raise NotFound(kind="InboundMedia")
    return found


def key(org_id: UUID, media_id: UUID) -> str:
    """Where the file lies in our storage."""
    return f"{org_id}/media/{media_id}"


def _insert(session: Session, message_id: UUID, place: int, url: str, content_type: str) -> None:
    db.execute(
        session,
        "INSERT INTO inbound_media (org_id, id, message_id, place, url, content_type, status, attempts, next_try_at,"
        " created_at) VALUES (%s, %s, %s, %s, %s, %s, 'waiting', 0, clock_timestamp(), %s) ON CONFLICT DO NOTHING",
        (str(db.org_of(session)), str(ids.new()), str(message_id), place, url, content_type, clock.now()),
    )
