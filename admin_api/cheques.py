"""Cheques on their way: received, deposited, cleared, bounced, or given back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.payments import PaymentOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Id, Listed, Nothing, PageQuery, PositiveMinor, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import ids
from credit import accounts, allocating, cheques, listing
from credit.arrangements import CHEQUE_STATES, Cheque
from credit.tables import POSTED
from parties import retailers
from parties.roles import BOOKKEEPERS, FOUNDERS, SELLERS

blueprint = Blueprint("cheques", __name__, url_prefix="/api/v1/admin/payment/cheques", description="Cheques")


class ChequeQuery(PageQuery):
    """Which cheques: of one shop, in one state; `state` is an older name for `status`."""

    retailer_id = Id(load_default=None, allow_none=True)
    status = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(CHEQUE_STATES))
    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(CHEQUE_STATES))


class Bounce(Strict):
    """What the bank said, and what it charged."""

    reason = Text(longest=500, needed=True)
    charge_minor = PositiveMinor(load_default=None, allow_none=True)


class GivenBack(Strict):
    """Why a cheque goes back to the shop."""

    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(SELLERS)
@blueprint.arguments(ChequeQuery, location="query")
@blueprint.response(200, page_of(PaymentOut))
def cheques_list(session: Session, query: dict[str, Any]) -> Listed:
    """Cheques, newest first."""
    position = decode(query["cursor"])
    rows = listing.page(
        session,
        Cheque,
        limit=query["limit"] + 1,
        before=ids.parse("chq", position) if position else None,
        retailer_id=retailers.find(session, query["retailer_id"]).id if query["retailer_id"] else None,
        status=query["status"] or query["state"],
    )
    return page(rows, query["limit"], lambda row: ids.public("chq", row.id), lambda row: receipt_of(session, row))


@blueprint.route("/<cheque_id>/deposit", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(200, PaymentOut)
def deposit(session: Session, _given: dict[str, Any], cheque_id: str) -> Beside:
    """The cheque was brought to the bank."""
    return _step(session, cheque_id, cheques.deposit)


@blueprint.route("/<cheque_id>/clear", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(200, PaymentOut)
def clear(session: Session, _given: dict[str, Any], cheque_id: str) -> Beside:
    """The bank has paid."""
    return _step(session, cheque_id, cheques.clear)


@blueprint.route("/<cheque_id>/bounce", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Bounce)
@blueprint.response(200, PaymentOut)
def bounce(session: Session, why: dict[str, Any], cheque_id: str) -> Beside:
    """The bank has not paid: the same bills are open again, and its charge is owed on top."""
    cheque = cheques.bounce(session, _either_id(cheque_id), why["reason"], why["charge_minor"])
    return receipt_of(session, cheque)


@blueprint.route("/<cheque_id>/return", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(GivenBack)
@blueprint.response(200, PaymentOut)
def give_back(session: Session, why: dict[str, Any], cheque_id: str) -> Beside:
    """The cheque goes back to the shop; it never saw the bank."""
    cheque = cheques.give_back(session, _either_id(cheque_id), why["reason"])
    return receipt_of(session, cheque)


def receive(
    session: Session,
    retailer_id: UUID,
    given: dict[str, Any],
    chosen: tuple[tuple[UUID, int], ...],
    take: Callable[[Session, cheques.NewCheque], Cheque] = cheques.receive,
) -> Beside:
    """Take in what `/payment/record`, or the verifying of a claim, was given as a cheque."""
    cheque = take(session, _new(retailer_id, given, chosen))
    return receipt_of(session, cheque)


def _new(retailer_id: UUID, given: dict[str, Any], chosen: tuple[tuple[UUID, int], ...]) -> cheques.NewCheque:
    return cheques.NewCheque(
        retailer_id=retailer_id,
        amount_minor=given["amount_minor"],
        number=given["reference"] or "",
        bank=given["bank"],
        dated_on=given["dated_on"],
        received_on=given["received_on"],
        chosen=chosen,
    )


def receipt_of(session: Session, cheque: Cheque) -> Beside:
    """A cheque as the payment that it becomes, with its own state; it settles bills from the day it counts."""
    paid, account = cheques.counted(session, cheque), accounts.get(session, cheque.retailer_id)
    return Beside(
        cheque,
        cheque_id=cheque.id,
        currency=account.currency,
        method="cheque",
        reference=cheque.number,
        receipt_number=paid.receipt_number if paid else None,
        status=cheque.state,
        counts=paid is not None and paid.status == POSTED,
        recorded_by=paid.recorded_by if paid else None,
        allocations=allocating.applied_to(session, cheque.id),
        unapplied_minor=paid.unapplied_minor if paid else 0,
        outstanding_minor=account.outstanding_minor,
        warnings=(),
    )


def _step(session: Session, cheque_id: str, step: Callable[[Session, UUID], Cheque]) -> Beside:
    cheque = step(session, _either_id(cheque_id))
    return receipt_of(session, cheque)


def _either_id(cheque_id: str) -> UUID:
    """A cheque may be called by the id of the payment that it becomes: it has both. Raises NotFound."""
    return ids.parse("pay" if cheque_id.startswith("pay_") else "chq", cheque_id)
