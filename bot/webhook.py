"""The door for WhatsApp messages: verify, let the engine take the turn in one transaction, answer nothing.

The answer to the person leaves through the outbox; the answer to Twilio is empty TwiML. A message that was verified is
never lost: when its turn fails unexpectedly it is kept and tried again, and when the database is down Twilio is told.
"""

from time import perf_counter

from flask import Blueprint, Response, abort, request

from bot import engine, flow, ingress, retries, signature
from bot.ingress import Incoming
from core import db, logs, metrics, queue, settings
from core.i18n import LANGUAGES, _, speaking
from parties import channels
from parties.channels import ChannelLine

MAX_BODY_BYTES = 64 * 1024
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response />'
RETRY_AFTER_SECONDS = 5

blueprint = Blueprint("whatsapp_messages", __name__, url_prefix="/webhooks/twilio")
log = logs.get(__name__)


@blueprint.record_once
def _prepare(_state: object) -> None:
    """Refuse to start with a broken flow; read the catalogues before the first message needs them."""
    flow.installed()
    for language in LANGUAGES:
        with speaking(language):
            _("Sorry, I did not understand that.")


@blueprint.post("/messages")
def messages() -> Response:
    """One message from WhatsApp. 403 for a wrong signature, 400 for repeated keys, 413, 503 without a database."""
    started = perf_counter()
    request.max_content_length = MAX_BODY_BYTES
    fields = signature.pairs(request.get_data(cache=False))
    if signature.repeats(fields):
        abort(400)
    try:
        outcome = receive(fields, request.headers.get("X-Twilio-Signature", ""), _address())
    except Exception as error:
        if not db.is_outage(error):
            raise
        log.error("webhook.database_down", error=type(error).__name__)
        return Response(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    metrics.TURNS.labels(outcome).inc()
    metrics.TURN_SECONDS.observe(perf_counter() - started)
    return Response(NOTHING_TO_SAY, mimetype="text/xml")


def receive(fields: signature.Pairs, given: str, url: str) -> str:
    """Verify the sender and take the turn; returns the outcome. Aborts with 403."""
    incoming = ingress.read(fields)
    line = channels.resolve(incoming.account_sid, incoming.to_number)
    if line is None or not signature.is_genuine(url, fields, given, line.tokens):
        log.warning("webhook.refused", known_number=line is not None, account_sid=incoming.account_sid[:34])
        abort(403)
    if not incoming.is_known_shape:
        log.warning("webhook.nobody_to_answer", message_sid=incoming.message_sid)
        return "ignored"
    return take(line, incoming)


def take(line: ChannelLine, incoming: Incoming) -> str:
    """The turn in one transaction, and a wake-up call for whoever goes on with it. Raises when the database is down."""
    try:
        outcome = db.run(lambda session: engine.answer(session, flow.installed(), line, incoming))
    except Exception as error:
        log.exception("turn.failed", message_sid=incoming.message_sid)
        retries.keep(line, incoming, error)
        outcome = "kept"
    if outcome != "seen":
        queue.hint_soon("send" if outcome == "new" else "inbound")
    return outcome


def _address() -> str:
    """The address as Twilio has it and signs it: never what a proxy or the Host header says."""
    query = request.query_string.decode("latin-1")
    return settings.current().public_base_url + request.path + (f"?{query}" if query else "")
