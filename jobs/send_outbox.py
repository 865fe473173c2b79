"""Sends what stands in the outbox: claims a few messages, hands them to the provider side by side, stores each result.

No transaction is open during a request. A batch is as large as the number of threads, so that a claimed message is on
its way at once: what a dying process leaves behind is at most one batch (see core/sending.py).
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

from bot.gateway import contents, failures, refs, rendering
from bot.gateway.errors import TOO_MANY_REQUESTS, WINDOW_CLOSED, Action, NotTaken, RefusedByProvider, Uncertain
from bot.gateway.rendering import MessageForm
from bot.gateway.twilio import ProviderRequest, TwilioGateway
from core import audit, clock, db, logs, metrics, sending
from core.errors import NotFound
from core.sending import ClaimedMessage, Outcome
from jobs import attachments
from parties import channels
from parties.channels import ChannelLine

BATCH = 5
RUN_SECONDS = 45.0
BEGIN_SECONDS = 5.0  # a process that was asleep for longer than this after `begin` gives the message back
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 300.0
REPAIRS_SECONDS = 300.0  # between tries while the account or a template is in trouble

_log = logs.get("send_outbox")

Result = tuple[Outcome, Action | None]
ABOUT_ITSELF = (rendering.Overtaken, rendering.NoApprovedForm, NotFound, KeyError, ValueError)
ABOUT_ITS_CONTENT = (contents.NotReady, contents.NotApproved, NotTaken, Uncertain, RefusedByProvider)


def run() -> int:
    """Send what is due, organisation by organisation in turns; returns how many messages were taken up."""
    taken, end = 0, time.monotonic() + RUN_SECONDS
    orgs = _organisations()
    if not orgs:
        return 0
    with ThreadPoolExecutor(BATCH, thread_name_prefix="send") as pool:
        while time.monotonic() < end:
            batches = [batch for org_id in orgs if (batch := _claim(org_id))]
            for batch in batches:
                taken += sum(pool.map(lambda pair: _safely(*pair), batch))
            if not batches:
                break
            orgs = _organisations()
    return taken


def deliver(line: ChannelLine, message: ClaimedMessage) -> Outcome:
    """Send one claimed message and store what came of it."""
    outcome, action = _attempt(line, message)
    with db.transaction(message.org_id) as session:
        if not sending.finish(session, message, outcome):
            _log.warning("message.overtaken", message=str(message.id), outcome=outcome.status)
        elif outcome.status in {"failed", "cancelled"}:
            failures.follow_up(session, message.id, action or Action.PERMANENT, outcome.code)
        elif action is Action.CONFIG:
            failures.ask_about_provider(session, outcome.code, outcome.error or "")
    metrics.SENT.labels(outcome.status).inc()
    return outcome


def retry_seconds(attempt: int) -> float:
    """Doubling from about one second to five minutes, with jitter so that waiting messages do not return together."""
    longest = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(attempt - 1, 12))
    return longest * random.uniform(0.75, 1.25)


def _organisations() -> list[UUID]:
    with db.transaction(role=db.DOCTOR) as session:
        return sending.organisations_due(session)


def _claim(org_id: UUID) -> list[tuple[ChannelLine, ClaimedMessage]]:
    with db.transaction(org_id) as session:
        return [(channels.line(session, message.channel_id), message) for message in sending.claim(session, BATCH)]


def _safely(line: ChannelLine, message: ClaimedMessage) -> int:
    """One message's trouble stays its own: it is found again when its lease runs out."""
    audit.act_as(audit.Actor("job:send"))  # a thread of the pool starts without an actor
    try:
        deliver(line, message)
    except Exception:
        _log.exception("message.crashed", message=str(message.id))
    return 1


def _attempt(line: ChannelLine, message: ClaimedMessage) -> Result:
    """Prepare and send; nothing is stored here but what the sending itself needs."""
    gateway = TwilioGateway(line)
    try:
        url = attachments.link(message)
        form = rendering.render(message, clock.now(), url, attachments.instead(message, url) if url else None)
        content_sid, form = _content(gateway, message, form)
    except (*ABOUT_ITSELF, *ABOUT_ITS_CONTENT) as error:
        return _unfit(message, error)
    return _post(gateway, message, form, content_sid)


def _unfit(message: ClaimedMessage, error: Exception) -> Result:
    """What becomes of a message that cannot be sent in this moment: certainly nothing has left yet."""
    action: Action | None = Action.PERMANENT
    match error:
        case rendering.Overtaken():
            outcome = Outcome("cancelled", error=str(error))
        case rendering.NoApprovedForm():
            outcome = Outcome("failed", code=WINDOW_CLOSED, error=str(error))
        case contents.NotReady():
            outcome, action = Outcome("queued", error=str(error), delay_seconds=error.delay_seconds), None
        case contents.NotApproved():
            outcome = Outcome("queued", error=str(error), delay_seconds=REPAIRS_SECONDS)
            action = Action.CONFIG
        case NotTaken() | Uncertain():  # about a content resource
            outcome, action = _later(message, error), None
        case RefusedByProvider():
            outcome, action = _refused(message, error)
        case _:
            _log.error("message.unfit", message=str(message.id), error=repr(error))
            outcome = Outcome("failed", error=repr(error)[:200])
    return outcome, action


def _content(gateway: TwilioGateway, message: ClaimedMessage, form: MessageForm) -> tuple[str | None, MessageForm]:
    """The provider's id of the form's content resource. Buttons that cannot be had become numbered text at once."""
    if form.content is None:
        return None, form
    try:
        return contents.ensure(gateway, form.content), form
    except ABOUT_ITS_CONTENT as error:
        if form.content.category is not None:
            raise
        _log.info("message.without_buttons", message=str(message.id), reason=str(error))
        return None, rendering.as_text(message)


def _post(gateway: TwilioGateway, message: ClaimedMessage, form: MessageForm, content_sid: str | None) -> Result:
    request = ProviderRequest(
        to_address=message.to_address,
        callback_url=refs.callback_url(message.org_id, message.id),
        body=form.body,
        content_sid=content_sid,
        content_variables=form.variables if content_sid else None,
        media_url=form.media_url,
    )
    with db.transaction(message.org_id) as session:
        mine = sending.begin(session, message)
    begun = time.monotonic()
    if not mine:
        return Outcome("queued", error="taken over"), None
    return _answered(message, partial(gateway.send, request), begun)


def _answered(message: ClaimedMessage, send: partial[str], begun: float) -> Result:
    if time.monotonic() - begun > BEGIN_SECONDS:
        return Outcome("queued", error="this process was asleep"), None
    try:
        return Outcome("sent", sid=send()), None
    except NotTaken as error:
        return _later(message, error), None
    except Uncertain as error:
        return Outcome("unknown", code=error.code, error=str(error)), None
    except RefusedByProvider as error:
        return _refused(message, error)


def _later(message: ClaimedMessage, error: NotTaken | Uncertain) -> Outcome:
    return Outcome("queued", code=error.code, error=str(error), delay_seconds=retry_seconds(message.attempt))


def _refused(message: ClaimedMessage, error: RefusedByProvider) -> Result:
    if error.action is Action.CONFIG:
        return Outcome("queued", code=error.code, error=str(error), delay_seconds=REPAIRS_SECONDS), Action.CONFIG
    if error.action is Action.RETRY or error.code == TOO_MANY_REQUESTS:
        delay = retry_seconds(message.attempt)
        return Outcome("queued", code=error.code, error=str(error), delay_seconds=delay), None
    return Outcome("failed", code=error.code, error=str(error)), error.action
