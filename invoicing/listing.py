"""Finding documents: one, a page of them, the notes on one, and what deserves a look on it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import countries
import tax
from core import db
from countries.cautions import Caution, Deal, Sold
from credit.settings import CreditSettings
from invoicing.charging import CHARGE_SKU
from invoicing.settings import InvoicingSettings
from invoicing.tables import CANCELLED, ISSUED, NOTES, SALES, Invoice, InvoiceLine

TYPES = (*SALES, *NOTES)
STATUSES = (ISSUED, CANCELLED)
MAX_SEARCHED = 500


def get(session: Session, invoice_id: UUID) -> Invoice:
    """One document. Raises NotFound."""
    return db.fetch(session, Invoice, invoice_id)


def page(
    session: Session,
    *,
    retailer_id: UUID | None = None,
    document_type: str | None = None,
    status: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    limit: int = 50,
    after: UUID | None = None,
) -> list[Invoice]:
    """Documents, newest first; `after` is the last one of the page before."""
    wanted = select(Invoice).where(Invoice.org_id == db.org_of(session))
    known = {
        Invoice.retailer_id: retailer_id,
        Invoice.document_type: document_type,
        Invoice.status: status,
    }
    for column, value in known.items():
        if value is not None:
            wanted = wanted.where(column == value)
    if from_on is not None:
        wanted = wanted.where(Invoice.issued_on >= from_on)
    if to_on is not None:
        wanted = wanted.where(Invoice.issued_on <= to_on)
    if after is not None:
        wanted = wanted.where(Invoice.id < after)  # ids rise with time
    return list(session.scalars(wanted.order_by(Invoice.id.desc()).limit(limit)))


def latest(session: Session, retailer_id: UUID) -> list[Invoice]:
    """A shop's documents by their day, newest first: as many as anybody looks for one in."""
    found = (
        select(Invoice)
        .where(Invoice.org_id == db.org_of(session), Invoice.retailer_id == retailer_id)
        .order_by(Invoice.issued_on.desc(), Invoice.id.desc())
    )
    return list(session.scalars(found.limit(MAX_SEARCHED)))


def notes_on(session: Session, invoice_id: UUID) -> list[Invoice]:
    """The notes that correct an invoice, oldest first, cancelled ones too."""
    found = select(Invoice).where(Invoice.org_id == db.org_of(session), Invoice.refers_to_id == invoice_id)
    return list(session.scalars(found.order_by(Invoice.id)))


def cautions_of(session: Session, invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[Caution]:
    """What deserves a look on a document of sale; nothing on a note."""
    if invoice.document_type not in SALES:
        return []
    ours, address = InvoicingSettings.current(session), invoice.details.get("ship_to") or invoice.buyer
    return countries.of(invoice.seller).cautions(
        Deal(
            lines=[_sold(line) for line in lines],
            total_minor=invoice.total_minor,
            seller_state=invoice.seller.get("state_code") or "",
            place_of_supply=invoice.place_of_supply,
            buyer_tax_id=invoice.buyer.get("gstin"),
            buyer_address=address.get("address") or "",
            buyer_state=address.get("state_code"),
            goods_to=address.get("address") or "",
            is_cash=invoice.buyer.get("payment_mode") == "CASH",
            hsn_digits=ours.hsn_digits,
            eway_limit_minor=ours.eway_limit_minor,
            cash_limit_minor=CreditSettings.current(session).cash_limit_minor,
        )
    )


def _sold(line: InvoiceLine) -> Sold:
    return Sold(
        hsn=line.hsn,
        qty_milli=line.qty_milli,
        total_minor=line.total_minor,
        taxable_minor=line.taxable_minor,
        treatment=next(known for known in tax.SUPPLIED if known == line.treatment),
        mrp_minor=line.mrp_minor,
        is_charge=line.sku == CHARGE_SKU,
    )
