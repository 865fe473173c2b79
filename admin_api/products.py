"""The catalogue as it is sold today; its prices and terms of sale, changed from a day on."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api import preconditions
from admin_api.access import operation
from admin_api.answers.products import ProductOut
from admin_api.answers.shape import page_of
from admin_api.shapes import Day, Listed, PageQuery, PositiveMinor, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core.errors import Invalid, NotFound
from orders import catalogue, conditions, pricing
from parties.roles import EVERYBODY, FOUNDERS

blueprint = Blueprint("products", __name__, url_prefix="/api/v1/admin/products", description="What is sold")
Answer = tuple[catalogue.ProductOnSale, int, dict[str, str]]


class PriceIn(Strict):
    """The price of a base unit from a day on (today)."""

    price_minor = PositiveMinor(required=True)
    price_mode = fields.String(load_default="exclusive", validate=validate.OneOf(["exclusive", "inclusive"]))
    valid_from = Day(load_default=None, allow_none=True)
    reason = Text(longest=500, needed=True)


class RateIn(Strict):
    """A price for a class of shops (empty: for all), from so many base units on."""

    price_class = Text(longest=64, load_default="")
    from_qty = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=conditions.MAX_QTY))
    price_minor = PositiveMinor(required=True)


class SchemeIn(Strict):
    """So many base units free for every so many bought, until and on a day."""

    buy = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=conditions.MAX_QTY))
    free = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=conditions.MAX_QTY))
    until = Day(load_default=None, allow_none=True)


class ProductTermsIn(Strict):
    """The terms of sale from a day on (today); what is left out stays as it is."""

    min_qty = fields.Integer(strict=True, validate=validate.Range(min=1, max=conditions.MAX_QTY))
    multiple = fields.Integer(strict=True, validate=validate.Range(min=1, max=conditions.MAX_QTY))
    rates = fields.List(fields.Nested(RateIn), validate=validate.Length(max=conditions.MAX_RATES))
    scheme = fields.Nested(SchemeIn, allow_none=True)
    valid_from = Day(load_default=None, allow_none=True)
    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(ProductOut))
def list_products(session: Session, query: dict[str, Any]) -> Listed:
    """Products by code with today's price, tax and terms."""
    after, limit = decode(query["cursor"]) or "", query["limit"]
    rows = [listed for listed in catalogue.load(session).listed() if listed.sku > after]
    return page(rows, limit, lambda row: row.sku)


@blueprint.route("/<path:sku>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, ProductOut)
def read(session: Session, sku: str) -> Answer:
    """One product, with the ETag that a change must name."""
    return _answer(session, sku)


@blueprint.route("/<path:sku>/price", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(PriceIn)
@blueprint.response(200, ProductOut)
def change_price(session: Session, given: dict[str, Any], sku: str) -> Answer:
    """Set the price from a day on. Quotes that wait ask again when it rose; a drop is passed on."""
    change = pricing.PriceChange(given["reason"], preconditions.version(), given["valid_from"])
    pricing.set_price(session, sku, given["price_minor"], given["price_mode"], change)
    return _answer(session, sku)


@blueprint.route("/<path:sku>/terms", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(ProductTermsIn)
@blueprint.response(200, ProductOut)
def change_terms(session: Session, given: dict[str, Any], sku: str) -> Answer:
    """Set smallest quantity, packs, prices by class and quantity, and the scheme, from a day on."""
    change = pricing.PriceChange(given.pop("reason"), preconditions.version(), given.pop("valid_from"))
    pricing.set_terms(session, sku, _columns(given), change)
    return _answer(session, sku)


def _answer(session: Session, sku: str) -> Answer:
    found = pricing.product(session, sku)
    listed = catalogue.load(session).products.get(sku)
    if listed is None:
        raise NotFound(kind="Product")
    return listed, 200, preconditions.tag(found.version)


def _columns(given: dict[str, Any]) -> dict[str, Any]:
    columns = {name: given[name] for name in ("min_qty", "multiple") if name in given}
    if "rates" in given:
        try:
            columns["rates"] = conditions.rates_of(given["rates"])
        except ValueError as error:
            raise Invalid(f"rates: {error}", field="rates") from error
    if "scheme" in given:
        scheme = given["scheme"] or {"buy": None, "free": None, "until": None}
        columns |= {f"scheme_{name}": scheme[name] for name in ("buy", "free", "until")}
    return columns
