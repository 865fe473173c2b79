"""Promises to pay: noted by staff, kept by money, broken by the calendar."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.shapes import Day, Id, PageQuery, PositiveMinor, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import ids
from credit import listing, promises
from credit.papers import Promise
from parties import organisations, retailers
from parties.roles import SELLERS

blueprint = Blueprint("promises", __name__, url_prefix="/api/v1/admin/promises", description="Promises to pay")


class PromiseQuery(PageQuery):
    """Which promises: of one shop, in one state."""

    retailer_id = Id(load_default=None, allow_none=True)
    status = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(("open", "kept", "broken", "withdrawn"))
    )


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
@blueprint.response(200)
def promises_list(session: Session, query: dict[str, Any]) -> dict[str, Any]:
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
    currency = organisations.get(session).currency
    return page(rows, query["limit"], lambda row: ids.public("prm", row.id), lambda row: show(row, currency))


@blueprint.route("", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(PromiseIn)
@blueprint.response(201)
def make(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Note a promise; one at a time."""
    shop = retailers.find(session, given["retailer_id"])
    promise = promises.make(session, shop.id, given["amount_minor"], given["promised_on"], given["note"])
    return show(promise, organisations.get(session).currency)


@blueprint.route("/<promise_id>/withdraw", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(PromiseWithdrawn)
@blueprint.response(200)
def withdraw(session: Session, why: dict[str, Any], promise_id: str) -> dict[str, Any]:
    """Take a promise off that was noted by mistake."""
    promise = promises.withdraw(session, ids.parse("prm", promise_id), why["reason"])
    return show(promise, organisations.get(session).currency)


def show(promise: Promise, currency: str) -> dict[str, Any]:
    """A promise and what became of it."""
    return {
        "id": ids.public("prm", promise.id),
        "retailer_id": retailers.public_id(promise.retailer_id),
        "amount_minor": promise.amount_minor,
        "currency": currency,
        "made_on": promise.made_on.isoformat(),
        "promised_on": promise.promised_on.isoformat(),
        "status": promise.status,
        "note": promise.note,
    }
