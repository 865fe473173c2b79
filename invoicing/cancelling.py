"""Cancelling a document: it keeps its number and its paper, and what it did to the account is undone.

For mistakes that are seen before anybody acted on them, and before the return of the month is due; everything later is
corrected by a credit note. What is undone is dated in the document's own month, so that the books of each month owe the
tax that its return says.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

import countries
from core import audit, clock, db, ids
from core.errors import DomainError, Forbidden, Invalid
from core.events import happened
from credit import accounts, adjustments, bills, days, debit_notes, payment_links, payments, unapplying
from credit.adjustments import BOOKKEEPERS
from credit.payments import Receipt
from credit.tables import CREDIT, Payment
from invoicing import credit_notes, filed, registrations, writing
from invoicing.events import DocumentCancelled
from invoicing.tables import CANCELLED, COMMERCIAL_CREDIT_NOTE, CREDIT_NOTE, GOODS, ISSUED, SALES, SHELF, Invoice
from invoicing.writing import HEADS
from tax.year import month_end

KIND = "return"  # how an undone bill stands in the account
CREDIT_WENT = "the credit that earned it was taken back"  # a cash discount goes with what settled its bill
REFERENCE = "CANCEL "  # before the number of the document that was undone


class CancelledTooLate(DomainError):
    """The return of the document's month is due: what is wrong is corrected by a note of this month."""

    code = "CANCELLATION_TOO_LATE"


class NotCancellable(DomainError):
    """Somebody acted on the document: it was paid, corrected, or is cancelled."""

    code = "DOCUMENT_NOT_CANCELLABLE"


def cancel(session: Session, invoice_id: UUID, reason: str, role: str, goods: str = SHELF) -> Invoice:
    """Cancel a document and undo its bill or its credit; audited. Locks it and the account.

    An invoice or debit note must be unpaid and uncorrected, a credit note the last of its invoice; money on account
    that was put to it is on account again. None may stand in a filed return or one that was due, or be registered for
    over a day. `goods` is where those of a document of sale go. Raises Forbidden, Invalid, NotFound, NotCancellable,
    CancelledTooLate, MonthFiled.
    """
    reason = accounts.given(reason)
    if goods not in GOODS:
        raise Invalid(f"Goods went to one of {', '.join(GOODS)}.", field="goods", value=goods)
    if role not in BOOKKEEPERS:
        raise Forbidden("A document is cancelled by bookkeeping.")
    invoice = db.fetch(session, Invoice, invoice_id, lock=True)
    _check(session, invoice)
    _check_portals(session, invoice)
    if invoice.payment_id is not None:
        payments.take_back(session, invoice.payment_id, reason, _undone_on(session, invoice))
    else:
        _undo_bill(session, invoice, reason)
    if invoice.document_type in SALES:
        invoice.goods = goods
    _mark(session, invoice, reason)
    follow_credits(session, invoice.retailer_id, CREDIT_WENT)
    return invoice


def take_back(session: Session, credit_id: UUID, reason: str, role: str) -> Receipt:
    """Take back a credit that is no money, with the note that says it. What undid a cancelled document stays.

    Needs a role that may give it. Raises like `cancel` and adjustments.reverse.
    """
    credit = payments.get(session, credit_id)
    if credit.method == CREDIT and (credit.reference or "").startswith(REFERENCE):
        number = (credit.reference or "").removeprefix(REFERENCE)
        raise NotCancellable(f"{number} is cancelled, and this credit undid it: bill it again instead.")
    note = credit_notes.of_payment(session, credit_id)
    if note is None or note.status == CANCELLED:
        return adjustments.reverse(session, credit_id, reason, role)
    if credit.kind in adjustments.MAY_GIVE:  # a cash discount is nobody's favour: who may cancel its note may undo it
        adjustments.allow(credit.kind, role)
    cancel(session, note.id, reason, role)
    return payments.receipt(session, payments.get(session, credit_id))


def follow_credits(session: Session, retailer_id: UUID, reason: str) -> list[Invoice]:
    """Cancel the commercial notes of a shop whose credit went back without them: a cash discount goes with its money.

    Audited. The caller holds the account's lock.
    """
    stale = (
        select(Invoice)
        .join(Payment, (Payment.org_id == Invoice.org_id) & (Payment.id == Invoice.payment_id))
        .where(Invoice.org_id == db.org_of(session), Invoice.retailer_id == retailer_id)
        .where(Invoice.document_type == COMMERCIAL_CREDIT_NOTE, Invoice.status == ISSUED, Payment.status == "reversed")
        .order_by(Invoice.id)
    )
    notes = list(session.scalars(stale))
    for note in notes:
        _mark(session, note, reason)
    return notes


