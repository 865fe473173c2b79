"""What is sold, with today's price and terms."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Minor, PublicId, Rows, Whole, Word
from orders.tables import PRICE_MODES
from tax import TREATMENTS


class RateOut(Answer):
    """A price for a class of shops (empty: for all), from so many base units on."""

    price_class = fields.String()
    from_qty = Whole()
    price_minor = Minor()


class SchemeOut(Answer):
    """So many base units free for every so many bought."""

    buy = Whole()
    free = Whole()


class ProductOut(Answer):
    """A product with the price of one base unit and its terms; `units` says how many base units one of each holds."""

    id = PublicId("prd", attribute="product_id")
    sku = fields.String()
    name = fields.String()
    hsn = fields.String()
    base_unit = fields.String()
    default_unit = fields.String()
    units = fields.Dict(keys=fields.String(), values=Whole())
    price_minor = Minor()
    price_mode = Word(PRICE_MODES)
    rate_bps = Whole()
    treatment = Word(TREATMENTS)
    mrp_minor = Minor(allow_none=True)
    min_qty = Whole(attribute="terms.min_qty")
    multiple = Whole(attribute="terms.multiple")
    rates = Rows(RateOut, attribute="terms.rates")
    scheme = fields.Nested(SchemeOut, attribute="terms.scheme", allow_none=True)
    stocked = fields.Boolean(attribute="terms.stocked")
