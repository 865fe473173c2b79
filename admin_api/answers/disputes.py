"""A contested part of a bill."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Currency, Day, Minor, Person, PublicId, Shop, Word
from credit.arrangements import DISPUTE_STATES


class DisputeOut(Answer):
    """A dispute and how it ended: who opened and who settled it."""

    id = PublicId("dsp")
    retailer_id = PublicId("ret")
    retailer = Shop()
    bill_id = PublicId("bil")
    amount_minor = Minor()
    accepted_minor = Minor()
    currency = Currency()
    status = Word(DISPUTE_STATES)
    reason = fields.String()
    settlement = fields.String(allow_none=True)
    opened_on = Day()
    by = Person("recorded_by", allow_none=True)
    settled_by = Person("settled_by", allow_none=True)
