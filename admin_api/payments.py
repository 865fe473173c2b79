"""Money received: recorded once, put to bills oldest first or as chosen, reversible by counter-entries."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api import cheques as cheque_noun
from admin_api.access import operation
from admin_api.answers.payments import PaymentOut
from admin_api.answers.shape import Beside
from admin_api.receipts import BillShare, chosen, receipt_of
from admin_api.shapes import Day, Id, PositiveMinor, Strict, Text
from admin_api.spec import Blueprint
from core import ids
from core.errors import NotFound
from credit import cheques, payments
from credit.tables import METHODS
from parties import retailers
from parties.roles import BOOKKEEPERS, FOUNDERS

blueprint = Blueprint("payments", __name__, url_prefix="/api/v1/admin/payment", description="Money received")


class PaymentIn(Strict):
    """A payment as it came in. `reference` is the UTR, the cheque number or the receipt; a cheque has bank and date.

    `confirm_duplicate`: cash that equals what the shop paid a moment ago is another payment.
    """

    retailer_id = Id(needed=True)
    amount_minor = PositiveMinor(required=True)
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    reference = Text(longest=64, load_default=None, allow_none=True)
    received_on = Day(load_default=None, allow_none=True)
    confirm_duplicate = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    bank = Text(longest=64, load_default=None, allow_none=True)
    dated_on = Day(load_default=None, allow_none=True)
    allocations = fields.List(fields.Nested(BillShare), load_default=list, validate=validate.Length(max=100))


class Reversal(Strict):
    """Why a payment is taken back, and what the bank charged for it."""

    reason = Text(longest=500, needed=True)
    charge_minor = PositiveMinor(load_default=None, allow_none=True)


@blueprint.route("/record", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(PaymentIn)
@blueprint.response(201, PaymentOut)
def record(session: Session, given: dict[str, Any]) -> Beside:
    """Record a payment; the shop gets a receipt. A bank reference pays once, however it is written and by any method.

    Equal cash of the shop within ten minutes is refused until it comes with `confirm_duplicate`.

    A cheque is taken in as `received`; it lowers what is owed when it is cleared (or as the setting says).
    """
    retailer = retailers.find(session, given["retailer_id"])
    if given["method"] == "cheque":
        return cheque_noun.receive(session, retailer.id, given, chosen(given["allocations"]))
    receipt = payments.record(
        session,
        payments.NewPayment(
            retailer_id=retailer.id,
            amount_minor=given["amount_minor"],
            method=given["method"],
            reference=(given["reference"] or "").strip() or None,
            received_on=given["received_on"],
            chosen=chosen(given["allocations"]),
            is_meant=given["confirm_duplicate"],
        ),
    )
    return receipt_of(receipt)


@blueprint.route("/<payment_id>/reverse", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Reversal)
@blueprint.response(200, PaymentOut)
def reverse(session: Session, why: dict[str, Any], payment_id: str) -> Beside:
    """Take a payment back (wrong entry, bounced cheque): the same bills are open again, and the shop is told."""
    cheque = cheques.find(session, ids.parse("pay", payment_id))
    if cheque is not None:
        cheque = cheques.undo(session, cheque.id, why["reason"], why["charge_minor"])
        return cheque_noun.receipt_of(session, cheque)
    found = payments.get(session, ids.parse("pay", payment_id))
    if found.kind != payments.PAYMENT:
        raise NotFound(id=payment_id)
    receipt = payments.reverse(session, found.id, why["reason"], why["charge_minor"])
    return receipt_of(receipt)
