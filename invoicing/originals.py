"""The invoice that a note corrects: its money as it was computed, and what earlier notes have taken from it.

A line is corrected either by quantity (goods came back) or by value (it was charged too dearly). Both go the same way:
by value, the "quantity" of a line is its taxable value in paise, in thousandths as quantities are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import countries
import tax
from core import db
from core.errors import DomainError, Invalid
from invoicing import papers
from invoicing.charging import Goods, quantity
from invoicing.tables import CANCELLED, CREDIT_NOTE, NOTES, Invoice, InvoiceLine
from invoicing.writing import HEADS
from tax import Computed, ComputedLine, TaxLine
from tax.rounding import THOUSANDTHS, divided


class NotCorrectable(DomainError):
    """A note, or what is cancelled, has nothing to correct."""

    code = "DOCUMENT_NOT_CORRECTABLE"


class MixedCorrection(Invalid):
    """One line was or is corrected both by quantity and by value."""

    code = "CORRECTION_MIXED"


@dataclass(frozen=True, slots=True)
class Original:
    """An invoice under lock, its lines, and its live credit notes' lines."""

    invoice: Invoice
    lines: Sequence[InvoiceLine]
    credited: Sequence[InvoiceLine]

    def line(self, number: int) -> InvoiceLine:
        """One line by its number. Raises Invalid."""
        if not 1 <= number <= len(self.lines):
            raise Invalid(f"{self.invoice.number} has no line {number}.", field="line", value=number)
        return self.lines[number - 1]


def lock(session: Session, invoice_id: UUID) -> Original:
    """The invoice to be corrected, locked until the commit. Raises NotFound, NotCorrectable."""
    invoice = db.fetch(session, Invoice, invoice_id, lock=True)
    if invoice.document_type in NOTES or invoice.status == CANCELLED:
        raise NotCorrectable(
            f"{invoice.number} is {invoice.status}, a {invoice.document_type}: it cannot be corrected."
        )
    return Original(invoice, papers.lines_of(session, invoice_id), _credited(session, invoice_id))


def computed(original: Original, by_value: frozenset[int]) -> Computed:
    """The invoice's money as it was computed; lines `by_value` count their taxable paise as quantity."""
    invoice, lines = original.invoice, [_money(line) for line in original.lines]
    country = countries.of(invoice.seller)
    before_minor = sum(line.total_minor for line in lines)
    return Computed(
        country=country.code,
        currency=invoice.currency,
        heads=HEADS,
        lines=tuple(lines),
        totals=tax.totals(lines, HEADS),
        by_rate_bps={},
        total_before_round_off_minor=before_minor,
        round_off_minor=invoice.total_minor - before_minor,
        grand_total_minor=invoice.total_minor,
        place_of_supply=invoice.place_of_supply,
        lines_sold=tuple(_sold(line, line.line_no in by_value) for line in original.lines),
        inclusive=tuple(line.price_mode == "inclusive" for line in original.lines),
        reverse_charge=invoice.reverse_charge,
    )


def before(original: Original, by_value: frozenset[int]) -> dict[int, Decimal]:
    """What live credit notes have taken of each line, in the line's measure. Raises MixedCorrection."""
    taken: dict[int, Decimal] = {}
    for line in original.credited:
        number = line.original_line_no or 0
        if is_by_value(line) != (number in by_value):
            raise MixedCorrection(f"Line {number} was corrected in another way before: by quantity or by value.")
        measure = line.taxable_minor if number in by_value else line.qty_milli
        taken[number] = taken.get(number, Decimal(0)) + Decimal(measure) / THOUSANDTHS
    return taken


def values(original: Original, lowered: frozenset[int]) -> frozenset[int]:
    """The lines that this and earlier notes correct by value."""
    return lowered | {line.original_line_no or 0 for line in original.credited if is_by_value(line)}


def is_by_value(line: InvoiceLine) -> bool:
    """True for a note's line that corrects a price: no goods came back with it."""
    return line.qty_milli == 0


def goods_of(line: InvoiceLine, qty_milli: int) -> Goods:
    """A line's goods again, as many as a note is about."""
    return Goods(
        sku=line.sku,
        description=line.description,
        hsn=line.hsn,
        qty_milli=qty_milli,
        unit=line.unit,
        price_minor=line.price_minor,
        price_mode="inclusive" if line.price_mode == "inclusive" else "exclusive",
        rate_bps=line.rate_bps,
        cess_bps=line.cess_bps,
        treatment=next(known for known in tax.SUPPLIED if known == line.treatment),
        mrp_minor=line.mrp_minor,
    )


def _credited(session: Session, invoice_id: UUID) -> list[InvoiceLine]:
    org_id = db.org_of(session)
    found = (
        select(InvoiceLine)
        .join(Invoice, (Invoice.org_id == InvoiceLine.org_id) & (Invoice.id == InvoiceLine.invoice_id))
        .where(Invoice.org_id == org_id, InvoiceLine.org_id == org_id, Invoice.refers_to_id == invoice_id)
        .where(Invoice.document_type == CREDIT_NOTE, Invoice.status != CANCELLED)
        .order_by(Invoice.sequence, InvoiceLine.line_no)
    )
    return list(session.scalars(found))


def _sold(line: InvoiceLine, by_value: bool) -> TaxLine:
    qty = Decimal(line.taxable_minor) / THOUSANDTHS if by_value else quantity(line.qty_milli)
    return TaxLine(qty=qty, unit_price_minor=line.price_minor, rate_bps=line.rate_bps, cess_bps=line.cess_bps)


def _money(line: InvoiceLine) -> ComputedLine:
    gross_minor = divided(line.qty_milli * line.price_minor, THOUSANDTHS)
    return ComputedLine(
        gross_minor=gross_minor,
        line_discount_minor=line.discount_minor,
        invoice_discount_share_minor=0,
        net_minor=gross_minor - line.discount_minor,
        taxable_minor=line.taxable_minor,
        taxes={head: getattr(line, f"{head}_minor") for head in HEADS},
        total_minor=line.total_minor,
        rate_bps=line.rate_bps,
    )
