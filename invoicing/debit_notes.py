"""Debit notes with tax: a line of an invoice was charged too little. Numbered, and owed as a bill of its own.

The difference bears the rates and the place of supply of the original. Source: CGST Act s.34(3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

import countries
from core import ids
from core.errors import Forbidden, Invalid
from credit import accounts, bills, debit_notes
from credit.adjustments import BOOKKEEPERS
from invoicing import originals, series, snapshots, writing
from invoicing.originals import Original
from invoicing.series import SeriesPlace
from invoicing.tables import BILL_OF_SUPPLY, DEBIT_NOTE, PLAIN_BILL, Invoice
from invoicing.writing import Draft, DraftLine
from parties import organisations
from tax import TAXABLE, THIRD_SCHEDULE, Computed, TaxDocument, TaxLine
from tax.rounding import THOUSANDTHS


@dataclass(frozen=True, slots=True)
class Raised:
    """By how much a line's value rises, without tax."""

    line_no: int
    taxable_minor: int


@dataclass(frozen=True, slots=True)
class NewDebitNote:
    """A debit note to issue; `role` is the issuer's. `due_on` None = after the account's credit days."""

    invoice_id: UUID
    kind: str
    reason: str
    role: str
    lines: Sequence[Raised]
    due_on: date | None = None


def issue(session: Session, new: NewDebitNote) -> Invoice:
    """Issue a debit note and post its bill. Locks the invoice, the series, the account; audited.

    Raises Invalid, Forbidden, NotFound, originals.NotCorrectable.
    """
    reason = accounts.given(new.reason)
    if new.kind not in debit_notes.EARNED_AS:
        raise Invalid(f"The kind is one of {', '.join(debit_notes.EARNED_AS)}.", field="kind", value=new.kind)
    if new.role not in BOOKKEEPERS:
        raise Forbidden("A debit note is issued by bookkeeping.")
    if not new.lines or len({one.line_no for one in new.lines}) != len(new.lines):
        raise Invalid("Name each line that was charged too little once.", field="lines")
    original = originals.lock(session, new.invoice_id)
    money = countries.compute(_document(original, new.lines))
    organisation = organisations.get(session)
    place = series.take(session, organisation, DEBIT_NOTE)
    posted = _post(session, original.invoice, new, money, place, reason)
    draft = Draft(
        document_type=DEBIT_NOTE,
        place=place,
        retailer_id=original.invoice.retailer_id,
        source_id=ids.new(),
        seller=snapshots.seller(organisation),
        buyer=original.invoice.buyer,
        lines=_lines(original, money, new.lines),
        place_of_supply=original.invoice.place_of_supply,
        currency=original.invoice.currency,
        taxes=money.totals.taxes,
        round_off_minor=money.round_off_minor,
        total_minor=money.grand_total_minor,
        due_on=posted.bill.due_on,
        bill_id=posted.bill.id,
        refers_to_id=original.invoice.id,
        reason=reason,
        reverse_charge=original.invoice.reverse_charge,
        details={"kind": new.kind, "balance": posted.balance},
    )
    return writing.write(session, draft)


def _document(original: Original, lines: Sequence[Raised]) -> TaxDocument:
    """The difference as a document, taxed where and as the original was."""
    invoice = original.invoice
    seller_state = invoice.seller["state_code"]
    return TaxDocument(
        lines=[_line(original, one) for one in lines],
        seller_state=seller_state,
        place_of_supply=invoice.place_of_supply,
        country=countries.of(invoice.seller).code,
        buyer_is_sez=bool(invoice.buyer.get("sez")),
        tax_charged=invoice.document_type not in (BILL_OF_SUPPLY, PLAIN_BILL),
        reverse_charge=invoice.reverse_charge,
    )


def _line(original: Original, one: Raised) -> TaxLine:
    sold = original.line(one.line_no)
    if one.taxable_minor <= 0:
        raise Invalid("A debit note raises a value.", field="taxable_minor", value=one.taxable_minor)
    goods = originals.goods_of(sold, THOUSANDTHS)
    by_printed_price = goods.treatment == THIRD_SCHEDULE  # which does not rise with what is asked for them
    return TaxLine(
        qty=1,
        unit_price_minor=one.taxable_minor,
        rate_bps=0 if by_printed_price else sold.rate_bps,
        cess_bps=sold.cess_bps,
        treatment=TAXABLE if by_printed_price else goods.treatment,
    )


def _post(
    session: Session, invoice: Invoice, new: NewDebitNote, money: Computed, place: SeriesPlace, reason: str
) -> bills.Posted:
    amounts = {"taxable": money.totals.taxable_minor, **money.totals.taxes, "round_off": money.round_off_minor}
    account = accounts.get(session, invoice.retailer_id, lock=True)
    return bills.posted(
        session,
        bills.Posting(
            retailer_id=invoice.retailer_id,
            kind=bills.DEBIT_NOTE,
            reference=place.number,
            bill_on=place.issued_on,
            due_on=new.due_on or place.issued_on + timedelta(days=account.credit_days),
            amount_minor=money.grand_total_minor,
            contra=writing.books(debit_notes.EARNED_AS[new.kind], amounts, reverse_charge=invoice.reverse_charge),
            reason=f"{new.kind}: {reason}",
        ),
    )


def _lines(original: Original, money: Computed, raised: Sequence[Raised]) -> list[DraftLine]:
    return [
        DraftLine(
            goods=replace(
                originals.goods_of(original.line(one.line_no), THOUSANDTHS),
                unit="",
                price_minor=one.taxable_minor,
                price_mode="exclusive",
                rate_bps=line.rate_bps,
                mrp_minor=None,
            ),
            money=line,
            original_line_no=one.line_no,
        )
        for one, line in zip(raised, money.lines, strict=True)
    ]
