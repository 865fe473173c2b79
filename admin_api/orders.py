"""Orders: the same path that a chat confirmation takes, with the same guardrails and the same refusals."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import Response
from marshmallow import ValidationError, fields, validate
from sqlalchemy.orm import Session

import countries
from admin_api import problems
from admin_api.access import operation
from admin_api.answers.orders import DispatchedOut, ExpiredOut, NewOrderOut, OrderOut
from admin_api.answers.papers import PaperOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Day, Id, Listed, Nothing, PageQuery, PositiveMinor, Quantity, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import events, ids, outbox
from core.errors import DomainError, Invalid
from core.money import MAX_MINOR
from credit.guardrails import Refused
from invoicing import papers, transport
from invoicing.tables import Paper
from orders import billing, dispatching, holding, listing, ordering, shortening
from orders import confirmation as confirming
from orders.drafting import Extras
from orders.order import HELD, Order
from orders.quotes import Wanted
from orders.tables import STATUSES
from parties import organisations, retailers
from parties.roles import BOOKKEEPERS, EVERYBODY, SELLERS

blueprint = Blueprint("orders", __name__, url_prefix="/api/v1/admin/orders", description="Orders")


LEAST, MOST = Decimal("0.001"), 100_000
FINAL = "This is final: the order is not placed later by itself. Hold it, or ask for an override, to keep it."
QUANTITIES = {"minimum": 0.001, "maximum": MOST}  # for the description, where a Decimal would be a text


def _possible_quantity(value: Decimal) -> None:
    if not LEAST <= value <= MOST:
        raise ValidationError(f"Must lie between {LEAST} and {MOST}.")


class LineIn(Strict):
    """One product: how many of which unit."""

    sku = Text(longest=64, needed=True)
    qty = fields.Decimal(required=True, places=None, validate=_possible_quantity, metadata=QUANTITIES)
    unit = Text(longest=32, needed=True)


class ConsigneeIn(Strict):
    """Who gets the goods; for a buyer without a GSTIN the state decides the tax."""

    name = Text(longest=200, needed=True)
    address = Text(longest=500, needed=True)
    state_code = Text(longest=2, load_default=None, allow_none=True)
    gstin = Text(longest=20, load_default=None, allow_none=True)


class BillingIn(Strict):
    """What the bill says beside the goods. A discount is a share or an amount, before tax, on the whole bill."""

    po_number = Text(longest=64, load_default="")
    po_on = Day(load_default=None, allow_none=True)
    ship_to = fields.Nested(ConsigneeIn, load_default=None, allow_none=True)
    discount_bps = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 9_999))
    discount_minor = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MAX_MINOR))
    reverse_charge = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class OrderIn(Strict):
    """An order to place at today's prices."""

    retailer_id = Id(needed=True)
    payment_mode = fields.String(required=True, validate=validate.OneOf(["CREDIT", "CASH"]))
    lines = fields.List(fields.Nested(LineIn), required=True, validate=validate.Length(min=1, max=100))
    note = Text(longest=500, load_default="")
    delivery_address = Text(longest=500, load_default="")
    billing = fields.Nested(BillingIn, load_default=dict)


class OrderQuery(PageQuery):
    """Which orders."""

    retailer_id = Id(load_default=None, allow_none=True)
    status = fields.String(load_default=None, validate=validate.OneOf(list(STATUSES)))


class Confirmation(Strict):
    """How a pending order is to be paid; `agreed_total_minor` is the newer total that the shop said yes to.

    With `accept_short` the order is placed with what is in stock.
    """

    payment_mode = fields.String(required=True, validate=validate.OneOf(["CREDIT", "CASH"]))
    agreed_total_minor = PositiveMinor(load_default=None, allow_none=True)
    accept_short = fields.Boolean(load_default=False)


class Cancellation(Strict):
    """Why an order is called off."""

    reason = Text(longest=500, load_default="cancelled by staff")


class ThereIn(Strict):
    """What is there of a product, in base units."""

    sku = Text(longest=64, needed=True)
    base_qty = Quantity(least=0, most=MOST, needed=True)


class ShorteningIn(Strict):
    """What could be packed; products that are not named stay as they are."""

    lines = fields.List(fields.Nested(ThereIn), required=True, validate=validate.Length(min=1, max=100))
    reason = Text(longest=500, needed=True)


