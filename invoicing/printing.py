"""From an issued invoice to its paper: only what the invoice copied, nothing that could have changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import countries
from core.i18n import ENGLISH, N_
from countries.country import Country
from invoicing import logos, snapshots, upi
from invoicing.charging import quantity
from invoicing.pdf import (
    TITLES,
    InvoicePaper,
    Movement,
    PaperLine,
    PaperParty,
    PaperPayment,
    PaperRegistration,
    PrintedBill,
    StatementPaper,
    printed_heads,
    render,
    render_slip,
    render_statement,
    render_statement_slip,
    summarised,
)
from invoicing.pdf.figures import day
from invoicing.tables import (
    CANCELLED,
    COMMERCIAL_CREDIT_NOTE,
    ORDER_CONFIRMATION,
    PLAIN_BILL,
    SALES,
    Invoice,
    InvoiceLine,
    Paper,
    Registration,
)
from invoicing.writing import HEADS
from tax import THIRD_SCHEDULE, TaxTotals
from tax.rounding import THOUSANDTHS, divided

UNTAXED = {"exempt": "Exempt", "nil_rated": "Nil", "non_gst": "Non-GST"}
NOBODY_ASKS: dict[str, str] = {}  # without a registration no goods are taxed, and none are exempt
ZONE_SAYS_UNDER_LUT = (
    "SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS UNDER BOND OR LETTER OF UNDERTAKING"
    " WITHOUT PAYMENT OF INTEGRATED TAX"
)
COMPOSITION_SAYS = "Composition taxable person, not eligible to collect tax on supplies."
ZONE_SAYS = (  # the words of rule 46
    "SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS ON PAYMENT OF INTEGRATED TAX"
)
COMMERCIAL_SAYS = "Commercial credit note: no tax is changed by it, and the buyer keeps the input tax credit."
THIRD_SCHEDULE_SAYS = "Sales tax on goods of the Third Schedule is that on their printed retail price."
CONFIRMATION_SAYS = "This confirms your order; it is no tax invoice. Your bill comes with the goods."
CANCELLED_COPY = "CANCELLED"  # of what counts no more there is no original
COPY_LABELS = {
    "original": "ORIGINAL FOR RECIPIENT",
    "duplicate": "DUPLICATE FOR TRANSPORTER",
    "triplicate": "TRIPLICATE FOR SUPPLIER",
}


def drawn(paper: InvoicePaper, copy: str, size: str) -> bytes:
    """The paper drawn on this size, marked as this copy."""
    draw = render_slip if size == "80mm" else render
    return draw(replace(paper, copy_label=CANCELLED_COPY if paper.cancelled else COPY_LABELS[copy]))


def drawn_paper(kept: Paper, size: str = "a4") -> bytes:
    """A statement or an order confirmation drawn on this size."""
    if kept.kind == ORDER_CONFIRMATION:
        draw = render_slip if size == "80mm" else render
        return draw(confirmation_of(kept.content, kept.org_id))
    statement = replace(statement_of(kept.content), logo=_logo(kept.org_id, kept.content["seller"]))
    return render_statement_slip(statement) if size == "80mm" else render_statement(statement)


def confirmation_of(content: Mapping[str, Any], org_id: UUID) -> InvoicePaper:
    """What a kept order confirmation prints: an invoice's paper without what only a tax document says."""
    taxed = any(content["taxes"].values()) and not content["reverse_charge"]
    labels = UNTAXED if content["seller"]["gstin"] else NOBODY_ASKS
    printed = tuple(_promised(line, taxed, labels) for line in content["lines"])
    totals = TaxTotals(
        gross_minor=sum(line["gross_minor"] for line in content["lines"]),
        discount_minor=content["discount_minor"],
        taxable_minor=content["taxable_minor"],
        taxes=content["taxes"],
    )
    country = countries.of(content["seller"])
    return InvoicePaper(
        number=content["number"],
        issued_on=date.fromisoformat(content["confirmed_on"]),
        title=TITLES[ORDER_CONFIRMATION],
        copy_label="",
        seller=_party(content["seller"], country),
        buyer=_party(content["buyer"], country),
        ship_to=_party(content["ship_to"], country) if content["ship_to"] else None,
        lines=printed,
        totals=totals,
        round_off_minor=content["round_off_minor"],
        grand_total_minor=content["total_minor"],
        heads=printed_heads(totals),
        currency=content["currency"],
        place_of_supply=_place(country, content["place_of_supply"]),
        reverse_charge=content["reverse_charge"],
        references=_promise(content),
        notes=(CONFIRMATION_SAYS, *((f"Your note: {content['note']}",) if content["note"] else ())),
        terms=tuple(content["seller"].get("terms") or ()),
        logo=_logo(org_id, content["seller"]),
        is_signed=False,
        language=content["buyer"].get("language") or ENGLISH,
    )