def _mark(session: Session, invoice: Invoice, reason: str) -> None:
    invoice.status, invoice.cancelled_at, invoice.cancel_reason = CANCELLED, clock.now(), reason
    invoice.cancelled_by = audit.actor().name
    session.flush()  # invariants and papers read it by plain SQL
    audit.record(
        session,
        "invoice.cancelled",
        subject=ids.public("inv", invoice.id),
        retailer_id=invoice.retailer_id,
        before={"status": ISSUED},
        after={"status": CANCELLED, "number": invoice.number, "total_minor": invoice.total_minor},
        reason=reason,
    )
    happened(session, DocumentCancelled(invoice.id))


def _check(session: Session, invoice: Invoice) -> None:
    if invoice.status == CANCELLED:
        raise NotCancellable(f"{invoice.number} is cancelled already.")
    later = select(func.count()).where(
        Invoice.org_id == db.org_of(session),
        Invoice.status != CANCELLED,
        (Invoice.refers_to_id == invoice.id)
        | (
            (Invoice.refers_to_id == invoice.refers_to_id)
            & (Invoice.document_type == CREDIT_NOTE)
            & (invoice.document_type == CREDIT_NOTE)
            & (tuple_(Invoice.financial_year, Invoice.sequence) > (invoice.financial_year, invoice.sequence))
        ),
    )
    if session.scalar(later):
        raise NotCancellable(f"{invoice.number} has later notes: cancel the last one first, or correct it by another.")


def _check_portals(session: Session, invoice: Invoice) -> None:
    """What the tax portals hold for good is corrected by a note. Raises NotCancellable and its relatives."""
    if invoice.document_type != COMMERCIAL_CREDIT_NOTE:  # which stands in no return
        filed.check_open(session, invoice.issued_on, invoice.number)
        _check_time(session, invoice)
    until_at = registrations.cancellable_until(session, invoice.id)
    if until_at is not None and clock.now() > until_at:
        raise NotCancellable(f"{invoice.number} is registered since over a day: correct it by a note.")


def _check_time(session: Session, invoice: Invoice) -> None:
    """Raises CancelledTooLate with what to do instead."""
    country = countries.of(invoice.seller)
    today, last_on = days.today(session), country.last_cancellation_on(invoice.issued_on)
    if today <= last_on:
        return
    correct_until_on = country.last_correction_on(invoice.issued_on)
    note = "another note" if invoice.document_type not in SALES else "a credit note"
    instead = (
        f"correct it by {note} until {correct_until_on}"
        if today <= correct_until_on
        else ("the tax stands as it is, and only a commercial credit note can be given")
    )
    raise CancelledTooLate(
        f"{invoice.number} of {invoice.issued_on} could be cancelled until {last_on}: {instead}.",
        last_on=last_on.isoformat(),
        correct_until_on=correct_until_on.isoformat(),
    )


def _undone_on(session: Session, invoice: Invoice) -> date:
    """The day on which a document is undone in the books: today, or the last of the document's own month."""
    if invoice.document_type == COMMERCIAL_CREDIT_NOTE:
        return days.today(session)
    return max(invoice.issued_on, min(days.today(session), month_end(invoice.issued_on)))


def _undo_bill(session: Session, invoice: Invoice, reason: str) -> None:
    if invoice.bill_id is None:
        raise NotCancellable(f"{invoice.number} has no bill.")
    payment_links.cancel_for_bill(session, invoice.bill_id, f"{invoice.number} was cancelled")
    accounts.get(session, invoice.retailer_id, lock=True)
    on = _undone_on(session, invoice)
    unapplying.take_off(session, invoice.retailer_id, invoice.bill_id, reason, on)  # it came for no bill, and stays
    bill = bills.of(session, invoice.retailer_id, invoice.bill_id)
    if bill.open_minor != bill.amount_minor:
        raise NotCancellable(f"{invoice.number} is paid in part or in full: give a credit note.")
    amounts = {"taxable": invoice.taxable_minor, "round_off": invoice.round_off_minor}
    amounts |= {head: getattr(invoice, f"{head}_minor") for head in HEADS}
    earned_as = debit_notes.EARNED_AS.get(invoice.details.get("kind", ""), "sales")
    bills.undone(session, bill, reason)
    payments.record(
        session,
        payments.NewPayment(
            retailer_id=invoice.retailer_id,
            amount_minor=invoice.total_minor,
            method=CREDIT,
            reference=f"{REFERENCE}{invoice.number}",
            received_on=on,
            chosen=((bill.id, bill.open_minor),),
            kind=KIND,
            note=f"{invoice.number} was cancelled: {reason}",
            spread=False,
            whole=True,
            contra=writing.books(earned_as, amounts, reverse_charge=invoice.reverse_charge),
        ),
    )
