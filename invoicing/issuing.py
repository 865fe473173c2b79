"""Issuing: the moment an invoice exists. Number, snapshot, tax and the bill it stands for, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.errors import DomainError
from core.i18n import ENGLISH
from credit import bills, reservations
from credit.bills import Posted
from invoicing import charging, series, snapshots, transport, writing
from invoicing.charging import NO_DISCOUNT, Charge, Goods, Supply, charge, document_type
from invoicing.series import SeriesPlace
from invoicing.settings import InvoicingSettings, is_registered
from invoicing.tables import Invoice
from invoicing.transport import UNTOLD, Transport
from invoicing.writing import HEADS, Draft, DraftLine
from parties import organisations
from parties.tables import Organisation, Retailer
from tax import ZERO_RATED, Discount


class CountryNotIssued(DomainError):
    """Quotes work for this country, documents do not yet."""

    code = "INVOICES_NOT_SUPPORTED"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, as printed. `gstin` decides the place of supply, else `state_code`, else it is over the counter.

    Labels stand in the buyer's `language` beside English.
    """

    name: str
    address: str = ""
    phone: str = ""
    gstin: str | None = None
    state_code: str | None = None
    code: str = ""
    is_sez: bool = False
    language: str = ENGLISH


def buyer_of(retailer: Retailer) -> Buyer:
    """The shop, as its bill names it."""
    return Buyer(
        name=retailer.name,
        address=retailer.address,
        phone=retailer.phone,
        gstin=retailer.gstin,
        state_code=retailer.state_code,
        code=retailer.code,
        is_sez=retailer.sez,
        language=retailer.language,
    )


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be billed to whom. `source_id` is billed once; `issued_on` None is today.

    The credit that `promised_for` names goes over into the bill; None for cash.

    `discount` is the invoice's own, before tax. `ship_to` is who gets the goods when it is not the buyer.
    `po_number` is the buyer's own order number.
    """

    source_id: UUID
    retailer_id: UUID
    buyer: Buyer
    lines: Sequence[Goods]
    payment_mode: str
    credit_days: int = 0
    promised_for: UUID | None = None
    reference: str = ""
    issued_on: date | None = None
    discount: Discount = NO_DISCOUNT
    ship_to: Buyer | None = None
    reverse_charge: bool = False
    notes: Sequence[str] = ()
    po_number: str = ""
    po_on: date | None = None
    transport: Transport = UNTOLD


def issue(session: Session, request: Request) -> Invoice:
    """Issue the document and post its bill. Locks the number series, then the credit account.

    Cash is billed too, due the same day. A total above what was promised is promised first, by the same rules. Raises
    series.DateBeforeLast, guardrails.Refused, bills.post's errors, Invalid.
    """
    seller = organisations.get(session)
    request = as_supplied(seller, request)
    money = charged(seller, request)
    if not set(money.taxes) <= set(HEADS):
        raise CountryNotIssued(f"Documents for {seller.country} cannot be issued yet.", country=seller.country)
    kind = document_type(request.lines, _supply(seller, request))
    place = series.take(session, seller, kind, request.issued_on)
    due_on = place.issued_on + timedelta(days=request.credit_days if request.payment_mode == "CREDIT" else 0)
    promised = request.promised_for
    reservation_id = reservations.cover(session, request.retailer_id, promised, money.total_minor) if promised else None
    posted = bills.posted(session, _posting(request, money, place, due_on, reservation_id))
    return writing.write(session, _draft(request, seller, money, place, kind, posted))


def as_supplied(seller: Organisation, request: Request) -> Request:
    """The request with its goods as this seller sells them to this buyer."""
    return replace(request, lines=charging.as_supplied(request.lines, _supply(seller, request)))


def charged(seller: Organisation, request: Request) -> Charge:
    """What the document would come to. Raises Invalid."""
    return charge(request.lines, _supply(seller, request), request.discount)


def asks_for_tax(seller: Organisation, request: Request) -> bool:
    """Whether the seller asks this buyer for tax at all."""
    supply = _supply(seller, request)
    return supply.tax_charged and not request.reverse_charge and not supply.is_zero_rated


def _supply(seller: Organisation, request: Request) -> Supply:
    buyer, ship_to, ours = request.buyer, request.ship_to, InvoicingSettings.of(seller)
    return Supply(
        seller_state=seller.state_code,
        buyer_state=buyer.state_code,
        buyer_tax_id=buyer.gstin,
        country=seller.country,
        delivery_state=ship_to.state_code if ship_to else None,
        is_sez=buyer.is_sez,
        is_composition=ours.is_composition,
        reverse_charge=request.reverse_charge,
        further_tax_bps=ours.further_tax_bps,
        is_registered=is_registered(seller),
        under_lut=ours.is_under_lut(request.issued_on or clock.today(seller.timezone)),
    )


def _posting(
    request: Request, charged: Charge, place: SeriesPlace, due_on: date, reservation_id: UUID | None
) -> bills.Posting:
    money = {"taxable": charged.taxable_minor, **charged.taxes, "round_off": charged.round_off_minor}
    return bills.Posting(
        retailer_id=request.retailer_id,
        kind=bills.INVOICE,
        reference=place.number,
        bill_on=place.issued_on,
        due_on=due_on,
        amount_minor=charged.total_minor,
        contra=writing.books("sales", money, reverse_charge=request.reverse_charge),
        reservation_id=reservation_id,
    )


def _draft(
    request: Request, seller: Organisation, charged: Charge, place: SeriesPlace, kind: str, posted: Posted
) -> Draft:
    return Draft(
        document_type=kind,
        place=place,
        retailer_id=request.retailer_id,
        source_id=request.source_id,
        seller=snapshots.seller(seller),
        buyer={**party(request.buyer), "payment_mode": request.payment_mode, "reference": request.reference},
        lines=[DraftLine(*pair) for pair in zip(request.lines, charged.lines, strict=True)],
        place_of_supply=charged.place_of_supply,
        currency=charged.currency,
        taxes=charged.taxes,
        round_off_minor=charged.round_off_minor,
        total_minor=charged.total_minor,
        due_on=posted.bill.due_on,
        bill_id=posted.bill.id,
        reverse_charge=request.reverse_charge,
        details={**details(request), **_letter(seller, request), "balance": posted.balance},
    )


def _letter(seller: Organisation, request: Request) -> dict[str, str]:
    """The number of the letter of undertaking under which goods go without tax, as the document copies it."""
    lut = InvoicingSettings.of(seller).lut
    return {"lut": lut.arn} if lut and any(item.treatment == ZERO_RATED for item in request.lines) else {}


def details(request: Request) -> dict[str, Any]:
    """What else is printed, as far as it was said."""
    bought = {"number": request.po_number, "on": request.po_on.isoformat() if request.po_on else None}
    told = {
        "ship_to": party(request.ship_to) if request.ship_to else None,
        "notes": list(request.notes),
        "po": bought if request.po_number else None,
        "transport": transport.dumped(request.transport),
    }
    return {name: value for name, value in told.items() if value}


def party(buyer: Buyer) -> dict[str, Any]:
    """A buyer or consignee as documents copy it."""
    known = {
        "name": buyer.name,
        "address": buyer.address,
        "phone": buyer.phone,
        "gstin": buyer.gstin,
        "state_code": buyer.state_code,
        "code": buyer.code,
    }
    said = {"sez": buyer.is_sez, "language": buyer.language if buyer.language != ENGLISH else ""}
    return {**known, **{name: value for name, value in said.items() if value}}
