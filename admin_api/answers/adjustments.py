"""Credits that are no money, and bills that staff posted."""

from marshmallow import fields

from admin_api.answers.payments import AppliedOut
from admin_api.answers.shape import Answer, Currency, Day, Minor, Person, PublicId, Rows, Shop, Word
from credit.tables import BILL_KINDS, CREDITS, PAYMENT_STATES
from invoicing.listing import TYPES


class AdjustmentOut(Answer):
    """A credit and what it settled."""

    id = PublicId("adj")
    retailer_id = PublicId("ret")
    retailer = Shop()
    kind = Word(CREDITS)
    amount_minor = Minor()
    currency = Currency()
    reason = fields.String(attribute="note", allow_none=True)
    effective_on = Day(attribute="received_on")
    status = Word(PAYMENT_STATES)
    by = Person("recorded_by")
    allocations = Rows(AppliedOut)
    unapplied_minor = Minor()
    outstanding_minor = Minor()


class NoteNameOut(Answer):
    """The paper that says a credit."""

    id = PublicId("inv")
    number = fields.String()
    document_type = Word(TYPES)


class GivenOut(AdjustmentOut):
    """A credit that was just given, with its paper; one that freezes a contested amount names the dispute."""

    credit_note = fields.Nested(NoteNameOut, allow_none=True)
    dispute_id = PublicId("dsp", allow_none=True)


class BillOut(Answer):
    """A bill that was posted beside the orders."""

    bill_id = PublicId("bil", attribute="id")
    retailer_id = PublicId("ret")
    retailer = Shop()
    kind = Word(BILL_KINDS)
    invoice_number = fields.String(attribute="reference")
    bill_on = Day()
    due_on = Day()
    amount_minor = Minor()
    open_minor = Minor()
    currency = Currency()


class ChargedOut(BillOut):
    """A charge that was just billed, with the document that says it; without one it bears no tax."""

    document = fields.Nested(NoteNameOut, allow_none=True)
    taxable_minor = Minor()
    tax_minor = Minor()
