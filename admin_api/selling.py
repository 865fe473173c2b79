"""The rules an organisation sells by, and which price list and route a shop has."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api import preconditions
from admin_api.access import operation
from admin_api.answers.selling import PlacedOut, RulesOut
from admin_api.answers.shape import Beside
from admin_api.shapes import PositiveMinor, Strict, Text
from admin_api.spec import Blueprint
from orders import catalogue, rules
from orders.delivery import Timetable
from orders.rules import Rules
from parties import retailers
from parties.roles import EVERYBODY, FOUNDERS
from parties.tables import Retailer

blueprint = Blueprint("selling", __name__, url_prefix="/api/v1/admin/selling", description="How is sold")
Answer = tuple[Any, int, dict[str, str]]


def _weekday() -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=0, max=6))


class RulesIn(Strict):
    """All rules; what is left out is off. Weekdays are 0 (Monday) to 6, `cut_off` is a local time HH:MM."""

    min_order_minor = PositiveMinor(load_default=None, allow_none=True)
    price_classes = fields.List(Text(longest=64, needed=True), load_default=list)
    routes = fields.Dict(keys=Text(longest=64, needed=True), values=fields.List(_weekday()), load_default=dict)
    cut_off = Text(longest=5, load_default=None, allow_none=True)
    lead_days = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=0, max=rules.MAX_LEAD_DAYS))
    stock_hold_hours = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=rules.MAX_HOLD_HOURS)
    )
    reason = Text(longest=500, needed=True)


class ShopIn(Strict):
    """A shop's price class and route; empty: what everybody has."""

    price_class = Text(longest=64, load_default="")
    route = Text(longest=64, load_default="")
    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, RulesOut)
def read(session: Session) -> Answer:
    """The rules, with the ETag that a change must name."""
    return _answer(rules.read(session))


@blueprint.route("", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(RulesIn)
@blueprint.response(200, RulesOut)
def change(session: Session, given: dict[str, Any]) -> Answer:
    """Replace the rules; every quote from now on follows them."""
    catalogue.lock(session)
    wanted = Rules(
        preconditions.version(),
        given["min_order_minor"],
        tuple(given["price_classes"]),
        Timetable(rules.at_time(given["cut_off"]), given["lead_days"], given["routes"]),
        given["stock_hold_hours"],
    )
    rules.change(session, wanted, given["reason"])
    catalogue.changed(session)
    return _answer(rules.read(session))


@blueprint.route("/retailers/<retailer_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, PlacedOut)
def read_shop(session: Session, retailer_id: str) -> Answer:
    """A shop's price class and route, with the ETag that a change must name."""
    return _shop(retailers.find(session, retailer_id))


@blueprint.route("/retailers/<retailer_id>", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(ShopIn)
@blueprint.response(200, PlacedOut)
def change_shop(session: Session, given: dict[str, Any], retailer_id: str) -> Answer:
    """Give a shop another price list or route; a quote that waits asks again when that makes it dearer."""
    rules.check_names(rules.read(session), given["price_class"], given["route"])
    shop = retailers.find(session, retailer_id)
    retailers.place(session, shop, given["price_class"], given["route"], given["reason"], preconditions.version())
    return _shop(shop)


def _answer(found: Rules) -> Answer:
    return found.as_dict(), 200, preconditions.tag(found.version)


def _shop(shop: Retailer) -> Answer:
    return Beside(shop, retailer_id=shop.id), 200, preconditions.tag(shop.version)