class DispatchIn(Strict):
    """How the goods travel, as far as it is known; printed on the bill.

    `accept_total_minor` is up to which total the shop agreed when tax rose since its order.
    """

    vehicle = Text(longest=20, load_default="")
    transporter = Text(longest=100, load_default="")
    transporter_id = Text(longest=20, load_default="")
    document = Text(longest=40, load_default="")
    eway_bill = Text(longest=20, load_default="")
    accept_total_minor = PositiveMinor(load_default=None, allow_none=True)


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(OrderQuery, location="query")
@blueprint.response(200, page_of(OrderOut))
def list_orders(session: Session, query: dict[str, Any]) -> Listed:
    """Orders, newest first."""
    return _page(session, query, query["retailer_id"], query["status"])


@blueprint.route("/pending/<retailer_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(OrderOut))
def pending(session: Session, query: dict[str, Any], retailer_id: str) -> Listed:
    """A shop's orders that wait for a yes."""
    return _page(session, query, retailer_id, "pending")


@blueprint.route("/failed/<retailer_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(OrderOut))
def failed(session: Session, query: dict[str, Any], retailer_id: str) -> Listed:
    """A shop's orders that were refused, with the reason."""
    return _page(session, query, retailer_id, "failed")


@blueprint.route("", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(OrderIn)
@blueprint.response(201, NewOrderOut)
def place(session: Session, given: dict[str, Any]) -> Any:
    """Place what is in stock of an order (`shorts` says what is not); 409 with the rule's code when it may not be.

    A 409 is final: nothing places the refused order (`order_id`) later, unless somebody holds it, retries it, or asks
    for an override of it.
    """
    retailer = retailers.find(session, given["retailer_id"])
    wanted = [Wanted(line["sku"], line["qty"], line["unit"]) for line in given["lines"]]
    extras = Extras(given["note"].strip(), given["delivery_address"].strip(), _billing(session, given["billing"]))
    placed = ordering.place(session, retailer.id, wanted, given["payment_mode"], "api", extras)
    if placed.refusal is not None:
        return refused(placed.refusal, placed.order)
    seller = organisations.get(session)
    return Beside(placed.order, warnings=billing.doubts(seller, retailer, extras.billing, extras.delivery_address))


@blueprint.route("/<order_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, OrderOut)
def read(session: Session, order_id: str) -> Order:
    """One order."""
    return listing.get(session, ids.parse("ord", order_id))


@blueprint.route("/<order_id>/confirm", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Confirmation)
@blueprint.response(200, OrderOut)
def confirm(session: Session, given: dict[str, Any], order_id: str) -> Order:
    """Confirm a pending order for a shop that said yes in another way.

    When prices rose since the quote: 409 PRICE_CHANGED with `now_minor`; send that as `agreed_total_minor` after a
    fresh yes. When less is in stock: 409 STOCK_SHORT with `shorts`; send `accept_short` after a fresh yes.
    """
    return ordering.confirm(
        session,
        ids.parse("ord", order_id),
        given["payment_mode"],
        agreed_minor=given["agreed_total_minor"],
        shrink=given["accept_short"],
    )


@blueprint.route("/<order_id>/retry", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(200, OrderOut)
def retry(session: Session, _given: dict[str, Any], order_id: str) -> Any:
    """Try a failed order again through the guardrails, at today's prices; a confirmed one is answered as it is.

    A 409 is final, as in placing it.
    """
    tried = ordering.retry(session, ids.parse("ord", order_id))
    if tried.refusal is not None:
        return refused(tried.refusal, tried.order)
    return tried.order


@blueprint.route("/<order_id>/hold", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(200, OrderOut)
def hold(session: Session, _given: dict[str, Any], order_id: str) -> Order:
    """Keep an order that only credit stands in the way of; it is placed by itself when credit allows it."""
    return holding.hold(session, ids.parse("ord", order_id))


@blueprint.route("/<order_id>/cancel", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Cancellation)
@blueprint.response(200, OrderOut)
def cancel(session: Session, why: dict[str, Any], order_id: str) -> Order:
    """Call an order off before dispatch; what it reserved is free again, and the shop is told with the reason."""
    return ordering.cancel(session, ids.parse("ord", order_id), why["reason"])


@blueprint.route("/<order_id>/shorten", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(ShorteningIn)
@blueprint.response(200, OrderOut)
def shorten(session: Session, given: dict[str, Any], order_id: str) -> Order:
    """Less could be packed than was promised: order, credit and invoice shrink together, and the shop is told."""
    there: dict[str, Decimal] = {}
    for line in given["lines"]:
        there[line["sku"]] = there.get(line["sku"], Decimal(0)) + line["base_qty"]
    return shortening.shorten(session, ids.parse("ord", order_id), there, given["reason"])


@blueprint.route("/<order_id>/dispatch", methods=["POST"])
@operation(BOOKKEEPERS | {"sales"}, idempotent=True)
@blueprint.arguments(DispatchIn)
@blueprint.response(200, DispatchedOut)
def dispatch(session: Session, given: dict[str, Any], order_id: str) -> Beside:
    """The goods leave: the invoice is issued once, posted as a bill, and sent to the shop as a PDF.

    How they travel is printed on it. When counted goods are not there, or are promised to others: 409 STOCK_SHORT with
    what is there, and `shorten` as `/shorten` takes it. Tax is that of the day: what falls is given; a total above what
    was agreed to is 409 TOTAL_RISEN with both until `accept_total_minor` covers it.

    `notified` is false when the shop gets no message (STOP, nobody on WhatsApp): a task says to hand over the paper.
    """
    accepted_minor = given.pop("accept_total_minor")
    told = transport.parsed(given)
    order = dispatching.dispatch(session, ids.parse("ord", order_id), transport=told, accept_total_minor=accepted_minor)
    events.follow(session)  # now, so that the answer says whether the bill is on its way
    is_notified = order.invoice_id is not None and outbox.is_on_its_way(session, f"invoice:{order.invoice_id}")
    return Beside(order, notified=is_notified)


@blueprint.route("/<order_id>/confirmation", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(201, PaperOut)
def confirmation(session: Session, _given: dict[str, Any], order_id: str) -> Paper:
    """The order on paper as it stands now: print it or make a link of it under `/papers`."""
    kept = confirming.keep(session, ids.parse("ord", order_id))
    return papers.kept_paper(session, kept)


@blueprint.route("/expire-pending", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(200, ExpiredOut)
def expire_pending(session: Session, _given: dict[str, Any]) -> dict[str, Any]:
    """Expire orders that nobody confirmed for a day, as the job does every six hours."""
    return {"expired": ordering.expire_pending(session)}


def refused(refusal: DomainError, order: Order) -> Response:
    """409 with the first failing rule's code, all rules, and the refused order, which goes no further by itself."""
    why = refusal.facts
    if isinstance(refusal, Refused):
        why = {"reasons": refusal.verdict.as_dict()["reasons"], "helps": refusal.verdict.helps.as_dict()}
    is_kept = order.status == HELD
    detail = refusal.detail if is_kept else f"{refusal.detail} {FINAL}"
    return problems.answer(409, refusal.code, detail, order_id=order.public_id, final=not is_kept, **why)


def _billing(session: Session, given: dict[str, Any]) -> billing.Billing:
    """The billing that was asked for, its numbers checked. Raises Invalid."""
    said = billing.loaded(given)
    if said.discount.bps and said.discount.amount_minor:
        raise Invalid("A discount is a share or an amount, not both.", field="billing.discount_bps")
    to = said.ship_to
    if to is None:
        return said
    country = countries.get(organisations.get(session).country)
    gstin = country.registration.parse(to.gstin) if to.gstin else None
    state_code = country.region_of(to.state_code, gstin)
    country.check_region(state_code, gstin)
    return replace(said, ship_to=replace(to, gstin=gstin, state_code=state_code))


def _page(session: Session, query: dict[str, Any], retailer_id: str | None, status: str | None) -> Listed:
    limit, after = query["limit"], decode(query["cursor"])
    rows = listing.page(
        session,
        retailer_id=retailers.find(session, retailer_id).id if retailer_id else None,
        status=status,
        limit=limit + 1,
        after=ids.parse("ord", after) if after else None,
    )
    return page(rows, limit, lambda order: order.public_id)
