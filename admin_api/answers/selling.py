"""The rules an organisation sells by, and which price list and route a shop has."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Minor, PublicId, Shop, Whole


class RulesOut(Answer):
    """All rules; null is off. Weekdays are 0 (Monday) to 6, `cut_off` is a local time HH:MM."""

    min_order_minor = Minor(allow_none=True)
    price_classes = fields.List(fields.String())
    routes = fields.Dict(keys=fields.String(), values=fields.List(Whole()))
    cut_off = fields.String(allow_none=True)
    lead_days = Whole()
    stock_hold_hours = Whole(allow_none=True)


class PlacedOut(Answer):
    """A shop's price class and route; empty: what everybody has."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    price_class = fields.String()
    route = fields.String()
