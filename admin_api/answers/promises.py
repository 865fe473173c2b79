"""A promise to pay."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Currency, Day, Minor, Person, PublicId, Shop, Word
from credit.arrangements import PROMISE_STATES


class PromiseOut(Answer):
    """A promise and what became of it."""

    id = PublicId("prm")
    retailer_id = PublicId("ret")
    retailer = Shop()
    amount_minor = Minor()
    currency = Currency()
    made_on = Day()
    promised_on = Day()
    status = Word(PROMISE_STATES)
    note = fields.String(allow_none=True)
    by = Person("recorded_by")