def statement_of(content: Mapping[str, Any]) -> StatementPaper:
    """What a kept statement prints."""
    to_on, name = date.fromisoformat(content["to_on"]), content["buyer"].get("code") or "KHATA"
    reference = content.get("pay_reference") or f"{name}{to_on:%y%m%d}"
    return StatementPaper(
        seller=_party(content["seller"], countries.of(content["seller"])),
        buyer=_party(content["buyer"], countries.of(content["seller"])),
        from_on=date.fromisoformat(content["from_on"]),
        to_on=to_on,
        opening_minor=content["opening_minor"],
        closing_minor=content["closing_minor"],
        on_account_minor=content["on_account_minor"],
        disputed_minor=content["disputed_minor"],
        currency=content["currency"],
        movements=[Movement(**{**one, "on": date.fromisoformat(one["on"])}) for one in content["movements"]],
        open_bills=[
            PrintedBill(
                **{
                    **one,
                    "bill_on": date.fromisoformat(one["bill_on"]),
                    "due_on": date.fromisoformat(one["due_on"]),
                }
            )
            for one in content["open_bills"]
        ],
        payment=_payment(
            content["seller"], content["currency"], content["closing_minor"], reference, f"Account {name}"
        ),
        ageing=[(name, amount_minor) for name, amount_minor in content.get("ageing") or ()],
        language=content["buyer"].get("language") or ENGLISH,
    )


def paper_of(
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    original: Invoice | None = None,
    registration: Registration | None = None,
) -> InvoicePaper:
    """What this invoice prints. Equal invoices give equal papers. `original` is what a note corrects."""
    taxed = any(_taxes(invoice).values()) and not invoice.reverse_charge
    labels = NOBODY_ASKS if invoice.document_type == PLAIN_BILL else UNTAXED
    printed = tuple(_line(line, taxed, labels) for line in lines)
    totals = TaxTotals(
        gross_minor=sum(divided(line.qty_milli * line.price_minor, THOUSANDTHS) for line in lines),
        discount_minor=invoice.discount_minor if invoice.document_type in SALES else 0,
        taxable_minor=invoice.taxable_minor,
        taxes=_taxes(invoice),
    )
    ship_to, country = invoice.details.get("ship_to"), countries.of(invoice.seller)
    return InvoicePaper(
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on if invoice.bill_id and invoice.status != CANCELLED else None,
        title=_title(invoice),
        seller=_party(invoice.seller, country),
        buyer=_party(invoice.buyer, country),
        ship_to=_party(ship_to, country) if ship_to else None,
        lines=printed,
        totals=totals,
        round_off_minor=invoice.round_off_minor,
        grand_total_minor=invoice.total_minor,
        heads=printed_heads(totals),
        summary=summarised(printed),
        currency=invoice.currency,
        place_of_supply=_place(country, invoice.place_of_supply),
        reverse_charge=invoice.reverse_charge,
        references=_references(invoice),
        carriage=_carriage(invoice.details),
        registration=_registration(registration, country) if registration else None,
        refers_to=(original.number, original.issued_on) if original else None,
        payment=_payable(invoice),
        cancelled=_cancelled(invoice, country),
        notes=(*_notes(invoice), *_by_printed_price(lines)),
        terms=tuple(invoice.seller.get("terms") or ()) if invoice.document_type in SALES else (),
        logo=_logo(invoice.org_id, invoice.seller),
        language=invoice.buyer.get("language") or ENGLISH,
        balance=_balance(invoice),
    )


