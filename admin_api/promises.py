"""Promises to pay: noted by staff, kept by money, broken by the calendar."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.promises import PromiseOut
from admin_api.answers.shape import page_of
from admin_api.shapes import Day, Id, Listed, PageQuery, PositiveMinor, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import ids
from credit import listing, promises
from credit.arrangements import PROMISE_STATES, Promise
from parties import retailers
from parties.roles import SELLERS

blueprint = Blueprint("promises", __name__, url_prefix="/api/v1/admin/promises", description="Promises to pay")


class PromiseQuery(PageQuery):
    """Which promises: of one shop, in one state."""

    retailer_id = Id(load_default=None, allow_none=True)
    status = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(PROMISE_STATES))


class PromiseIn(Strict):
    """What was promised, and until when; reminders pause until the end of that day."""

    retailer_id = Id(needed=True)
    amount_minor = PositiveMinor(required=True)
    promised_on = Day(required=True)
    note = Text(longest=500, load_default=None, allow_none=True)


class PromiseWithdrawn(Strict):
    """Why a promise is taken off."""

    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(SELLERS)
@blueprint.arguments(PromiseQuery, location="query")
@blueprint.response(200, page_of(PromiseOut))
def promises_list(session: Session, query: dict[str, Any]) -> Listed:
    """Promises, newest first."""
    position = decode(query["cursor"])
    rows = listing.page(
        session,
        Promise,
        limit=query["limit"] + 1,
        before=ids.parse("prm", position) if position else None,
        retailer_id=retailers.find(session, query["retailer_id"]).id if query["retailer_id"] else None,
        status=query["status"],
    )
    return page(rows, query["limit"], lambda row: ids.public("prm", row.id))


@blueprint.route("", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(PromiseIn)
@blueprint.response(201, PromiseOut)
def make(session: Session, given: dict[str, Any]) -> Promise:
    """Note a promise; one at a time."""
    shop = retailers.find(session, given["retailer_id"])
    return promises.make(session, shop.id, given["amount_minor"], given["promised_on"], given["note"])


@blueprint.route("/<promise_id>/withdraw", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(PromiseWithdrawn)
@blueprint.response(200, PromiseOut)
def withdraw(session: Session, why: dict[str, Any], promise_id: str) -> Promise:
    """Take a promise off that was noted by mistake."""
    return promises.withdraw(session, ids.parse("prm", promise_id), why["reason"])
