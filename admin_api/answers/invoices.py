"""Tax documents: invoices and the notes that correct them, their registration, and what an unsaved one comes to."""

from typing import Any

from marshmallow import fields

from admin_api.answers.adjustments import BillOut
from admin_api.answers.shape import (
    Answer,
    Currency,
    Day,
    Milli,
    Minor,
    Moment,
    Person,
    PublicId,
    Rows,
    Shop,
    Whole,
    Word,
)
from invoicing.listing import STATUSES, TYPES
from invoicing.tables import GOODS
from orders.tables import PRICE_MODES
from tax import SUPPLIED


class BuyerOut(Answer):
    """The buyer as the document names it."""

    name = fields.String(allow_none=True)
    gstin = fields.String(allow_none=True)
    state_code = fields.String(allow_none=True)


class Buyer(fields.Nested):
    """What is told of the party that a document keeps."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize({name: value.get(name) for name in self.schema.fields}, attr, obj, **kwargs)


class CautionOut(Answer):
    """Something on a document that deserves a look."""

    SOMETIMES = frozenset({"line", "value_minor", "limit_minor"})

    code = fields.String()
    detail = fields.String()
    line = Whole()
    value_minor = Minor()
    limit_minor = Minor()


class TaxedOut(Answer):
    """Money with its tax by head."""

    discount_minor = Minor()
    taxable_minor = Minor()
    cgst_minor = Minor()
    sgst_minor = Minor()
    utgst_minor = Minor()
    igst_minor = Minor()
    cess_minor = Minor()
    sales_tax_minor = Minor()
    further_tax_minor = Minor()
    total_minor = Minor()


class InvoiceOut(TaxedOut):
    """A document without its lines; `by` issued it."""

    id = PublicId("inv")
    document_type = Word(TYPES)
    number = fields.String()
    status = Word(STATUSES)
    retailer_id = PublicId("ret")
    retailer = Shop()
    buyer = Buyer(BuyerOut)
    bill_id = PublicId("bil", allow_none=True)
    refers_to_id = PublicId("inv", allow_none=True)
    reason = fields.String(allow_none=True)
    issued_on = Day()
    due_on = Day()
    place_of_supply = fields.String()
    reverse_charge = fields.Boolean()
    currency = Currency()
    round_off_minor = Minor()
    pdf_sha256 = fields.String(allow_none=True)
    created_at = Moment()
    cancelled_at = Moment(allow_none=True)
    cancel_reason = fields.String(allow_none=True)
    goods = Word(GOODS, allow_none=True)
    by = Person("issued_by", allow_none=True)
    cancelled_by = Person("cancelled_by", allow_none=True)


class InvoiceLineOut(TaxedOut):
    """One line as printed; on a note `original_line` is the line that it corrects."""

    line = Whole(attribute="line_no")
    original_line = Whole(attribute="original_line_no", allow_none=True)
    sku = fields.String()
    description = fields.String()
    hsn = fields.String()
    qty = Milli(attribute="qty_milli")
    unit = fields.String()
    price_minor = Minor()
    price_mode = Word(PRICE_MODES)
    rate_bps = Whole()
    treatment = Word(SUPPLIED)


class RegistrationOut(Answer):
    """What the portal answered for a document."""

    irn = fields.String()
    ack_number = fields.String()
    ack_at = Moment()
    signed_code = fields.String()
    is_signed = fields.Boolean()
    created_at = Moment()


class RegisteredOut(Answer):
    """A document that is registered now."""

    number = fields.String()
    registration = fields.Nested(RegistrationOut)


class InvoiceInFullOut(InvoiceOut):
    """A document with its lines, its notes and what deserves a look; `details` is what else is printed."""

    details = fields.Dict()
    lines = Rows(InvoiceLineOut)
    notes = Rows(InvoiceOut)
    registration = fields.Nested(RegistrationOut, allow_none=True)
    warnings = Rows(CautionOut)


class CreditNoteOut(InvoiceOut):
    """A credit note and what its credit did."""

    adjustment_id = PublicId("adj")
    unapplied_minor = Minor()
    outstanding_minor = Minor()


class DebitNoteOut(InvoiceOut):
    """A debit note and the bill that it is."""

    bill = fields.Nested(BillOut, allow_none=True)


def _money(**kwargs: Any) -> fields.Dict:
    """Amounts in paise by name: which there are depends on the country's taxes."""
    return fields.Dict(keys=fields.String(), values=Whole(), **kwargs)


class PreviewOut(Answer):
    """What a document would come to. A commercial credit note has its three figures, every other the rest."""

    SOMETIMES = frozenset(
        {
            "lines", "totals", "by_rate_bps", "total_before_round_off", "round_off", "grand_total",
            "amount_in_words_en_IN", "taxable_change", "tax_change", "ledger_credit",
        }
    )  # fmt: skip

    lines = fields.List(fields.Dict())
    totals = _money()
    by_rate_bps = fields.Dict(keys=fields.String(), values=_money())
    total_before_round_off = Whole()
    round_off = Whole()
    grand_total = Whole()
    amount_in_words_en_IN = fields.String()
    taxable_change = Whole()
    tax_change = Whole()
    ledger_credit = Whole()
    warnings = Rows(CautionOut)
