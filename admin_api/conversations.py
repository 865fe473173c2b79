"""Conversations: who writes, what was said, and answering as a person while the bot is quiet."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, g
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.conversations import ConversationOut, MessageOut, ReplyOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Id, Listed, Nothing, PageQuery, Strict, Text, decode, page
from admin_api.spec import Blueprint
from bot import handing_over, history, media, replies
from bot.history import Cursor, Said
from core import clock, ids
from core.errors import Invalid, NotFound
from invoicing import storage
from parties import contacts, retailers
from parties.roles import SELLERS

blueprint = Blueprint(
    "conversations", __name__, url_prefix="/api/v1/admin/conversations", description="What is said on WhatsApp"
)

USUAL_MINUTES = int(handing_over.LASTS.total_seconds()) // 60
SHOWN = {  # what came is somebody else's: only these are named as what they say they are
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
}
UNKNOWN = "application/octet-stream"
MOST_MINUTES = int(handing_over.LONGEST.total_seconds()) // 60


class ConversationQuery(PageQuery):
    """Which conversations: of one shop, with a person or with the bot."""

    retailer_id = Id(load_default=None, allow_none=True)
    with_staff = fields.Boolean(load_default=None, allow_none=True)


class Takeover(Strict):
    """For how long the bot is to be quiet."""

    minutes = fields.Integer(strict=True, load_default=USUAL_MINUTES, validate=validate.Range(min=5, max=MOST_MINUTES))


class ReplyIn(Strict):
    """What a member of staff writes."""

    text = Text(longest=replies.MAX_REPLY, needed=True)


@blueprint.route("", methods=["GET"])
@operation(SELLERS)
@blueprint.arguments(ConversationQuery, location="query")
@blueprint.response(200, page_of(ConversationOut))
def list_conversations(session: Session, query: dict[str, Any]) -> Listed:
    """Conversations, the latest first."""
    wanted = query["retailer_id"]
    rows = history.talks(
        session,
        retailer_id=retailers.find(session, wanted).id if wanted else None,
        with_staff=query["with_staff"],
        before=_position(query["cursor"], "cnv"),
        limit=query["limit"] + 1,
    )
    return page(rows, query["limit"], lambda row: _place(row.updated_at, "cnv", UUID(str(row.id))), _shown)


@blueprint.route("/<conversation_id>", methods=["GET"])
@operation(SELLERS)
@blueprint.response(200, ConversationOut)
def read(session: Session, conversation_id: str) -> Beside:
    """One conversation."""
    return _shown(_find(session, conversation_id))


@blueprint.route("/<conversation_id>/messages", methods=["GET"])
@operation(SELLERS)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(MessageOut))
def messages(session: Session, query: dict[str, Any], conversation_id: str) -> Listed:
    """What was said by everybody, the latest first."""
    found = UUID(str(_find(session, conversation_id).id))
    before = _position(query["cursor"], "msg")
    rows = history.said(session, found, before=before, limit=query["limit"] + 1)
    return page(rows, query["limit"], lambda said: _place(said.at, "msg", said.id), _message)


@blueprint.route("/<conversation_id>/takeover", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Takeover)
@blueprint.response(200, ConversationOut)
def takeover(session: Session, given: dict[str, Any], conversation_id: str) -> Beside:
    """Answer yourself: the bot is quiet for so long, and the retailer is told."""
    lasts = timedelta(minutes=given["minutes"])
    talk = handing_over.take(session, ids.parse("cnv", conversation_id), g.who.user_id, lasts)
    return _shown(_find(session, ids.public("cnv", talk.id)))


@blueprint.route("/<conversation_id>/hand-back", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(200, ConversationOut)
def hand_back(session: Session, _given: dict[str, Any], conversation_id: str) -> Beside:
    """Let the bot answer again, and tell the retailer."""
    talk = handing_over.give_back(session, ids.parse("cnv", conversation_id))
    return _shown(_find(session, ids.public("cnv", talk.id)))


@blueprint.route("/<conversation_id>/messages", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(ReplyIn)
@blueprint.response(201, ReplyOut)
def reply(session: Session, given: dict[str, Any], conversation_id: str) -> dict[str, Any]:
    """Write to the retailer under your name, inside the 24-hour window only; whoever writes has taken over."""
    found = ids.parse("cnv", conversation_id)
    message_id = replies.reply(session, found, g.who.user_id, given["text"])
    return {"id": message_id, "conversation_id": conversation_id, "status": "queued"}


@blueprint.route("/<conversation_id>/media/<media_id>", methods=["GET"])
@operation(SELLERS)
@blueprint.response(200, files=[*SHOWN, UNKNOWN])
def media_file(session: Session, conversation_id: str, media_id: str) -> Response:
    """A picture or file of this conversation, as it came; 404 while it is not here (yet)."""
    found = media.find(session, UUID(str(_find(session, conversation_id).id)), ids.parse("med", media_id))
    content = storage.current().read(media.key(found.org_id, found.id))
    if content is None:
        raise NotFound(kind="InboundMedia")
    shown = found.content_type if found.content_type in SHOWN else UNKNOWN
    answer = Response(content, mimetype=shown)
    answer.headers["Content-Disposition"] = f'attachment; filename="{media_id}{SHOWN.get(shown, "")}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _shown(row: Any) -> Beside:
    """A conversation, with what follows from its row now."""
    return Beside(
        row,
        name=row.retailer_name or row.profile_name,
        opted_out=row.opted_out_at is not None,
        window_open=contacts.window_open(row.last_inbound_at, clock.now()),
        with_staff=_with_staff(row),
    )


def _message(said: Said) -> Beside:
    return Beside(said, by=said.user_id or said.who)


def _with_staff(row: Any) -> dict[str, Any] | None:
    if row.handed_over_at is None:
        return None
    until = handing_over.ends_at(row.handed_over_at, row.handed_over_until)
    if until <= clock.now():
        return None
    return {"since": row.handed_over_at, "until": until, "user_id": row.handed_over_to}


def _find(session: Session, public: str) -> Any:
    rows = history.talks(session, conversation_id=ids.parse("cnv", public), limit=1)
    if not rows:
        raise NotFound(kind="Conversation")
    return rows[0]


def _place(at: datetime, prefix: str, identifier: UUID) -> str:
    return f"{at.isoformat()} {ids.public(prefix, identifier)}"


def _position(cursor: str | None, prefix: str) -> Cursor | None:
    """Where a cursor points. Raises Invalid."""
    position = decode(cursor)
    if position is None:
        return None
    moment, _, public = position.partition(" ")
    try:
        return Cursor(datetime.fromisoformat(moment), ids.parse(prefix, public))
    except (ValueError, NotFound) as error:
        raise Invalid("The cursor is not one of ours: use next_cursor of the page before.") from error
