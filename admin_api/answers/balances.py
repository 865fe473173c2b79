"""What is open by age, what was owed before, money on account, and interest of what is late."""

from marshmallow import fields

from admin_api.answers.adjustments import AdjustmentOut, BillOut
from admin_api.answers.payments import AppliedOut
from admin_api.answers.shape import Answer, Currency, Day, Minor, PublicId, Rows, Shop, Whole, Word
from reports.ageing import AGES_FROM, VIEWS


class AgeBucketOut(Answer):
    """What is so old."""

    name = fields.String()
    amount_minor = Minor()
    bills = Whole()
    retailers = Whole()


class AgeingOut(Answer):
    """What is open on a day by its age; the buckets add up to `open_minor`."""

    as_of_on = Day()
    currency = Currency()
    by = Word(AGES_FROM)
    view = Word(VIEWS)
    open_minor = Minor()
    on_account_minor = Minor()
    outstanding_minor = Minor()
    buckets = Rows(AgeBucketOut)


class OwedOut(Answer):
    """What a shop owes after a change."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    currency = Currency()
    outstanding_minor = Minor()


class OpeningOut(OwedOut):
    """What was entered of the books before."""

    bills = Rows(BillOut)
    on_account = fields.Nested(AdjustmentOut, allow_none=True)


class AdvanceOut(OwedOut):
    """Which bills money on account was put to, and what is left of it."""

    allocations = Rows(AppliedOut)
    on_account_minor = Minor()


class LateFeeOut(Answer):
    """The interest of one bill: `due_minor` is what was not charged yet."""

    bill_id = PublicId("bil")
    invoice_number = fields.String(attribute="reference")
    due_on = Day()
    open_minor = Minor()
    days_overdue = Whole(attribute="days_late")
    accrued_minor = Minor()
    charged_minor = Minor()
    due_minor = Minor()


class LateFeesOut(Answer):
    """The interest of a shop's overdue bills until a day."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    as_of_on = Day()
    currency = Currency()
    due_minor = Minor()
    bills = Rows(LateFeeOut)
