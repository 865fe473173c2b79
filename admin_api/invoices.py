"""Documents: invoices and the notes that correct them, their prints, their links; what an unsaved one comes to."""

from typing import Any

from flask import Response, g
from marshmallow import fields, validate
from sqlalchemy.orm import Session

import notices
from admin_api.access import operation
from admin_api.adjustments import show_bill
from admin_api.papers import Undone, answered, show_link
from admin_api.shapes import Day, Id, Nothing, PageQuery, PositiveMinor, Strict, Text, Thousandths, decode, page
from admin_api.spec import Blueprint
from core import clock, ids
from credit import bills, debit_notes
from flows import releasing
from invoicing import cancelling, credit_notes, listing, papers, preview, registrations, sharing
from invoicing import debit_notes as tax_debit_notes
from invoicing.tables import Invoice, InvoiceLine, Registration
from invoicing.writing import HEADS
from parties import retailers
from parties.roles import BOOKKEEPERS, EVERYBODY, SELLERS
from reports.returns import filing

blueprint = Blueprint("invoices", __name__, url_prefix="/api/v1/admin/invoices", description="Documents and notes")


class InvoicesQuery(PageQuery):
    """Which documents: of a shop, of a type, issued or cancelled, of a period."""

    retailer_id = Id(load_default=None, allow_none=True)
    document_type = fields.String(load_default=None, validate=validate.OneOf(listing.TYPES))
    status = fields.String(load_default=None, validate=validate.OneOf(listing.STATUSES))
    from_on = Day(load_default=None)
    to_on = Day(load_default=None)


class PrintQuery(Strict):
    """Which print: the recipient's original, the transporter's duplicate, the supplier's triplicate; A4 or a roll."""

    copy = fields.String(load_default="original", validate=validate.OneOf(papers.COPIES))
    size = fields.String(load_default="a4", validate=validate.OneOf(papers.SIZES))


class CorrectionIn(Strict):
    """What comes back of one line: a quantity in its unit, or the part of its value without tax."""

    line = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    qty = Thousandths(load_default=None, allow_none=True)
    taxable_minor = PositiveMinor(load_default=None, allow_none=True)


class CreditNoteIn(Strict):
    """A credit note with tax against an invoice."""

    kind = fields.String(load_default="return", validate=validate.OneOf(credit_notes.KINDS))
    reason = Text(longest=500, needed=True)
    lines = fields.List(fields.Nested(CorrectionIn), required=True, validate=validate.Length(1, 500))


class RaisedIn(Strict):
    """By how much the value of one line rises, without tax."""

    line = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    taxable_minor = PositiveMinor(required=True)


class TaxDebitNoteIn(Strict):
    """A debit note with tax against an invoice."""

    kind = fields.String(load_default="short_billed", validate=validate.OneOf(tuple(debit_notes.EARNED_AS)))
    reason = Text(longest=500, needed=True)
    due_on = Day(load_default=None, allow_none=True)
    lines = fields.List(fields.Nested(RaisedIn), required=True, validate=validate.Length(1, 500))


class AnswerIn(Strict):
    """What the portal answered: the reference number, its acknowledgement, and the signed code (JWT)."""

    irn = Text(longest=64, needed=True)
    ack_number = Text(longest=20, needed=True)
    ack_at = fields.AwareDateTime(required=True, format="iso", metadata={"maxLength": 40})
    signed_code = Text(longest=8_000, needed=True)


