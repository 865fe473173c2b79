"""The catalogue as it is sold today."""

from typing import Any

from sqlalchemy.orm import Session

from admin_api.access import EVERYBODY, operation
from admin_api.shapes import PageQuery, decode, page
from admin_api.spec import Blueprint
from core import ids
from orders import catalogue

blueprint = Blueprint("products", __name__, url_prefix="/api/v1/admin/products", description="What is sold")


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200)
def list_products(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """Products by code with today's price and tax."""
    after, limit = decode(query["cursor"]) or "", query["limit"]
    rows = [listed for listed in catalogue.load(session).listed() if listed.sku > after]
    return page(rows, limit, lambda row: row.sku, show)


def show(listed: catalogue.Listed) -> dict[str, Any]:
    """A product with the price of one base unit."""
    return {
        "id": ids.public("prd", listed.product_id),
        "sku": listed.sku,
        "name": listed.name,
        "hsn": listed.hsn,
        "base_unit": listed.base_unit,
        "default_unit": listed.default_unit,
        "units": dict(listed.units),
        "price_minor": listed.price_minor,
        "price_mode": listed.price_mode,
        "rate_bps": listed.rate_bps,
        "mrp_minor": listed.mrp_minor,
    }
