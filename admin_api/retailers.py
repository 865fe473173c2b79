"""Shops: list, read, add."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

import countries
from admin_api.access import operation
from admin_api.answers.retailers import RetailerOut
from admin_api.answers.shape import page_of
from admin_api.shapes import Listed, PageQuery, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import i18n
from credit import accounts
from parties import organisations, phones, retailers
from parties.roles import EVERYBODY, SELLERS
from parties.tables import Retailer

blueprint = Blueprint("retailers", __name__, url_prefix="/api/v1/admin/retailers", description="Shops")


class RetailerQuery(PageQuery):
    """Which shops: `q` looks into code, name and phone."""

    q = Text(longest=100, load_default="")


class RetailerIn(Strict):
    """A shop to add; terms are set on its credit account, without a limit it buys for cash."""

    code = Text(longest=32, needed=True)
    name = Text(longest=200, needed=True)
    phone = Text(longest=32, needed=True)
    language = fields.String(load_default="en", validate=validate.OneOf(i18n.LANGUAGES))
    gstin = Text(longest=20, load_default=None, allow_none=True)
    state_code = Text(longest=2, load_default=None, allow_none=True)
    address = Text(longest=500, load_default="")
    sez = fields.Boolean(load_default=False, truthy={True}, falsy={False})


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(RetailerQuery, location="query")
@blueprint.response(200, page_of(RetailerOut))
def list_retailers(session: Session, query: dict[str, Any]) -> Listed:
    """Shops by code."""
    limit = query["limit"]
    rows = retailers.page(session, limit=limit + 1, after=decode(query["cursor"]), search=query["q"])
    return page(rows, limit, lambda row: row.code)


@blueprint.route("", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(RetailerIn)
@blueprint.response(201, RetailerOut)
def add(session: Session, given: dict[str, Any]) -> Retailer:
    """Add a shop with the organisation's usual terms; without any it may buy for cash until a limit is granted."""
    country = organisations.get(session).country
    gstin = countries.get(country).registration.parse(given["gstin"]) if given["gstin"] else None
    details = retailers.Details(**{**given, "phone": phones.e164(given["phone"], country), "gstin": gstin})
    retailer = retailers.create(session, details)
    accounts.open_account(session, retailer.id)
    return retailer


@blueprint.route("/<retailer_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, RetailerOut)
def read(session: Session, retailer_id: str) -> Retailer:
    """One shop."""
    return retailers.find(session, retailer_id)
