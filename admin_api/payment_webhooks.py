"""What payment gateways tell: the door behind which, and nowhere else, the money of a payment link is booked.

The body is read as it came and checked before anything is looked at. 200 says that the event is kept for good, 403 that
its signature is wrong, 404 that nobody has this address, 503 that the gateway should come again.
"""

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from core import audit, clock, db, logs, queue
from credit import gateway_accounts, gateway_events
from credit.gateway_accounts import Account
from credit.gateway_events import Taken
from credit.gateways import Event

MAX_BYTES = 65_536

blueprint = Blueprint("payment_webhooks", __name__)
_log = logs.get("payment_webhooks")


@blueprint.post("/webhooks/<any(razorpay, stripe):provider>/<gateway_id>")
def event(provider: str, gateway_id: str) -> Response:
    """Take one event in. The answer says what became of it."""
    body = request.get_data(cache=False)
    if len(body) > MAX_BYTES:
        raise RequestEntityTooLarge
    account = gateway_accounts.resolve(provider, gateway_id)
    if account is None:
        raise NotFound
    account.gateway.check(body, request.headers, account.webhook_secrets, clock.now())
    told = account.gateway.read(body, request.headers)
    taken = take(account, told, body.decode())
    _log.info("payment_webhook.taken", provider=provider, kind=told.kind, outcome=taken.outcome)
    return jsonify({"outcome": taken.outcome})


def take(account: Account, told: Event, body: str) -> Taken:
    """Keep and book an event in one transaction; the shop's receipt leaves after it."""
    audit.act_as(audit.Actor(f"gateway:{account.provider}", request_id=told.id))
    taken = db.run(lambda session: gateway_events.take(session, account, told, body), account.org_id)
    if taken.receipt is not None:
        queue.hint_soon("send")
    return taken
