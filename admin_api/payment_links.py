"""Payment links: one amount that a shop pays at a gateway, and what the gateway told of it.

Nothing here books a payment: only the gateway's signed event does.
"""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.shapes import Id, PageQuery, PositiveMinor, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import clock, ids
from credit import gateway_accounts, listing, payment_links
from credit.online import LINK_STATES, OUTCOMES, PROVIDERS, GatewayEvent, PaymentLink
from parties import retailers
from parties.roles import BOOKKEEPERS, SELLERS

blueprint = Blueprint("payment_links", __name__, url_prefix="/api/v1/admin/payment-links", description="Paying online")


class LinkQuery(PageQuery):
    """Which links: of one shop, in one state."""

    retailer_id = Id(load_default=None, allow_none=True)
    status = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LINK_STATES))


class EventQuery(PageQuery):
    """Which events: with one outcome."""

    outcome = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(OUTCOMES))


class LinkIn(Strict):
    """What is asked for. `provider_link_id` and `url` are those of a link that was made at the gateway by hand."""

    retailer_id = Id(needed=True)
    amount_minor = PositiveMinor(required=True)
    provider = fields.String(required=True, validate=validate.OneOf(PROVIDERS))
    bill_id = Id(load_default=None, allow_none=True)
    reference = Text(longest=40, load_default=None, allow_none=True)
    provider_link_id = Text(longest=100, load_default=None, allow_none=True)
    url = Text(longest=500, load_default=None, allow_none=True)


class Cancelled(Strict):
    """Why a link is no longer wanted."""

    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(LinkIn)
@blueprint.response(201)
def create(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Ask for money by a link. It is `requested` until the gateway has made it, then `open` with its `url`."""
    shop = retailers.find(session, given.pop("retailer_id"))
    bill_id = given.pop("bill_id")
    new = payment_links.NewLink(shop.id, bill_id=ids.parse("bil", bill_id) if bill_id else None, **given)
    return show(session, payment_links.create(session, new))


@blueprint.route("", methods=["GET"])
@operation(SELLERS)
@blueprint.arguments(LinkQuery, location="query")
@blueprint.response(200)
def links(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """Links, newest first."""
    position, shop = decode(query["cursor"]), query["retailer_id"]
    rows = listing.page(
        session,
        PaymentLink,
        limit=query["limit"] + 1,
        before=ids.parse("pln", position) if position else None,
        retailer_id=retailers.find(session, shop).id if shop else None,
        status=query["status"],
    )
    return page(rows, query["limit"], payment_links.public_id, lambda link: show(session, link))


@blueprint.route("/events", methods=["GET"])
@operation(BOOKKEEPERS)
@blueprint.arguments(EventQuery, location="query")
@blueprint.response(200)
def events(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """What the gateways told, newest first, and what became of it."""
    position = decode(query["cursor"])
    rows = listing.page(
        session,
        GatewayEvent,
        limit=query["limit"] + 1,
        before=ids.parse("gev", position) if position else None,
        status=query["outcome"],
    )
    return page(rows, query["limit"], lambda row: ids.public("gev", row.id), show_event)


@blueprint.route("/<link_id>", methods=["GET"])
@operation(SELLERS)
@blueprint.response(200)
def link(session: Session, link_id: str) -> dict[str, Any]:
    """One link."""
    return show(session, payment_links.get(session, ids.parse("pln", link_id)))


@blueprint.route("/<link_id>/cancel", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Cancelled)
@blueprint.response(200)
def cancel(session: Session, why: dict[str, Any], link_id: str) -> dict[str, Any]:
    """Ask for it no longer. Should it be paid at the gateway all the same, that is booked."""
    return show(session, payment_links.cancel(session, ids.parse("pln", link_id), why["reason"]))


def show(session: Session, row: PaymentLink) -> dict[str, Any]:
    """A link; `payment_id` once it was paid."""
    return {
        "id": payment_links.public_id(row),
        "retailer_id": retailers.public_id(row.retailer_id),
        "provider": gateway_accounts.get(session, row.gateway_id).provider,
        "reference": row.reference,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "bill_id": ids.public("bil", row.bill_id) if row.bill_id else None,
        "status": row.status,
        "provider_link_id": row.provider_link_id,
        "url": row.url,
        "failure": row.failure,
        "payment_id": ids.public("pay", row.payment_id) if row.payment_id else None,
        "created_at": clock.rfc3339(row.created_at),
    }


def show_event(row: GatewayEvent) -> dict[str, Any]:
    """An event, without its body: that names people."""
    return {
        "id": ids.public("gev", row.id),
        "gateway_id": gateway_accounts.public_id(row.gateway_id),
        "event_id": row.event_id,
        "kind": row.kind,
        "outcome": row.outcome,
        "link_id": ids.public("pln", row.link_id) if row.link_id else None,
        "payment_id": ids.public("pay", row.payment_id) if row.payment_id else None,
        "provider_payment_id": row.provider_payment_id,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "detail": row.detail,
        "received_at": clock.rfc3339(row.received_at),
    }
