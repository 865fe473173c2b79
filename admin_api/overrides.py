"""Overrides: an owner lets one refused or held order go past the rules, capped and for a while."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api import credit
from admin_api.access import operation
from admin_api.answers.overrides import GrantedOut, OverrideOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Id, Listed, Nothing, PositiveMinor, Strict, Text
from admin_api.spec import Blueprint
from core import events, ids
from credit import overrides
from credit.tables import OVERRIDE_STATES, CreditOverride
from orders import listing, ordering
from orders.order import CONFIRMED, FAILED, HELD, PENDING
from parties import retailers
from parties.roles import EVERYBODY, FOUNDERS, OWNER

blueprint = Blueprint(
    "overrides", __name__, url_prefix="/api/v1/admin/overrides", description="One order past the rules"
)
LET_THROUGH = (HELD, FAILED)  # by an override; a quote waits for the shop as well
WAITING = (PENDING, *LET_THROUGH)  # what credit may still stand in the way of


class OverrideIn(Strict):
    """Which order, why, and up to what; without an amount, up to the order's total."""

    order_id = Id(needed=True)
    amount_minor = PositiveMinor(load_default=None, allow_none=True)
    reason = Text(longest=500, needed=True)


class OverrideQuery(Strict):
    """Which overrides."""

    retailer_id = Id(load_default=None, allow_none=True)
    status = fields.String(load_default=None, validate=validate.OneOf(OVERRIDE_STATES))


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(OverrideQuery, location="query")
@blueprint.response(200, page_of(OverrideOut))
def list_overrides(session: Session, query: dict[str, Any]) -> Listed:
    """Overrides, newest first."""
    retailer = retailers.find(session, query["retailer_id"]) if query["retailer_id"] else None
    found = overrides.page(session, retailer.id if retailer else None, query["status"])
    return Listed(found)


@blueprint.route("", methods=["POST"])
@operation(OWNER, idempotent=True)
@blueprint.arguments(OverrideIn)
@blueprint.response(201, GrantedOut)
def grant(session: Session, given: dict[str, Any]) -> Beside:
    """Let an order through; it is placed at once when it was refused or held. Above the threshold a second person
    approves first. What was placed, called off or has lapsed needs none."""
    order = listing.get(session, ids.parse("ord", given["order_id"]))
    if order.status not in WAITING:
        raise ordering.NotPending(order)
    amount_minor = given["amount_minor"] or order.total_minor
    override = overrides.grant(session, order.retailer_id, order.id, amount_minor, given["reason"])
    return _answer(session, override)


@blueprint.route("/<override_id>/approve", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(200, GrantedOut)
def approve(session: Session, _given: dict[str, Any], override_id: str) -> Beside:
    """The second person's yes; the order is placed at once."""
    override = overrides.approve(session, ids.parse("ovr", override_id))
    return _answer(session, override)


@blueprint.route("/<override_id>/revoke", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(credit.Why)
@blueprint.response(200, OverrideOut)
def revoke(session: Session, why: dict[str, Any], override_id: str) -> CreditOverride:
    """Take an override back before it is used."""
    return overrides.revoke(session, ids.parse("ovr", override_id), why["reason"])


def _answer(session: Session, override: CreditOverride) -> Beside:
    """The override, and the order when it is placed by it; that follows, so it is awaited here."""
    waited = listing.get(session, override.reference_id).status in LET_THROUGH
    events.follow(session)
    order = listing.get(session, override.reference_id)
    is_placed = waited and order.status == CONFIRMED
    return Beside(overrides.get(session, override.id), order=order if is_placed else None)
