"""What a shop says it paid."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Currency, Minor, Person, PublicId, Shop, Word
from credit.tables import CLAIM_STATES, METHODS


class SeenOut(Answer):
    """Where a reference stands already: with a payment or with another claim, of which shop."""

    payment_id = PublicId("pay", allow_none=True)
    claim_id = PublicId("clm", allow_none=True)
    retailer_id = PublicId("ret")
    retailer = Shop()


class ClaimOut(Answer):
    """A claim and what became of it: who noted it, and who found it true or not.

    `reference_seen` says where its reference stands beside it: look at both.
    """

    id = PublicId("clm")
    retailer_id = PublicId("ret")
    retailer = Shop()
    amount_minor = Minor(allow_none=True)
    currency = Currency()
    method = Word(METHODS, allow_none=True)
    reference = fields.String(allow_none=True)
    reference_seen = fields.Nested(SeenOut, allow_none=True)
    status = Word(CLAIM_STATES)
    payment_id = PublicId("pay", allow_none=True)
    note = fields.String(allow_none=True)
    message_id = PublicId("msg", allow_none=True)
    by = Person("recorded_by", allow_none=True)
    resolved_by = Person("resolved_by", allow_none=True)
