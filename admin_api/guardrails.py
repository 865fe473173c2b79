"""Guardrails: may this order go on account? The same judgement as at a chat confirmation, without placing anything."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import EVERYBODY, operation
from admin_api.shapes import PositiveMinor, Strict, Text
from credit import guardrails
from parties import retailers

blueprint = Blueprint(
    "guardrails", __name__, url_prefix="/api/v1/admin/guardrails", description="Rules that stop credit orders"
)


class OrderToJudge(Strict):
    """An order that somebody thinks of."""

    retailer_id = Text(longest=40, needed=True)
    order_amount_minor = PositiveMinor(required=True)
    payment_mode = fields.String(required=True, validate=validate.OneOf(["CREDIT", "CASH"]))


@blueprint.route("/validate-order", methods=["POST"])
@operation(EVERYBODY)
@blueprint.arguments(OrderToJudge)
@blueprint.response(200)
def validate_order(session: Session, asked: dict[str, Any]) -> dict[str, Any]:
    """All failing rules in order, with the numbers; nothing is reserved."""
    retailer = retailers.find(session, asked["retailer_id"])
    verdict = guardrails.judge(session, retailer.id, asked["order_amount_minor"], asked["payment_mode"])
    return show(verdict)


def show(verdict: guardrails.Verdict) -> dict[str, Any]:
    """A verdict as the contract has it."""
    return {
        "allowed": verdict.allowed,
        "reason": verdict.reason,
        "reasons": [
            {
                "code": reason.code,
                "detail": reason.detail,
                "value_minor": reason.value_minor,
                "limit_minor": reason.limit_minor,
            }
            for reason in verdict.reasons
        ],
        "helps": verdict.helps.as_dict(),
    }
