"""What a shop is sent: its bills, and the notes that correct them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db, ids, outbox
from core.i18n import format_day, format_money, isolate, speaking
from core.outbox import OutboxMessage
from credit import accounts
from invoicing.tables import COMMERCIAL_CREDIT_NOTE, CREDIT_NOTE, DEBIT_NOTE, Invoice
from notices import addressing
from parties import tasks
from speech import wording


def invoice(session: Session, invoice_id: UUID) -> UUID | None:
    """Send a bill as PDF with its number, amount and due date.

    STOP is respected here too, although a bill answers an order: whoever sent it wants nothing unasked. *bill* in the
    chat still fetches it. Whoever cannot be sent a bill is to be handed it on paper: one task for people.
    """
    bill = db.fetch(session, Invoice, invoice_id)
    to = addressing.addressee(session, bill.retailer_id)
    if to is None:
        _hand_over(session, bill)
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "bill_no": isolate(bill.number),
            "amount": format_money(bill.total_minor, bill.currency),
            "due_date": format_day(bill.due_on),
        }
    attachment = {"kind": "invoice", "id": str(invoice_id)}
    key = f"invoice:{invoice_id}"
    return addressing.put(session, to, "invoice_shared", params, attachment=attachment, dedupe_key=key)


def note(session: Session, note_id: UUID) -> UUID | None:
    """Send a credit or debit note as PDF: what it does to the account, and what is owed now, or by when."""
    note = db.fetch(session, Invoice, note_id)
    to = addressing.addressee(session, note.retailer_id)
    if to is None:
        return None
    stands = accounts.position(session, note.retailer_id)
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "note_no": isolate(note.number),
            "amount": format_money(note.total_minor, note.currency),
            "balance": wording.balance(stands.outstanding_minor, stands.currency),
            "due_date": format_day(note.due_on),
            "phone": isolate(to.phone),
        }
    template = "debit_note_shared" if note.document_type == DEBIT_NOTE else "credit_note_shared"
    attachment = {"kind": "invoice", "id": str(note.id)}
    return addressing.put(session, to, template, params, attachment=attachment, dedupe_key=f"invoice:{note.id}")


def cancelled(session: Session, invoice_id: UUID) -> UUID | None:
    """Say at once that a document counts no more, why, and what is owed now: the shop may have it in its hands.

    What still waits to bring it is called back.
    """
    gone = db.fetch(session, Invoice, invoice_id)
    outbox.withdraw(session, _bringing(session, invoice_id), "the document was cancelled")
    to = addressing.addressee(session, gone.retailer_id)
    if to is None:
        return None
    stands = accounts.position(session, gone.retailer_id)
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "bill_no": isolate(gone.number),
            "amount": format_money(gone.total_minor, gone.currency),
            "reason": addressing.reason(gone.cancel_reason),
            "balance": wording.balance(stands.outstanding_minor, stands.currency),
            "phone": isolate(to.phone),
        }
    is_credit = gone.document_type in (CREDIT_NOTE, COMMERCIAL_CREDIT_NOTE)
    template = "credit_note_cancelled" if is_credit else "bill_cancelled"
    return addressing.put(session, to, template, params, dedupe_key=f"cancelled:{gone.id}")


def _bringing(session: Session, document_id: UUID) -> list[UUID]:
    """Messages that wait with this document."""
    queued = select(OutboxMessage.id).where(
        OutboxMessage.org_id == db.org_of(session),
        OutboxMessage.status == "queued",
        OutboxMessage.attachment.contains({"id": str(document_id)}),
    )
    return list(session.scalars(queued))


def _hand_over(session: Session, bill: Invoice) -> None:
    tasks.ask_staff(
        session,
        "bill_on_paper",
        f"Hand over bill {bill.number} on paper: the shop has stopped messages, or is not on WhatsApp.",
        retailer_id=bill.retailer_id,
        facts={"invoice_id": ids.public("inv", bill.id), "number": bill.number},
        dedupe_key=f"paper:{bill.id}",
    )
