"""The rows of a document: its snapshot and its lines, written once, with the audit entry that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.events import happened
from invoicing.charging import Goods
from invoicing.events import NoteIssued
from invoicing.series import SeriesPlace
from invoicing.tables import ISSUED, NOTES, Invoice, InvoiceLine
from tax import ComputedLine

# What an invoice row and the ledger have columns and accounts for: the heads of every country that is served.
HEADS = ("cgst", "sgst", "utgst", "igst", "cess", "sales_tax", "further_tax")


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line to be printed. `original_line_no` is the invoice's line that a note corrects."""

    goods: Goods
    money: ComputedLine
    original_line_no: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it has rows. Amounts are above zero on every type."""

    document_type: str
    place: SeriesPlace
    retailer_id: UUID
    source_id: UUID
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    lines: Sequence[DraftLine]
    place_of_supply: str
    currency: str
    taxes: Mapping[str, int]
    round_off_minor: int
    total_minor: int
    due_on: date
    bill_id: UUID | None = None
    payment_id: UUID | None = None
    refers_to_id: UUID | None = None
    reason: str | None = None
    reverse_charge: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)
    goods: str | None = None


def write(session: Session, draft: Draft) -> Invoice:
    """Write the document and its lines, audited."""
    invoice = _invoice(draft)
    session.add(invoice)
    session.flush()  # its lines refer to it
    session.add_all(_line(invoice.id, number, line) for number, line in enumerate(draft.lines, start=1))
    session.flush()  # the paper is read by plain SQL
    _audit(session, invoice)
    if invoice.document_type in NOTES:
        happened(session, NoteIssued(invoice.id))
    return invoice


def books(taxable_account: str, document: Mapping[str, int], *, reverse_charge: bool = False) -> dict[str, int]:
    """The accounts that a document moves, from its `taxable`, its heads and its `round_off`; they sum to its total."""
    heads = {} if reverse_charge else {f"output_{head}": document.get(head, 0) for head in HEADS}
    contra = {taxable_account: document["taxable"], **heads, "round_off": document["round_off"]}
    return {account: amount_minor for account, amount_minor in contra.items() if amount_minor}


def _invoice(draft: Draft) -> Invoice:
    return Invoice(
        id=ids.new(),
        document_type=draft.document_type,
        financial_year=draft.place.financial_year,
        sequence=draft.place.sequence,
        number=draft.place.number,
        retailer_id=draft.retailer_id,
        source_id=draft.source_id,
        bill_id=draft.bill_id,
        payment_id=draft.payment_id,
        refers_to_id=draft.refers_to_id,
        reason=draft.reason,
        status=ISSUED,
        goods=draft.goods,
        issued_on=draft.place.issued_on,
        due_on=draft.due_on,
        place_of_supply=draft.place_of_supply,
        currency=draft.currency,
        seller=dict(draft.seller),
        buyer=dict(draft.buyer),
        details=dict(draft.details),
        reverse_charge=draft.reverse_charge,
        discount_minor=sum(_discount(line.money) for line in draft.lines),
        taxable_minor=sum(line.money.taxable_minor for line in draft.lines),
        **{f"{head}_minor": draft.taxes.get(head, 0) for head in HEADS},
        round_off_minor=draft.round_off_minor,
        total_minor=draft.total_minor,
        created_at=clock.now(),
        issued_by=audit.actor().name,
    )


def _line(invoice_id: UUID, number: int, line: DraftLine) -> InvoiceLine:
    goods, money = line.goods, line.money
    return InvoiceLine(
        invoice_id=invoice_id,
        line_no=number,
        sku=goods.sku,
        description=goods.description,
        hsn=goods.hsn,
        qty_milli=goods.qty_milli,
        unit=goods.unit,
        packs=goods.packs,
        price_minor=goods.price_minor,
        price_mode=goods.price_mode,
        rate_bps=goods.rate_bps,
        cess_bps=goods.cess_bps,
        mrp_minor=goods.mrp_minor,
        original_line_no=line.original_line_no,
        treatment=goods.treatment,
        discount_minor=_discount(money),
        taxable_minor=money.taxable_minor,
        **{f"{head}_minor": money.taxes.get(head, 0) for head in HEADS},
        total_minor=money.total_minor,
    )


def _discount(money: ComputedLine) -> int:
    return money.line_discount_minor + money.invoice_discount_share_minor


def _audit(session: Session, invoice: Invoice) -> None:
    audit.record(
        session,
        "invoice.issued",
        subject=ids.public("inv", invoice.id),
        retailer_id=invoice.retailer_id,
        after={
            "number": invoice.number,
            "document_type": invoice.document_type,
            "total_minor": invoice.total_minor,
            "issued_on": invoice.issued_on.isoformat(),
            "due_on": invoice.due_on.isoformat(),
        },
        reason=invoice.reason,
    )
