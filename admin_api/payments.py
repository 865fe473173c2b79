"""Money received: recorded once, put to bills oldest first or as chosen, reversible by counter-entries."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import BOOKKEEPERS, FOUNDERS, operation
from admin_api.shapes import PositiveMinor, Strict, Text
from core import ids
from core.errors import NotFound
from credit import payments
from credit.tables import METHODS
from flows import notices
from parties import retailers

blueprint = Blueprint("payments", __name__, url_prefix="/api/v1/admin/payment", description="Money received")


class Chosen(Strict):
    """An amount for one bill, taken before the oldest-first rule."""

    bill_id = Text(longest=40, needed=True)
    amount_minor = PositiveMinor(required=True)


class PaymentIn(Strict):
    """A payment as it came in. `reference` is the UTR, the cheque number or the receipt."""

    retailer_id = Text(longest=40, needed=True)
    amount_minor = PositiveMinor(required=True)
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    reference = Text(longest=64, load_default=None, allow_none=True)
    received_on = fields.Date(load_default=None, allow_none=True)
    allocations = fields.List(fields.Nested(Chosen), load_default=list, validate=validate.Length(max=100))


class Reversal(Strict):
    """Why a payment is taken back, and what the bank charged for it."""

    reason = Text(longest=500, needed=True)
    charge_minor = PositiveMinor(load_default=None, allow_none=True)


@blueprint.route("/record", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(PaymentIn)
@blueprint.response(201)
def record(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Record a payment; the shop gets a receipt. The same bank reference is refused."""
    retailer = retailers.find(session, given["retailer_id"])
    receipt = payments.record(
        session,
        payments.NewPayment(
            retailer_id=retailer.id,
            amount_minor=given["amount_minor"],
            method=given["method"],
            reference=(given["reference"] or "").strip() or None,
            received_on=given["received_on"],
            chosen=tuple(
                (ids.parse("bil", chosen["bill_id"]), chosen["amount_minor"]) for chosen in given["allocations"]
            ),
        ),
    )
    notices.payment_received(session, receipt)
    return show(receipt)


@blueprint.route("/<payment_id>/reverse", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Reversal)
@blueprint.response(200)
def reverse(session: Session, why: dict[str, Any], payment_id: str) -> dict[str, Any]:
    """Take a payment back (wrong entry, bounced cheque): the same bills are open again, nothing is deleted."""
    found = payments.get(session, ids.parse("pay", payment_id))
    if found.kind != payments.PAYMENT:
        raise NotFound(id=payment_id)
    return show(payments.reverse(session, found.id, why["reason"], why["charge_minor"]))


def show(receipt: payments.Receipt) -> dict[str, Any]:
    """A receipt as the contract has it."""
    payment = receipt.payment
    return {
        "id": ids.public("pay", payment.id),
        "retailer_id": retailers.public_id(payment.retailer_id),
        "amount_minor": payment.amount_minor,
        "currency": receipt.currency,
        "method": payment.method,
        "reference": payment.reference,
        "received_on": payment.received_on.isoformat(),
        "status": payment.status,
        "allocations": [
            {
                "bill_id": ids.public("bil", applied.bill_id),
                "invoice_number": applied.reference,
                "amount_minor": applied.amount_minor,
            }
            for applied in receipt.allocations
        ],
        "unapplied_minor": payment.unapplied_minor,
        "outstanding_minor": receipt.outstanding_minor,
    }
