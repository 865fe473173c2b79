"""Money received: a payment, or a cheque that becomes one."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Currency, Day, Minor, Person, PublicId, Rows, Shop, Word
from credit.arrangements import CHEQUE_STATES
from credit.tables import METHODS, PAYMENT_STATES


class AppliedOut(Answer):
    """The part of a credit that was put to a bill."""

    bill_id = PublicId("bil")
    invoice_number = fields.String(attribute="reference")
    amount_minor = Minor()


class PaymentOut(Answer):
    """A payment and what it did.

    One by cheque has a `cheque_id`, the state of the cheque for its status, and `counts` from the day it lowers what
    is owed; its `by` and its `receipt_number` are known from then on.
    """

    id = PublicId("pay")
    cheque_id = PublicId("chq", allow_none=True)
    retailer_id = PublicId("ret")
    retailer = Shop()
    amount_minor = Minor()
    currency = Currency()
    method = Word(METHODS)
    reference = fields.String(allow_none=True)
    receipt_number = fields.String(allow_none=True)
    dated_on = Day(allow_none=True)
    received_on = Day()
    status = Word((*PAYMENT_STATES, *CHEQUE_STATES))
    counts = fields.Boolean()
    by = Person("recorded_by", allow_none=True)
    allocations = Rows(AppliedOut)
    unapplied_minor = Minor()
    outstanding_minor = Minor()
    note = fields.String(allow_none=True)
    warnings = fields.List(fields.String())


class RefundOut(Answer):
    """Money on account that was paid back; what is on account and owed after it."""

    id = PublicId("rfd")
    retailer_id = PublicId("ret")
    retailer = Shop()
    amount_minor = Minor()
    currency = Currency()
    method = Word(METHODS)
    reference = fields.String(allow_none=True)
    reason = fields.String()
    paid_on = Day()
    status = Word(PAYMENT_STATES)
    by = Person("recorded_by")
    on_account_minor = Minor()
    outstanding_minor = Minor()