class Unsaved(Strict):
    """A document as `bahi invoice preview` reads it."""

    document = fields.Dict(required=True)


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(InvoicesQuery, location="query")
@blueprint.response(200)
def index(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """Documents of every type, newest first."""
    limit, after = query["limit"], decode(query["cursor"])
    rows = listing.page(
        session,
        retailer_id=retailers.find(session, query["retailer_id"]).id if query["retailer_id"] else None,
        document_type=query["document_type"],
        status=query["status"],
        from_on=query["from_on"],
        to_on=query["to_on"],
        limit=limit + 1,
        after=ids.parse("inv", after) if after else None,
    )
    return page(rows, limit, lambda invoice: ids.public("inv", invoice.id), show)


@blueprint.route("/preview", methods=["POST"])
@operation(EVERYBODY)
@blueprint.arguments(Unsaved)
@blueprint.response(200)
def compute(_session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """What a document would come to, with what deserves a look; nothing is saved."""
    return preview.preview(given["document"])


@blueprint.route("/<invoice_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200)
def read(session: Session, invoice_id: str) -> dict[str, Any]:
    """One document with its lines, its notes and what deserves a look."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    lines = papers.lines_of(session, invoice.id)
    return {
        **show(invoice),
        "details": invoice.details,
        "lines": [_line(line) for line in lines],
        "notes": [show(note) for note in listing.notes_on(session, invoice.id)],
        "registration": show_registration(registrations.of(session, invoice.id)),
        "warnings": [caution.as_dict() for caution in listing.cautions_of(session, invoice, lines)],
    }


@blueprint.route("/<invoice_id>/pdf", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PrintQuery, location="query")
@blueprint.response(200, content_type="application/pdf")
def pdf(session: Session, query: dict[str, Any], invoice_id: str) -> Response:
    """The document on paper."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    return answered(papers.pdf(session, invoice.id, query["copy"], query["size"]))


@blueprint.route("/<invoice_id>/credit-notes", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(CreditNoteIn)
@blueprint.response(201)
def credit_note(session: Session, given: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """Take goods back, or lower a price, with the tax of the original; its bill is settled first, the shop is told."""
    made = issue_credit_note(session, ids.parse("inv", invoice_id), given)
    if made.note is not None:
        notices.documents.note(session, made.note)
    return show_given(made)


@blueprint.route("/<invoice_id>/debit-notes", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(TaxDebitNoteIn)
@blueprint.response(201)
def debit_note(session: Session, given: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """Charge what an invoice charged too little, with its tax, as a bill of its own; the shop is told."""
    new = tax_debit_notes.NewDebitNote(
        invoice_id=ids.parse("inv", invoice_id),
        kind=given["kind"],
        reason=given["reason"],
        role=g.who.role,
        lines=[tax_debit_notes.Raised(one["line"], one["taxable_minor"]) for one in given["lines"]],
        due_on=given["due_on"],
    )
    note = tax_debit_notes.issue(session, new)
    notices.documents.note(session, note)
    return {**show(note), "bill": show_bill(session, bills.get(session, note.bill_id)) if note.bill_id else None}


@blueprint.route("/<invoice_id>/cancel", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(Undone)
@blueprint.response(200)
def cancel(session: Session, why: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """Cancel a document that nobody acted on: its number stays, what it did to the account is undone."""
    found = listing.get(session, ids.parse("inv", invoice_id))
    with releasing.making_room(session, found.retailer_id):
        return show(cancelling.cancel(session, found.id, why["reason"], g.who.role))


@blueprint.route("/<invoice_id>/registration", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(AnswerIn)
@blueprint.response(201)
def register(session: Session, given: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """Keep what the portal (IRP) answered for an e-invoice; refused when it is another document's. Never changed."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    answer = registrations.Answer(given["irn"], given["ack_number"], given["ack_at"], given["signed_code"])
    kept = filing.register(session, invoice, answer, g.who.role)
    return {"number": invoice.number, "registration": show_registration(kept)}


@blueprint.route("/<invoice_id>/links", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(201)
def share(session: Session, _given: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """A link to the PDF for seven days. It is shown this once: only its hash is kept."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    return {"url": sharing.mint(session, invoice.id), **show_link(sharing.links(session, invoice.id)[0])}


@blueprint.route("/<invoice_id>/links", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200)
def links(session: Session, invoice_id: str) -> dict[str, Any]:
    """The links that were given to people, and how often each was followed."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    return {"data": [show_link(link) for link in sharing.links(session, invoice.id)]}


@blueprint.route("/<invoice_id>/links/revoke", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Undone)
@blueprint.response(200)
def revoke(session: Session, why: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """End every live link of the document at once."""
    return {"revoked": sharing.revoke(session, ids.parse("inv", invoice_id), why["reason"])}


def issue_credit_note(session: Session, invoice_id: Any, given: dict[str, Any]) -> credit_notes.Given:
    """A credit note from a request's kind, reason and lines."""
    lines = [
        credit_notes.Correction(one["line"], int((one["qty"] or 0) * 1000), one["taxable_minor"] or 0)
        for one in given["lines"]
    ]
    new = credit_notes.NewCreditNote(invoice_id, given["kind"], given["reason"], g.who.role, lines)
    with releasing.making_room(session, listing.get(session, invoice_id).retailer_id):
        return credit_notes.issue(session, new)


def show_given(given: credit_notes.Given) -> dict[str, Any]:
    """A credit note and what its credit did."""
    receipt, note = given.receipt, given.note
    return {
        **(show(note) if note else {}),
        "adjustment_id": ids.public("adj", receipt.payment_id),
        "unapplied_minor": receipt.unapplied_minor,
        "outstanding_minor": receipt.outstanding_minor,
    }


def show_registration(kept: Registration | None) -> dict[str, Any] | None:
    """What the portal answered; None for a document that is not registered."""
    if kept is None:
        return None
    return {
        "irn": kept.irn,
        "ack_number": kept.ack_number,
        "ack_at": clock.rfc3339(kept.ack_at),
        "signed_code": kept.signed_code,
        "is_signed": kept.is_signed,
        "created_at": clock.rfc3339(kept.created_at),
    }


def show(invoice: Invoice) -> dict[str, Any]:
    """A document without its lines."""
    return {
        "id": ids.public("inv", invoice.id),
        "document_type": invoice.document_type,
        "number": invoice.number,
        "status": invoice.status,
        "retailer_id": retailers.public_id(invoice.retailer_id),
        "buyer": {name: invoice.buyer.get(name) for name in ("name", "gstin", "state_code")},
        "bill_id": ids.public("bil", invoice.bill_id) if invoice.bill_id else None,
        "refers_to_id": ids.public("inv", invoice.refers_to_id) if invoice.refers_to_id else None,
        "reason": invoice.reason,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "place_of_supply": invoice.place_of_supply,
        "reverse_charge": invoice.reverse_charge,
        "currency": invoice.currency,
        "discount_minor": invoice.discount_minor,
        "taxable_minor": invoice.taxable_minor,
        **{f"{head}_minor": getattr(invoice, f"{head}_minor") for head in HEADS},
        "round_off_minor": invoice.round_off_minor,
        "total_minor": invoice.total_minor,
        "pdf_sha256": invoice.pdf_sha256,
        "created_at": clock.rfc3339(invoice.created_at),
        "cancelled_at": clock.rfc3339(invoice.cancelled_at) if invoice.cancelled_at else None,
        "cancel_reason": invoice.cancel_reason,
    }


def _line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "line": line.line_no,
        "original_line": line.original_line_no,
        "sku": line.sku,
        "description": line.description,
        "hsn": line.hsn,
        "qty": line.qty_milli / 1000 if line.qty_milli % 1000 else line.qty_milli // 1000,
        "unit": line.unit,
        "price_minor": line.price_minor,
        "price_mode": line.price_mode,
        "rate_bps": line.rate_bps,
        "treatment": line.treatment,
        "discount_minor": line.discount_minor,
        "taxable_minor": line.taxable_minor,
        **{f"{head}_minor": getattr(line, f"{head}_minor") for head in HEADS},
        "total_minor": line.total_minor,
    }
