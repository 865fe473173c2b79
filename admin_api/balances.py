"""What a shop brought with it, what it has on account, and what its delay would cost."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.adjustments import shown
from admin_api.answers.balances import AdvanceOut, AgeingOut, LateFeesOut, OpeningOut
from admin_api.receipts import BillShare, chosen
from admin_api.shapes import Day, Id, PositiveMinor, Strict, Text
from admin_api.spec import Blueprint
from core import ids
from core.errors import Invalid
from credit import accounts, advances, bills, days, late_fees, openings, unapplying
from parties import retailers
from parties.roles import BOOKKEEPERS, EVERYBODY
from reports import ageing
from reports.ageing import Ageing

blueprint = Blueprint("balances", __name__, url_prefix="/api/v1/admin/credit", description="Balances, old and late")


class AgeingQuery(Strict):
    """Which day, from which date the age counts, and how fine."""

    as_of = Day(load_default=None, allow_none=True)
    by = fields.String(load_default="due_on", validate=validate.OneOf(ageing.AGES_FROM))
    view = fields.String(load_default="accountant", validate=validate.OneOf(tuple(ageing.VIEWS)))
    retailer_id = Id(load_default=None, allow_none=True)


class OldBill(Strict):
    """One bill from the books before."""

    number = Text(longest=64, needed=True)
    bill_on = Day(required=True)
    due_on = Day(load_default=None, allow_none=True)
    amount_minor = PositiveMinor(required=True)


class Opening(Strict):
    """Old bills, or an old advance, or both."""

    bills = fields.List(fields.Nested(OldBill), load_default=list, validate=validate.Length(max=openings.MAX_BILLS))
    on_account_minor = PositiveMinor(load_default=None, allow_none=True)
    on = Day(load_default=None, allow_none=True)


class Application(Strict):
    """Bills to put money on account to; without any the oldest ones."""

    allocations = fields.List(fields.Nested(BillShare), load_default=list, validate=validate.Length(max=100))


class AdvanceBack(Strict):
    """The bill that money on account was put to, and why it is taken off again."""

    bill_id = Id(needed=True)
    reason = Text(longest=500, needed=True)


class FeeDay(Strict):
    """The day until which interest is computed; today when left out."""

    as_of = Day(load_default=None, allow_none=True)


@blueprint.route("/ageing", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(AgeingQuery, location="query")
@blueprint.response(200, AgeingOut)
def ages(session: Session, query: dict[str, Any]) -> Ageing:
    """What is open by age: from due date or bill date, as accountants or as collectors look at it, on any day."""
    shop = retailers.find(session, query["retailer_id"]).id if query["retailer_id"] else None
    return ageing.report(session, query["as_of"], by=query["by"], view=query["view"], retailer_id=shop)


@blueprint.route("/retailer/<retailer_id>/opening-balance", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(Opening)
@blueprint.response(201, OpeningOut)
def opening_balance(session: Session, given: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """Enter what was owed before, bill by bill, and what was on account."""
    shop = retailers.find(session, retailer_id)
    if not given["bills"] and not given["on_account_minor"]:
        raise Invalid("Give bills, or what was on account.", field="bills")
    old = [
        openings.OpeningBill(one["number"], one["bill_on"], one["amount_minor"], one["due_on"])
        for one in given["bills"]
    ]
    posted = openings.owe(session, shop.id, old)
    held = None
    if given["on_account_minor"]:
        held = openings.hold(session, shop.id, given["on_account_minor"], given["on"])
    return {"bills": posted, "on_account": shown(held) if held else None, **_owed(session, retailer_id)}


@blueprint.route("/retailer/<retailer_id>/apply-advance", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(Application)
@blueprint.response(200, AdvanceOut)
def apply_advance(session: Session, given: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """Put money on account to open bills."""
    shop = retailers.find(session, retailer_id)
    parts = advances.apply(session, shop.id, chosen(given["allocations"]))
    left = advances.held_minor(session, shop.id)
    return {"allocations": parts, "on_account_minor": left, **_owed(session, retailer_id)}


@blueprint.route("/retailer/<retailer_id>/undo-advance", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(AdvanceBack)
@blueprint.response(200, AdvanceOut)
def undo_advance(session: Session, given: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """Put money on account that was applied to a bill back on account: the bill is open again by as much."""
    shop = retailers.find(session, retailer_id)
    bill = bills.of(session, shop.id, ids.parse("bil", given["bill_id"]))
    undone = unapplying.undo(session, bill.id, given["reason"])
    left = advances.held_minor(session, shop.id)
    return {"allocations": undone.parts, "on_account_minor": left, **_owed(session, retailer_id)}


@blueprint.route("/retailer/<retailer_id>/late-fees", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(FeeDay, location="query")
@blueprint.response(200, LateFeesOut)
def fees(session: Session, query: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """The interest of each overdue bill: for showing, nothing is booked."""
    shop = retailers.find(session, retailer_id)
    as_of = query["as_of"] or days.today(session)
    found = late_fees.of_shop(session, shop.id, as_of)
    return {
        "retailer_id": retailer_id,
        "as_of_on": as_of,
        "due_minor": sum(fee.due_minor for fee in found),
        "bills": found,
    }


def _owed(session: Session, retailer_id: str) -> dict[str, Any]:
    account = accounts.get(session, ids.parse("ret", retailer_id))
    return {
        "retailer_id": retailer_id,
        "currency": account.currency,
        "outstanding_minor": account.outstanding_minor,
    }
