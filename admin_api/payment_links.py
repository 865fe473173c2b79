"""Payment links: one amount that a shop pays at a gateway, and what the gateway told of it.

Nothing here books a payment: only the gateway's signed event does.
"""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.payment_links import GatewayEventOut, PaymentLinkOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Id, Listed, PageQuery, PositiveMinor, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import ids
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
@blueprint.response(201, PaymentLinkOut)
def create(session: Session, given: dict[str, Any]) -> Beside:
    """Ask for money by a link. It is `requested` until the gateway has made it, then `open` with its `url`."""
    shop = retailers.find(session, given.pop("retailer_id"))
    bill_id = given.pop("bill_id")
    new = payment_links.NewLink(shop.id, bill_id=ids.parse("bil", bill_id) if bill_id else None, **given)
    return _shown(session, payment_links.create(session, new))


@blueprint.route("", methods=["GET"])
@operation(SELLERS)
@blueprint.arguments(LinkQuery, location="query")
@blueprint.response(200, page_of(PaymentLinkOut))
def links(session: Session, query: dict[str, Any]) -> Listed:
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
    return page(rows, query["limit"], payment_links.public_id, lambda link: _shown(session, link))


@blueprint.route("/events", methods=["GET"])
@operation(BOOKKEEPERS)
@blueprint.arguments(EventQuery, location="query")
@blueprint.response(200, page_of(GatewayEventOut))
def events(session: Session, query: dict[str, Any]) -> Listed:
    """What the gateways told, newest first, and what became of it."""
    position = decode(query["cursor"])
    rows = listing.page(
        session,
        GatewayEvent,
        limit=query["limit"] + 1,
        before=ids.parse("gev", position) if position else None,
        status=query["outcome"],
    )
    return page(rows, query["limit"], lambda row: ids.public("gev", row.id))


@blueprint.route("/<link_id>", methods=["GET"])
@operation(SELLERS)
@blueprint.response(200, PaymentLinkOut)
def link(session: Session, link_id: str) -> Beside:
    """One link."""
    return _shown(session, payment_links.get(session, ids.parse("pln", link_id)))


@blueprint.route("/<link_id>/cancel", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Cancelled)
@blueprint.response(200, PaymentLinkOut)
def cancel(session: Session, why: dict[str, Any], link_id: str) -> Beside:
    """Ask for it no longer. Should it be paid at the gateway all the same, that is booked."""
    return _shown(session, payment_links.cancel(session, ids.parse("pln", link_id), why["reason"]))


def _shown(session: Session, row: PaymentLink) -> Beside:
    return Beside(row, provider=gateway_accounts.get(session, row.gateway_id).provider)
