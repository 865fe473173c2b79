"""Delivery callbacks: what the provider says became of a message we sent.

They come late, twice and in any order; `core.sending.record_status` takes them in so that all orders converge. The
reference in the address finds the message even when the provider's answer to our request was lost.
"""

from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from bot import signature
from bot.gateway import failures, refs
from bot.gateway.errors import action_for
from core import audit, db, logs, metrics, sending, settings
from parties import channels
from parties.channels import ChannelLine

MAX_BYTES = 16_384
MAX_CODE_DIGITS = 9  # fits the column; Twilio's have five
FAILURES = frozenset({"failed", "undelivered"})

blueprint = Blueprint("twilio_callbacks", __name__)
_log = logs.get("callbacks")


@blueprint.post(refs.PATH)
def status() -> Response:
    """Take one callback in: 200 whatever it is about, 403 for a wrong signature, 503 when the database is down."""
    if (request.content_length or 0) > MAX_BYTES:
        return _answer(413)
    body = request.get_data(cache=False)
    fields = signature.pairs(body)
    if signature.repeats(fields):
        return _answer(400)
    form = {_text(name): _text(value) for name, value in fields}
    try:
        line = channels.resolve(form.get("AccountSid", ""), form.get("From", "").removeprefix("whatsapp:"))
        if line is None or not _is_genuine(fields, line):
            return _answer(403)
        _take_in(line, form)
    except (DBAPIError, PoolExhausted) as error:
        if not db.is_outage(error):
            raise
        _log.error("callback.database_down")
        return _answer(503)
    return _answer(200)


def _is_genuine(fields: signature.Pairs, line: ChannelLine) -> bool:
    query = request.query_string.decode()
    url = settings.current().public_base_url + request.path + (f"?{query}" if query else "")
    return signature.is_genuine(url, fields, request.headers.get("X-Twilio-Signature", ""), line.tokens)


def _take_in(line: ChannelLine, form: dict[str, str]) -> None:
    word, sid = form.get("MessageStatus", ""), form.get("MessageSid", "")[:64]
    if word not in sending.PROVIDER_WORDS or not sid:
        metrics.CALLBACKS.labels("unknown").inc()
        return
    metrics.CALLBACKS.labels(word).inc()
    code = _error_code(form.get("ErrorCode", ""))
    audit.act_as(audit.Actor("provider", request_id=sid))
    with db.transaction() as session:
        session.info["org_id"] = line.org_id  # record_status enters it with the same statement
        message_id = _message_id(session, line, sid)
        if message_id and sending.record_status(session, message_id, word, sid=sid, code=code) and word in FAILURES:
            failures.follow_up(session, message_id, action_for(code), code)


def _text(raw: bytes) -> str:
    """What the database can hold; the signature was made over the bytes as they came."""
    return raw.decode(errors="replace").replace("\0", "")


def _error_code(text: str) -> int | None:
    """The provider's number for what went wrong; what is no such number is none."""
    return int(text) if text.isdecimal() and len(text) <= MAX_CODE_DIGITS else None


def _message_id(session: Session, line: ChannelLine, sid: str) -> UUID | None:
    """By the reference in the signed address; by the provider's id when the address has none."""
    found = refs.parse(request.args.get("ref", ""))
    if found is not None:
        org_id, message_id = found
        return message_id if org_id == line.org_id else None
    db.enter(session, line.org_id)
    return sending.find_by_sid(session, sid)


def _answer(code: int) -> Response:
    return Response(status=code, content_type="text/plain")
