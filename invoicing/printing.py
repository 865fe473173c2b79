"""From an issued invoice to its paper: only what the invoice copied, nothing that could have changed since."""

from collections.abc import Mapping, Sequence
from typing import Any

from invoicing.charging import quantity
from invoicing.issuing import HEADS
from invoicing.pdf import (
    TITLES,
    InvoicePaper,
    PaperLine,
    PaperParty,
    PaperPayment,
    printed_heads,
    render,
    summarised,
)
from invoicing.tables import Invoice, InvoiceLine
from invoicing.tax import Totals
from invoicing.tax.rounding import THOUSANDTHS, divided
from invoicing.upi import MAX_AMOUNT_MINOR, pay_link
from parties.states import state_name

__all__ = ["paper_of", "render"]


def paper_of(invoice: Invoice, lines: Sequence[InvoiceLine]) -> InvoicePaper:
    """What this invoice prints. Equal invoices give equal papers."""
    printed = tuple(_line(line) for line in lines)
    totals = Totals(
        gross_minor=sum(divided(line.qty_milli * line.price_minor, THOUSANDTHS) for line in lines),
        discount_minor=0,
        taxable_minor=invoice.taxable_minor,
        taxes=_taxes(invoice),
    )
    reference = invoice.buyer.get("reference")
    return InvoicePaper(
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        title=TITLES[invoice.document_type],
        seller=_party(invoice.seller),
        buyer=_party(invoice.buyer),
        lines=printed,
        totals=totals,
        round_off_minor=invoice.round_off_minor,
        grand_total_minor=invoice.total_minor,
        heads=printed_heads(totals),
        summary=summarised(printed),
        currency=invoice.currency,
        place_of_supply=f"{state_name(invoice.place_of_supply)} ({invoice.place_of_supply})",
        prices_include_tax=all(line.price_mode == "inclusive" for line in lines),
        references=(("Order", reference),) if reference else (),
        payment=_payment(invoice),
    )


def _line(line: InvoiceLine) -> PaperLine:
    return PaperLine(
        description=line.description,
        qty=quantity(line.qty_milli),
        unit=line.unit,
        unit_price_minor=line.price_minor,
        discount_minor=0,
        taxable_minor=line.taxable_minor,
        rate_bps=line.rate_bps,
        taxes=_taxes(line),
        total_minor=line.total_minor,
        hsn=line.hsn,
        note=line.packs,
    )


def _taxes(row: Invoice | InvoiceLine) -> dict[str, int]:
    return {head: getattr(row, f"{head}_minor") for head in HEADS}


def _party(known: Mapping[str, Any]) -> PaperParty:
    state = known.get("state_code") or (known.get("gstin") or "")[:2]
    return PaperParty(
        name=known["name"],
        address=tuple(line.strip() for line in (known.get("address") or "").splitlines() if line.strip()),
        tax_ids=(("GSTIN", known["gstin"]),) if known.get("gstin") else (),
        state_code=state,
        state_name=state_name(state),
        phone=known.get("phone") or "",
    )


def _payment(invoice: Invoice) -> PaperPayment:
    vpa = invoice.seller.get("upi_vpa")
    if not vpa or invoice.currency != "INR" or invoice.total_minor > MAX_AMOUNT_MINOR:
        return PaperPayment()
    link = pay_link(
        vpa=vpa,
        name=invoice.seller["name"],
        amount_minor=invoice.total_minor,
        reference=invoice.number,
        note=f"Inv {invoice.number}",
    )
    return PaperPayment(vpa=vpa, upi_link=link)
