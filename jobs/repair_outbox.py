"""Finds out what became of messages whose answer never came, by looking at what the provider has.

A message that the provider lists and that belongs to no other row of ours is ours: same person, same text. The
provider's dates are not compared: ids that we know already are left out, and that is the stronger sign.
"""

from bot.gateway import failures, rendering
from bot.gateway.errors import GatewayError
from bot.gateway.twilio import ListedMessage, TwilioGateway
from core import db, logs, metrics, sending
from core.sending import ClaimedMessage, Outcome
from parties import channels
from parties.channels import ChannelLine

BATCH = 20

_log = logs.get("repair_outbox")


def run() -> None:
    """Free what dead processes held, then look up what is unknown."""
    with db.transaction(role=db.DOCTOR) as session:
        orgs = sending.organisations_due(session)
    for org_id in orgs:
        with db.transaction(org_id) as session:
            queued, unknown = sending.repair(session)
            claimed = [(channels.line(session, m.channel_id), m) for m in sending.claim_unknown(session, BATCH)]
        if queued or unknown:
            _log.warning("lease.expired", org=str(org_id), queued=queued, unknown=unknown)
        for line, message in claimed:
            resolve(line, message)


def resolve(line: ChannelLine, message: ClaimedMessage) -> str:
    """Decide one unknown message; returns its status afterwards."""
    try:
        listed = TwilioGateway(line).listed(message.to_address)
    except GatewayError as error:
        _log.warning("provider.unreachable", message=str(message.id), error=str(error))
        return _undecided(message)
    with db.transaction(message.org_id) as session:
        sid = _ours(message, listed, sending.known_sids(session, [one.sid for one in listed]))
        if sid:
            sending.finish(session, message, Outcome("sent", sid=sid))
            status = "sent"
        else:
            status = sending.resolve_absent(session, message)
    _log.info("message.resolved", message=str(message.id), status=status)
    metrics.SENT.labels(f"reconciled_{status}").inc()
    return status


def _ours(message: ClaimedMessage, listed: list[ListedMessage], known: set[str]) -> str | None:
    """The provider's id of this message. Oldest first: several unknown ones to a person take theirs in order."""
    texts = rendering.possible_texts(message)
    free = [one for one in reversed(listed) if one.sid not in known]
    exact = [one for one in free if rendering.even(one.body) in texts]
    blank = [one for one in free if not one.body.strip() and (one.has_media or _may_be_content(message))]
    return next((one.sid for one in [*exact, *blank]), None)


def _may_be_content(message: ClaimedMessage) -> bool:
    """True when it may have gone as a content resource, of which the provider need not show the text."""
    return bool(message.choices or message.template)


def _undecided(message: ClaimedMessage) -> str:
    with db.transaction(message.org_id) as session:
        status = sending.resolve_undecided(session, message)
        if status == "on_hold":
            failures.ask_staff(session, message.id, message.retailer_id, None, "it is not known whether it was sent")
    return status
