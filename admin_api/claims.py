"""Payment claims: what shops say they paid, for staff to verify or reject."""

from functools import partial
from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api import cheques as cheque_noun
from admin_api.access import operation
from admin_api.answers.claims import ClaimOut
from admin_api.answers.payments import PaymentOut
from admin_api.answers.shape import Beside, page_of
from admin_api.receipts import BillShare, chosen, receipt_of
from admin_api.shapes import Day, Id, Listed, PageQuery, PositiveMinor, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import ids
from credit import claims, listing, payments
from credit.arrangements import Cheque
from credit.cheques import NewCheque
from credit.tables import CLAIM_STATES, METHODS, PaymentClaim
from parties import retailers
from parties.roles import BOOKKEEPERS, SELLERS

blueprint = Blueprint("claims", __name__, url_prefix="/api/v1/admin/claims", description="What shops say they paid")


class ClaimQuery(PageQuery):
    """Which claims: of one shop, in one state."""

    retailer_id = Id(load_default=None, allow_none=True)
    status = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(CLAIM_STATES))


class ClaimIn(Strict):
    """What a shop told somebody, in person or on the telephone."""

    retailer_id = Id(needed=True)
    amount_minor = PositiveMinor(load_default=None, allow_none=True)
    method = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(METHODS))
    reference = Text(longest=64, load_default=None, allow_none=True)


class ClaimVerified(Strict):
    """What the bank really shows; what is left out is taken from the claim. A cheque has bank and date.

    `confirm_duplicate`: cash that equals what the shop paid a moment ago is another payment.
    """

    amount_minor = PositiveMinor(load_default=None, allow_none=True)
    method = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(METHODS))
    reference = Text(longest=64, load_default=None, allow_none=True)
    received_on = Day(load_default=None, allow_none=True)
    confirm_duplicate = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    bank = Text(longest=64, load_default=None, allow_none=True)
    dated_on = Day(load_default=None, allow_none=True)
    allocations = fields.List(fields.Nested(BillShare), load_default=list, validate=validate.Length(max=100))


class ClaimRejected(Strict):
    """Why a claim is not believed: the shop reads it, so write it as you would say it to them."""

    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(SELLERS)
@blueprint.arguments(ClaimQuery, location="query")
@blueprint.response(200, page_of(ClaimOut))
def claims_list(session: Session, query: dict[str, Any]) -> Listed:
    """Claims, newest first."""
    position = decode(query["cursor"])
    rows = listing.page(
        session,
        PaymentClaim,
        limit=query["limit"] + 1,
        before=ids.parse("clm", position) if position else None,
        retailer_id=retailers.find(session, query["retailer_id"]).id if query["retailer_id"] else None,
        status=query["status"],
    )
    seen = claims.seen_elsewhere(session, rows)
    return page(
        rows,
        query["limit"],
        lambda row: ids.public("clm", row.id),
        lambda row: Beside(row, reference_seen=seen.get(row.id)),
    )


@blueprint.route("", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(ClaimIn)
@blueprint.response(201, ClaimOut)
def record(session: Session, given: dict[str, Any]) -> Beside:
    """Note a claim; nothing is booked. A reference that is booked or waits already, however written, is refused."""
    shop = retailers.find(session, given["retailer_id"])
    new = claims.NewClaim(shop.id, given["amount_minor"], given["reference"], given["method"])
    seen = claims.seen(session, new)
    if seen is not None and seen.payment_id:
        raise payments.ReferenceUsed(reference=given["reference"], **seen.told())
    claim = None if seen else claims.record(session, new)
    if claim is None:
        raise claims.ClaimKnown(reference=given["reference"], **(seen.told() if seen else {}))
    return _shown(session, claim)


@blueprint.route("/<claim_id>/verify", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(ClaimVerified)
@blueprint.response(200, PaymentOut)
def verify(session: Session, given: dict[str, Any], claim_id: str) -> Beside:
    """The money is there: record it as a payment; the shop gets a receipt.

    A cheque is taken in as `received`; it lowers what is owed when it is cleared (or as the setting says).
    """
    claim = claims.get(session, ids.parse("clm", claim_id))
    amount_minor, method = given["amount_minor"] or claim.amount_minor or 0, given["method"] or claim.method or "other"
    if method == claims.CHEQUE:
        take = partial(_take_cheque, claim.id)
        handed_over = {**given, "amount_minor": amount_minor}
        return cheque_noun.receive(session, claim.retailer_id, handed_over, chosen(given["allocations"]), take)
    receipt = claims.verify(
        session,
        claim.id,
        payments.NewPayment(
            retailer_id=claim.retailer_id,
            amount_minor=amount_minor,
            method=method,
            reference=(given["reference"] or "").strip() or None,
            received_on=given["received_on"],
            chosen=chosen(given["allocations"]),
            is_meant=given["confirm_duplicate"],
        ),
    )
    return receipt_of(receipt)


def _take_cheque(claim_id: UUID, session: Session, handed_over: NewCheque) -> Cheque:
    return claims.verify_cheque(session, claim_id, handed_over)


@blueprint.route("/<claim_id>/reject", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(ClaimRejected)
@blueprint.response(200, ClaimOut)
def reject(session: Session, why: dict[str, Any], claim_id: str) -> Beside:
    """No such payment came in: reminders go on, and the shop is told with the reason."""
    return _shown(session, claims.reject(session, ids.parse("clm", claim_id), why["reason"]))


def _shown(session: Session, claim: PaymentClaim) -> Beside:
    return Beside(claim, reference_seen=claims.seen_elsewhere(session, [claim]).get(claim.id))
