"""Stock: what is on the shelf of goods that are counted, what is promised of it, and why it changed."""

from decimal import Decimal
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api import preconditions
from admin_api.access import operation
from admin_api.answers.shape import page_of
from admin_api.answers.stock import StockOut
from admin_api.shapes import Listed, PageQuery, Quantity, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core.errors import Invalid
from orders import stock
from orders.stock import Level
from orders.terms import THOUSANDTHS
from parties.roles import EVERYBODY, SELLERS

blueprint = Blueprint("stock", __name__, url_prefix="/api/v1/admin/stock", description="What is on the shelf")
MOST = stock.MAX_MILLI // THOUSANDTHS
Answer = tuple[Level, int, dict[str, str]]


class CountIn(Strict):
    """What was counted, in base units."""

    on_hand = Quantity(least=0, most=MOST, needed=True)
    reason = Text(longest=500, needed=True)


class MovementIn(Strict):
    """Goods that came in (above zero) or were lost (below), in base units."""

    change = Quantity(least=-MOST, most=MOST, needed=True)
    kind = fields.String(required=True, validate=validate.OneOf(stock.BY_HAND))
    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(StockOut))
def list_stock(session: Session, query: dict[str, Any]) -> Listed:
    """Counted goods by code."""
    limit = query["limit"]
    rows = stock.page(session, limit=limit + 1, after=decode(query["cursor"]) or "")
    return page(rows, limit, lambda row: row.sku)


@blueprint.route("/<path:sku>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, StockOut)
def read(session: Session, sku: str) -> Answer:
    """One product's stock, with the ETag that a count must name; `counted` false: it never runs out."""
    return _answer(stock.level(session, sku))


@blueprint.route("/<path:sku>", methods=["PUT"])
@operation(SELLERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(CountIn)
@blueprint.response(200, StockOut)
def count(session: Session, given: dict[str, Any], sku: str) -> Answer:
    """Set what is on the shelf as counted; from the first count on, orders reserve the goods."""
    return _answer(stock.count(session, sku, _milli(given["on_hand"]), given["reason"], preconditions.version()))


@blueprint.route("/<path:sku>/movements", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(MovementIn)
@blueprint.response(201, StockOut)
def move(session: Session, given: dict[str, Any], sku: str) -> Level:
    """Book goods that came in, came back or were lost."""
    return stock.move(session, sku, _milli(given["change"]), given["kind"], given["reason"])


def _answer(level: Level) -> Answer:
    return level, 200, preconditions.tag(level.version)


def _milli(qty: Decimal) -> int:
    scaled = qty * THOUSANDTHS
    if scaled != int(scaled):
        raise Invalid("A quantity has at most three decimals.", field="on_hand")
    return int(scaled)
