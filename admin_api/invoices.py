"""Documents: invoices and the notes that correct them, their prints, their links; what an unsaved one comes to."""

from typing import Any

from flask import Response, g
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.invoices import (
    CreditNoteOut,
    DebitNoteOut,
    InvoiceInFullOut,
    InvoiceOut,
    PreviewOut,
    RegisteredOut,
)
from admin_api.answers.papers import NewShareOut, RevokedOut, ShareOut
from admin_api.answers.shape import Beside, page_of
from admin_api.papers import Undone, answered
from admin_api.shapes import Day, Id, Listed, Nothing, PageQuery, PositiveMinor, Strict, Text, Thousandths, decode, page
from admin_api.spec import Blueprint
from core import ids
from credit import bills, debit_notes
from invoicing import cancelling, credit_notes, listing, papers, preview, registrations, sharing
from invoicing import debit_notes as tax_debit_notes
from invoicing.tables import GOODS, SHELF, Invoice
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
    """A credit note with tax against an invoice.

    `goods` says where they went that came back: by its kind when nobody says, else `shelf`, `damaged` (not put back)
    or `kept` by the shop.
    """

    kind = fields.String(load_default="return", validate=validate.OneOf(credit_notes.KINDS))
    reason = Text(longest=500, needed=True)
    lines = fields.List(fields.Nested(CorrectionIn), required=True, validate=validate.Length(1, 500))
    goods = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(GOODS)))


class CancellationIn(Undone):
    """Why a document is cancelled, and where its goods go: on the shelf again, `damaged`, or `kept` by the shop."""

    goods = fields.String(load_default=SHELF, validate=validate.OneOf(list(GOODS)))


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
@blueprint.response(200, page_of(InvoiceOut))
def index(session: Session, query: dict[str, Any]) -> Listed:
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
    return page(rows, limit, lambda invoice: ids.public("inv", invoice.id))


@blueprint.route("/preview", methods=["POST"])
@operation(EVERYBODY)
@blueprint.arguments(Unsaved)
@blueprint.response(200, PreviewOut)
def compute(_session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """What a document would come to, with what deserves a look; nothing is saved."""
    return preview.preview(given["document"])


@blueprint.route("/<invoice_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, InvoiceInFullOut)
def read(session: Session, invoice_id: str) -> Beside:
    """One document with its lines, its notes and what deserves a look."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    lines = papers.lines_of(session, invoice.id)
    return Beside(
        invoice,
        lines=lines,
        notes=listing.notes_on(session, invoice.id),
        registration=registrations.of(session, invoice.id),
        warnings=listing.cautions_of(session, invoice, lines),
    )


@blueprint.route("/<invoice_id>/pdf", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PrintQuery, location="query")
@blueprint.response(200, files=["application/pdf"])
def pdf(session: Session, query: dict[str, Any], invoice_id: str) -> Response:
    """The document on paper."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    return answered(papers.pdf(session, invoice.id, query["copy"], query["size"]))


@blueprint.route("/<invoice_id>/credit-notes", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(CreditNoteIn)
@blueprint.response(201, CreditNoteOut)
def credit_note(session: Session, given: dict[str, Any], invoice_id: str) -> Beside:
    """Take goods back, or lower a price, with the tax of the original; its bill is settled first, the shop is told."""
    made = issue_credit_note(session, ids.parse("inv", invoice_id), given)
    return _told(made)


@blueprint.route("/<invoice_id>/debit-notes", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(TaxDebitNoteIn)
@blueprint.response(201, DebitNoteOut)
def debit_note(session: Session, given: dict[str, Any], invoice_id: str) -> Beside:
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
    return Beside(note, bill=bills.get(session, note.bill_id) if note.bill_id else None)


@blueprint.route("/<invoice_id>/cancel", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(CancellationIn)
@blueprint.response(200, InvoiceOut)
def cancel(session: Session, why: dict[str, Any], invoice_id: str) -> Invoice:
    """Cancel a document that nobody acted on: its number stays, what it did to the account and the shelf is undone."""
    found = listing.get(session, ids.parse("inv", invoice_id))
    return cancelling.cancel(session, found.id, why["reason"], g.who.role, why["goods"])


@blueprint.route("/<invoice_id>/registration", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(AnswerIn)
@blueprint.response(201, RegisteredOut)
def register(session: Session, given: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """Keep what the portal (IRP) answered for an e-invoice; refused when it is another document's. Never changed."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    answer = registrations.Answer(given["irn"], given["ack_number"], given["ack_at"], given["signed_code"])
    kept = filing.register(session, invoice, answer, g.who.role)
    return {"number": invoice.number, "registration": kept}


@blueprint.route("/<invoice_id>/links", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(201, NewShareOut)
def share(session: Session, _given: dict[str, Any], invoice_id: str) -> Beside:
    """A link to the PDF for seven days. It is shown this once: only its hash is kept."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    url = sharing.mint(session, invoice.id)
    return Beside(sharing.links(session, invoice.id)[0], url=url)


@blueprint.route("/<invoice_id>/links", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, page_of(ShareOut))
def links(session: Session, invoice_id: str) -> Listed:
    """The links that were given to people, and how often each was followed."""
    invoice = listing.get(session, ids.parse("inv", invoice_id))
    return Listed(sharing.links(session, invoice.id))


@blueprint.route("/<invoice_id>/links/revoke", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Undone)
@blueprint.response(200, RevokedOut)
def revoke(session: Session, why: dict[str, Any], invoice_id: str) -> dict[str, Any]:
    """End every live link of the document at once."""
    return {"revoked": sharing.revoke(session, ids.parse("inv", invoice_id), why["reason"])}


def issue_credit_note(session: Session, invoice_id: Any, given: dict[str, Any]) -> credit_notes.Given:
    """A credit note from a request's kind, reason and lines."""
    lines = [
        credit_notes.Correction(one["line"], int((one["qty"] or 0) * 1000), one["taxable_minor"] or 0)
        for one in given["lines"]
    ]
    new = credit_notes.NewCreditNote(
        invoice_id, given["kind"], given["reason"], g.who.role, lines, goods=given["goods"]
    )
    return credit_notes.issue(session, new)


def _told(given: credit_notes.Given) -> Beside:
    """A credit note and what its credit did."""
    receipt = given.receipt
    return Beside(
        given.note,
        adjustment_id=receipt.payment_id,
        unapplied_minor=receipt.unapplied_minor,
        outstanding_minor=receipt.outstanding_minor,
    )
