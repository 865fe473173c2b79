"""Disputes: a contested part of a bill stands aside until it is settled."""

from typing import Any

from flask import g
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.disputes import DisputeOut
from admin_api.answers.shape import page_of
from admin_api.shapes import Id, Listed, PageQuery, PositiveMinor, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import ids
from core.money import MAX_MINOR
from credit import adjustments, disputes, listing
from credit.arrangements import DISPUTE_STATES, Dispute
from parties import retailers
from parties.roles import BOOKKEEPERS, SELLERS

blueprint = Blueprint("disputes", __name__, url_prefix="/api/v1/admin/disputes", description="Contested parts of bills")


class DisputeQuery(PageQuery):
    """Which disputes: of one shop, in one state."""

    retailer_id = Id(load_default=None, allow_none=True)
    status = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(DISPUTE_STATES))


class DisputeIn(Strict):
    """What is contested of which bill."""

    bill_id = Id(needed=True)
    amount_minor = PositiveMinor(required=True)
    reason = Text(longest=500, needed=True)


class Settlement(Strict):
    """How much of it was right, as which kind of adjustment; the rest is owed again. The shop reads the reason."""

    accepted_minor = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=MAX_MINOR))
    kind = fields.String(load_default="rate_difference", validate=validate.OneOf(tuple(adjustments.MAY_GIVE)))
    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(SELLERS)
@blueprint.arguments(DisputeQuery, location="query")
@blueprint.response(200, page_of(DisputeOut))
def disputes_list(session: Session, query: dict[str, Any]) -> Listed:
    """Disputes, newest first."""
    position = decode(query["cursor"])
    rows = listing.page(
        session,
        Dispute,
        limit=query["limit"] + 1,
        before=ids.parse("dsp", position) if position else None,
        retailer_id=retailers.find(session, query["retailer_id"]).id if query["retailer_id"] else None,
        status=query["status"],
    )
    return page(rows, query["limit"], lambda row: ids.public("dsp", row.id))


@blueprint.route("", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(DisputeIn)
@blueprint.response(201, DisputeOut)
def start(session: Session, given: dict[str, Any]) -> Dispute:
    """Freeze a contested amount: neither overdue, nor reminded of, nor counted against the limit."""
    bill_id = ids.parse("bil", given["bill_id"])
    return disputes.start(session, bill_id, given["amount_minor"], given["reason"])


@blueprint.route("/<dispute_id>/settle", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(Settlement)
@blueprint.response(200, DisputeOut)
def settle(session: Session, given: dict[str, Any], dispute_id: str) -> Dispute:
    """End a dispute: the accepted part becomes an adjustment, the rest is owed as before, and the shop is told."""
    return disputes.settle(
        session,
        ids.parse("dsp", dispute_id),
        given["accepted_minor"],
        given["reason"],
        g.who.role,
        given["kind"],
    )
