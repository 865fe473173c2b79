"""Issuing: the moment an invoice exists. Number, snapshot, tax and the bill it stands for, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, ids
from core.errors import DomainError
from credit import bills
from invoicing import series, snapshots
from invoicing.charging import Charge, Goods, Supply, charge, document_type
from invoicing.series import Place
from invoicing.tables import Invoice, InvoiceLine
from invoicing.tax import ComputedLine
from parties import organisations
from parties.tables import Organisation

HEADS = ("cgst", "sgst", "utgst", "igst", "cess")  # what an invoice row and the ledger have columns and accounts for


class CountryNotIssued(DomainError):
    """Quotes work for this country, documents do not yet."""

    code = "INVOICES_NOT_SUPPORTED"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, as printed. `gstin` decides the place of supply, else `state_code`, else it is over the counter."""

    name: str
    address: str = ""
    phone: str = ""
    gstin: str | None = None
    state_code: str | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be billed to whom. `source_id` is billed once; `issued_on` None is today."""

    source_id: UUID
    retailer_id: UUID
    buyer: Buyer
    lines: Sequence[Goods]
    payment_mode: str
    credit_days: int = 0
    reservation_id: UUID | None = None
    reference: str = ""
    issued_on: date | None = None


def issue(session: Session, request: Request) -> Invoice:
    """Issue the document and post its bill. Locks the number series, then the credit account.

    Cash is billed too, due the same day. Raises series.DateBeforeLast, bills.post's errors, Invalid.
    """
    seller = organisations.get(session)
    charged = charge(request.lines, _supply(seller, request.buyer))
    if not set(charged.taxes) <= set(HEADS):
        raise CountryNotIssued(f"Documents for {seller.country} cannot be issued yet.", country=seller.country)
    kind = document_type(request.lines)
    place = series.take(session, seller, kind, request.issued_on)
    due_on = place.issued_on + timedelta(days=request.credit_days if request.payment_mode == "CREDIT" else 0)
    bill = bills.post(session, _posting(request, charged, place, due_on))
    invoice = _invoice(request, seller, charged, place, kind, due_on, bill.id)
    session.add(invoice)
    session.flush()  # its lines refer to it
    session.add_all(_lines(invoice.id, request.lines, charged.lines))
    session.flush()  # the paper is read by plain SQL
    _audit(session, invoice)
    return invoice


def public_id(invoice_id: UUID) -> str:
    """`inv_...`"""
    return ids.public("inv", invoice_id)


def _supply(seller: Organisation, buyer: Buyer) -> Supply:
    return Supply(seller.state_code, buyer.state_code, buyer.gstin, seller.country)


def _posting(request: Request, charged: Charge, place: Place, due_on: date) -> bills.Posting:
    contra: Mapping[str, int] = {
        "sales": charged.taxable_minor,
        **{f"output_{head}": amount_minor for head, amount_minor in charged.taxes.items()},
        "round_off": charged.round_off_minor,
    }
    return bills.Posting(
        retailer_id=request.retailer_id,
        kind=bills.INVOICE,
        reference=place.number,
        bill_on=place.issued_on,
        due_on=due_on,
        amount_minor=charged.total_minor,
        contra={account: amount_minor for account, amount_minor in contra.items() if amount_minor},
        reservation_id=request.reservation_id,
    )


def _invoice(
    request: Request, seller: Organisation, charged: Charge, place: Place, kind: str, due_on: date, bill_id: UUID
) -> Invoice:
    return Invoice(
        id=ids.new(),
        document_type=kind,
        financial_year=place.financial_year,
        sequence=place.sequence,
        number=place.number,
        retailer_id=request.retailer_id,
        source_id=request.source_id,
        bill_id=bill_id,
        status="issued",
        issued_on=place.issued_on,
        due_on=due_on,
        place_of_supply=charged.place_of_supply,
        currency=charged.currency,
        seller=snapshots.seller(seller),
        buyer=_buyer(request),
        taxable_minor=charged.taxable_minor,
        **{f"{head}_minor": charged.taxes.get(head, 0) for head in HEADS},
        round_off_minor=charged.round_off_minor,
        total_minor=charged.total_minor,
        created_at=clock.now(),
    )


def _buyer(request: Request) -> dict[str, Any]:
    buyer = request.buyer
    return {
        "name": buyer.name,
        "address": buyer.address,
        "phone": buyer.phone,
        "gstin": buyer.gstin,
        "state_code": buyer.state_code,
        "code": buyer.code,
        "payment_mode": request.payment_mode,
        "reference": request.reference,
    }


def _lines(invoice_id: UUID, goods: Sequence[Goods], computed: Sequence[ComputedLine]) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            invoice_id=invoice_id,
            line_no=number,
            sku=item.sku,
            description=item.description,
            hsn=item.hsn,
            qty_milli=item.qty_milli,
            unit=item.unit,
            packs=item.packs,
            price_minor=item.price_minor,
            price_mode=item.price_mode,
            rate_bps=item.rate_bps,
            treatment=item.treatment,
            taxable_minor=money.taxable_minor,
            **{f"{head}_minor": money.taxes.get(head, 0) for head in HEADS},
            total_minor=money.total_minor,
        )
        for number, (item, money) in enumerate(zip(goods, computed, strict=True), start=1)
    ]


def _audit(session: Session, invoice: Invoice) -> None:
    audit.record(
        session,
        "invoice.issued",
        subject=public_id(invoice.id),
        retailer_id=invoice.retailer_id,
        after={
            "number": invoice.number,
            "total_minor": invoice.total_minor,
            "issued_on": invoice.issued_on.isoformat(),
            "due_on": invoice.due_on.isoformat(),
        },
    )