def _promise(content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """When the goods come and how they are paid."""
    days, comes_on = content["credit_days"], content["deliver_on"]
    paid = "Cash on delivery" if days is None else f"On credit, {days} days" if days else "On credit"
    comes = ((N_("Delivery"), day(date.fromisoformat(comes_on))),) if comes_on else ()
    return (*comes, (N_("Payment"), paid), *_bought(content["details"]))


def _promised(line: Mapping[str, Any], taxed: bool, labels: Mapping[str, str]) -> PaperLine:
    return PaperLine(
        description=line["description"],
        qty=quantity(line["qty_milli"]),
        unit=line["unit"],
        unit_price_minor=line["price_minor"],
        discount_minor=line["discount_minor"],
        taxable_minor=line["taxable_minor"],
        rate_bps=line["rate_bps"],
        taxes=line["taxes"],
        total_minor=line["total_minor"],
        hsn=line["hsn"],
        note=line["packs"],
        rate_label=labels.get(line["treatment"], ""),
        price_includes_tax=_holds_tax(line["price_mode"], line["rate_bps"], taxed),
        mrp_minor=line.get("mrp_minor"),
    )


def _references(invoice: Invoice) -> tuple[tuple[str, str], ...]:
    if invoice.document_type not in SALES:
        return ()
    order = invoice.buyer.get("reference")
    return (*(((N_("Order"), order),) if order else ()), *_bought(invoice.details))


def _bought(known: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The number that the order has at the buyer's."""
    bought = known.get("po") or {}
    if not bought.get("number"):
        return ()
    on = f" of {day(date.fromisoformat(bought['on']))}" if bought.get("on") else ""
    return ((N_("Your order"), f"{bought['number']}{on}"),)


def _carriage(known: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """How the goods travel, as far as it was told."""
    way = known.get("transport") or {}
    rows = (
        (N_("E-way bill"), way.get("eway_bill", "")),
        (N_("Vehicle"), way.get("vehicle", "")),
        (N_("Transporter"), way.get("transporter", "")),
        (N_("Transporter ID"), way.get("transporter_id", "")),
        (N_("LR / RR"), way.get("document", "")),
    )
    return tuple((label, value) for label, value in rows if value)


def _registration(known: Registration, country: Country) -> PaperRegistration:
    """What the portal answered, by the clock of its country."""
    acknowledged = known.ack_at.astimezone(ZoneInfo(country.timezone))
    return PaperRegistration(
        irn=known.irn,
        ack_number=known.ack_number,
        ack_at=f"{day(acknowledged.date())}, {acknowledged:%H:%M}",
        signed_code=known.signed_code,
    )


def _balance(invoice: Invoice) -> tuple[int, int] | None:
    """What the buyer owed before the document and owes with it; None where that was not noted."""
    known = invoice.details.get("balance")
    return (known["before_minor"], known["after_minor"]) if known else None


def _payable(invoice: Invoice) -> PaperPayment:
    """How to pay what the document asks for; a credit note asks for nothing, nor does what is cancelled."""
    if invoice.bill_id is None or invoice.status == CANCELLED:
        return PaperPayment()
    number = invoice.number
    return _payment(invoice.seller, invoice.currency, invoice.total_minor, number, f"Inv {number}")


def _cancelled(invoice: Invoice, country: Country) -> str:
    """Since when a cancelled document counts no more, and why."""
    if invoice.status != CANCELLED or invoice.cancelled_at is None:
        return ""
    on = day(invoice.cancelled_at.astimezone(ZoneInfo(country.timezone)).date())
    return f"On {on}. Reason: {invoice.cancel_reason or 'not given'}. Nothing is to be paid or claimed by it."


def _notes(invoice: Invoice) -> tuple[str, ...]:
    """What the law or the reader wants said in words."""
    said = list(invoice.details.get("notes") or [])
    if invoice.seller.get("scheme") == "composition":
        said.insert(0, COMPOSITION_SAYS)
    if invoice.document_type == COMMERCIAL_CREDIT_NOTE:
        said.insert(0, COMMERCIAL_SAYS)
    if invoice.reason:
        said.insert(0, f"Reason: {invoice.reason}")
    if invoice.reverse_charge:
        said.append("Tax on this supply is payable by the recipient on reverse charge; it is not part of the total.")
    if invoice.buyer.get("sez") and invoice.igst_minor:  # exempt goods on a bill of supply pay none
        said.append(ZONE_SAYS)
    if invoice.details.get("lut"):
        said += [ZONE_SAYS_UNDER_LUT, f"Letter of undertaking: ARN {invoice.details['lut']}"]
    return tuple(said)


def _by_printed_price(lines: Sequence[InvoiceLine]) -> tuple[str, ...]:
    return (THIRD_SCHEDULE_SAYS,) if any(line.treatment == THIRD_SCHEDULE for line in lines) else ()


def _logo(org_id: UUID, seller: Mapping[str, Any]) -> bytes:
    return logos.read(str(org_id), seller.get("logo")) or b""


def _holds_tax(price_mode: str, rate_bps: int, taxed: bool) -> bool:
    """Whether a price has tax inside: the seller charges some, and there is one on these goods."""
    return taxed and price_mode == "inclusive" and rate_bps > 0


def _line(line: InvoiceLine, taxed: bool, labels: Mapping[str, str]) -> PaperLine:
    return PaperLine(
        description=line.description,
        qty=quantity(line.qty_milli),
        unit=line.unit,
        unit_price_minor=line.price_minor,
        discount_minor=line.discount_minor,
        taxable_minor=line.taxable_minor,
        rate_bps=line.rate_bps,
        taxes=_taxes(line),
        total_minor=line.total_minor,
        hsn=line.hsn,
        note=line.packs,
        rate_label=labels.get(line.treatment, ""),
        price_includes_tax=_holds_tax(line.price_mode, line.rate_bps, taxed),
        mrp_minor=line.mrp_minor,
    )


def _taxes(row: Invoice | InvoiceLine) -> dict[str, int]:
    return {head: getattr(row, f"{head}_minor") for head in HEADS}


def _party(known: Mapping[str, Any], country: Country) -> PaperParty:
    state = country.region_of(known.get("state_code"), known.get("gstin")) or ""
    return PaperParty(
        name=known["name"],
        address=tuple(line.strip() for line in (known.get("address") or "").splitlines() if line.strip()),
        tax_ids=_tax_ids(known, country),
        state_code=state if country.regions.decide_tax else "",
        state_name=country.regions.name(state),
        phone=known.get("phone") or "",
        email=known.get("email") or "",
        licences=tuple((name, number) for name, number in known.get("licences") or ()),
    )


def _tax_ids(known: Mapping[str, Any], country: Country) -> tuple[tuple[str, str], ...]:
    number, second, how = known.get("gstin") or "", known.get("ntn") or "", country.registration
    return tuple((name, value) for name, value in ((how.label(number), number), (how.second, second)) if name and value)


def _place(country: Country, code: str) -> str:
    """`Gujarat (24)`; nothing where the tax is federal."""
    return f"{country.regions.name(code)} ({code})" if country.regions.decide_tax else ""


def _title(invoice: Invoice) -> str:
    """What the document is called in its country."""
    kind = invoice.document_type
    return countries.of(invoice.seller).papers.titles.get(kind, TITLES[kind])


def _payment(seller: Mapping[str, Any], currency: str, amount_minor: int, number: str, note: str) -> PaperPayment:
    return PaperPayment(
        vpa=(seller.get("upi_vpa") or "") if currency == upi.CURRENCY else "",
        upi_link=snapshots.upi_link(seller, currency, amount_minor, number, note),
        bank=snapshots.bank_rows(seller),
    )
