"""What is worth knowing of one shop, and of all."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Currency, Day, Minor, Moment, PublicId, Rows, Shop, Whole, Word
from core import i18n


class UsualItemOut(Answer):
    """What a shop takes again and again: how much, every how many days, and when it is due next."""

    sku = fields.String()
    name = fields.String()
    qty = fields.String()
    unit = fields.String()
    gap_days = Whole(allow_none=True)
    next_on = Day()


class NextDueOut(Answer):
    """The bill that falls due next."""

    bill = fields.String()
    due_on = Day()
    open_minor = Minor()
    owed_minor = Minor()


class InsightOut(Answer):
    """One shop's figures of the last `days`."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    code = fields.String()
    name = fields.String()
    currency = Currency()
    computed_at = Moment()
    days = Whole()
    orders = Whole()
    total_minor = Minor()
    average_order_minor = Minor(allow_none=True)
    last_order_on = Day(allow_none=True)
    usual_items = Rows(UsualItemOut)
    bills_due = Whole()
    bills_on_time = Whole()
    on_time_percent = Whole(allow_none=True)
    overdue_minor = Minor()
    next_due = fields.Nested(NextDueOut, allow_none=True)


class InsightMessageOut(Answer):
    """The same as the shop can get it."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    language = Word(i18n.LANGUAGES)
    text = fields.String()


class PopularItemOut(Answer):
    """What many shops take again and again."""

    sku = fields.String()
    name = fields.String()
    retailers = Whole()


class OverviewOut(Answer):
    """All shops together."""

    currency = Currency()
    days = Whole()
    computed_at = Moment(allow_none=True)
    retailers = Whole()
    ordering_retailers = Whole()
    orders = Whole()
    total_minor = Minor()
    average_order_minor = Minor(allow_none=True)
    on_time_percent = Whole(allow_none=True)
    overdue_minor = Minor()
    popular_items = Rows(PopularItemOut)


class RegeneratedOut(Answer):
    """For how many shops was counted."""

    regenerated = Whole()
