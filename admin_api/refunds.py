"""Refunds: money on account paid back to a shop, and taken back when it was a slip or came back."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.payments import RefundOut
from admin_api.answers.shape import Beside
from admin_api.shapes import Id, PositiveMinor, Strict, Text
from admin_api.spec import Blueprint
from core import ids
from credit import refunds
from credit.tables import METHODS
from parties import retailers
from parties.roles import FOUNDERS

blueprint = Blueprint("refunds", __name__, url_prefix="/api/v1/admin/payment/refund", description="Money paid back")


class RefundIn(Strict):
    """What is paid back, and how. `reference` is the UTR of our transfer or the number of our receipt."""

    retailer_id = Id(needed=True)
    amount_minor = PositiveMinor(required=True)
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    reference = Text(longest=64, load_default=None, allow_none=True)
    reason = Text(longest=500, needed=True)


class RefundBack(Strict):
    """Why a refund is taken back."""

    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(RefundIn)
@blueprint.response(201, RefundOut)
def pay(session: Session, given: dict[str, Any]) -> Beside:
    """Pay back money that no bill has taken, and tell the shop. 409 NOT_ON_ACCOUNT says how much there is."""
    new = refunds.NewRefund(
        retailer_id=retailers.find(session, given["retailer_id"]).id,
        amount_minor=given["amount_minor"],
        method=given["method"],
        reason=given["reason"],
        reference=given["reference"],
    )
    return _shown(refunds.pay(session, new))


@blueprint.route("/<refund_id>/reverse", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(RefundBack)
@blueprint.response(200, RefundOut)
def reverse(session: Session, why: dict[str, Any], refund_id: str) -> Beside:
    """Take a refund back (wrong entry, or the money came back): it is on account again, and the shop is told."""
    return _shown(refunds.reverse(session, ids.parse("rfd", refund_id), why["reason"]))


def _shown(paid: refunds.PaidBack) -> Beside:
    return Beside(
        paid.refund,
        currency=paid.currency,
        on_account_minor=paid.on_account_minor,
        outstanding_minor=paid.outstanding_minor,
    )
