"""What was said in a conversation, by everybody: messages that came in and messages that went out, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db, templates

DIRECTIONS = IN, OUT = "in", "out"
SPEAKERS = ("retailer", "staff", "notice", "bot")
STAFF_KEY = "staff:"  # how a staff reply's dedupe key begins; the user's id follows
MAX_PAGE = 200

_SAID = """
WITH talk AS (
    SELECT t.id, t.channel_id, c.retailer_id,
        array_remove(ARRAY['whatsapp:' || c.phone, 'whatsapp:' || c.external_user_id], NULL) AS addresses
    FROM conversation t JOIN contact c ON c.org_id = t.org_id AND c.id = t.contact_id
    WHERE t.org_id = %(org)s AND t.id = %(conversation)s
), said AS (
    (SELECT m.id, 'in' AS direction, m.received_at AS at, m.body, m.payload, NULL::text AS template,
        NULL::jsonb AS params, NULL::jsonb AS attachment, NULL::jsonb AS choices, NULL::text AS language,
        m.status, NULL::text AS dedupe_key
    FROM talk JOIN inbound_message m ON m.org_id = %(org)s AND m.conversation_id = talk.id
    WHERE %(before_at)s::timestamptz IS NULL OR (m.received_at, m.id) < (%(before_at)s, %(before_id)s)
    ORDER BY m.received_at DESC, m.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT o.id, 'out', o.created_at, o.body, NULL, o.template, o.params, o.attachment, o.choices, o.language,
        o.status, o.dedupe_key
    FROM talk JOIN outbox_message o ON o.org_id = %(org)s AND o.retailer_id IS NOT DISTINCT FROM talk.retailer_id
        AND o.channel_id = talk.channel_id AND o.to_address = ANY(talk.addresses)
    WHERE %(before_at)s::timestamptz IS NULL OR (o.created_at, o.id) < (%(before_at)s, %(before_id)s)
    ORDER BY o.created_at DESC, o.id DESC LIMIT %(limit)s)
)
SELECT said.*, (
    SELECT json_agg(json_build_object('id', f.id, 'content_type', f.content_type, 'status', f.status) ORDER BY f.place)
    FROM inbound_media f WHERE f.org_id = %(org)s AND f.message_id = said.id
) AS media
FROM said ORDER BY at DESC, id DESC LIMIT %(limit)s
"""
_TALKS = """
SELECT t.id, t.contact_id, t.flow, t.state, t.updated_at, t.handed_over_at, t.handed_over_until, t.handed_over_to,
    c.phone, c.profile_name, c.opted_out_at, c.last_inbound_at, coalesce(c.language, r.language, 'en') AS language,
    r.id AS retailer_id, r.name AS retailer_name
FROM conversation t
JOIN contact c ON c.org_id = t.org_id AND c.id = t.contact_id
LEFT JOIN retailer r ON r.org_id = c.org_id AND r.id = c.retailer_id
WHERE t.org_id = %(org)s AND (%(id)s::uuid IS NULL OR t.id = %(id)s::uuid)
    AND (%(retailer)s::uuid IS NULL OR c.retailer_id = %(retailer)s::uuid)
    AND (%(with_staff)s::boolean IS NULL OR (t.handed_over_at IS NOT NULL) = %(with_staff)s::boolean)
    AND (%(before_at)s::timestamptz IS NULL OR (t.updated_at, t.id) < (%(before_at)s, %(before_id)s))
ORDER BY t.updated_at DESC, t.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: everything before this moment and id."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `who` is retailer, bot, notice or staff; `user_id` the member of staff."""

    id: UUID
    direction: str
    at: datetime
    who: str
    user_id: UUID | None
    text: str
    kind: str
    status: str
    choices: tuple[str, ...]
    media: tuple[dict[str, Any], ...]


def talks(
    session: Session,
    *,
    conversation_id: UUID | None = None,
    retailer_id: UUID | None = None,
    with_staff: bool | None = None,
    before: Cursor | None = None,
    limit: int = 50,
) -> list[Any]:
    """Conversations with their people, the latest first."""
    asked = {
        **_bounds(session, before, limit),
        "id": _text(conversation_id),
        "retailer": _text(retailer_id),
        "with_staff": with_staff,
    }
    return list(db.execute(session, _TALKS, asked).all())


def said(session: Session, conversation_id: UUID, *, before: Cursor | None = None, limit: int = 50) -> list[Said]:
    """What was said in this conversation, the latest first."""
    asked = {**_bounds(session, before, limit), "conversation": str(conversation_id)}
    return [_said(row) for row in db.execute(session, _SAID, asked).all()]


def _bounds(session: Session, before: Cursor | None, limit: int) -> dict[str, Any]:
    return {
        "org": str(db.org_of(session)),
        "before_at": before.at if before else None,
        "before_id": _text(before.id) if before else None,
        "limit": max(1, min(limit, MAX_PAGE + 1)),
    }


def _said(row: Any) -> Said:
    media = tuple(row.media or ())
    return Said(
        id=UUID(str(row.id)),
        direction=row.direction,
        at=row.at,
        who=_who(row),
        user_id=_user(row),
        text=_words(row),
        kind=_kind(row, media),
        status=row.status,
        choices=tuple(title for _, title in row.choices or ()),
        media=media,
    )


def _who(row: Any) -> str:
    if row.direction == IN:
        return "retailer"
    if (row.dedupe_key or "").startswith(STAFF_KEY):
        return "staff"
    return "notice" if row.template else "bot"


def _user(row: Any) -> UUID | None:
    key = row.dedupe_key or ""
    return UUID(key.split(":")[1]) if row.direction == OUT and key.startswith(STAFF_KEY) else None


def _words(row: Any) -> str:
    if row.body or not row.template:
        return str(row.body)
    return templates.get(row.template).render(row.language, row.params or {})


def _kind(row: Any, media: tuple[dict[str, Any], ...]) -> str:
    if row.direction == OUT:
        return str(row.attachment["kind"]) if row.attachment else "text"
    return str(row.payload.get("MessageType") or ("media" if media else "text"))


def _text(identifier: UUID | None) -> str | None:
    return str(identifier) if identifier else None
