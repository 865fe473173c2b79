"""How long it takes to compute a document's tax and to draw it, in CPU of this process alone.

The drawing is that of a one-page invoice whose texts are new each time, as they are in life; equal texts would come
from a cache of shaped lines.
"""

import gc
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

import countries
from invoicing.pdf import (
    InvoicePaper,
    PaperLine,
    PaperParty,
    PaperPayment,
    printed_heads,
    render,
    summarised,
)
from invoicing.upi import pay_link
from tax import Computed, ComputedLine, TaxDocument, TaxLine

DOCUMENTS, PAGES = 3_000, 60
LINES = 5
RATES = (0, 500, 1800, 4000)


@dataclass(frozen=True)
class Drawing:
    """Tax computations a second (of five lines), CPU milliseconds per one-page invoice, and invoices a second."""

    tax_per_second: float
    page_ms: float
    page_p99_ms: float
    pages_per_second: float


def measure(documents: int = DOCUMENTS, pages: int = PAGES) -> Drawing:
    """The figures, once everything that is loaded only once is there."""
    random = Random(20261120)
    render(_paper(random, 0))
    gc.collect()
    drafts = [_document(random) for _ in range(documents)]
    begun = time.process_time()
    for draft in drafts:
        countries.compute(draft)
    tax_seconds = time.process_time() - begun
    took = sorted(_timed(_paper(random, number)) for number in range(1, pages + 1))
    middle = statistics.median(took)
    return Drawing(documents / tax_seconds, 1000 * middle, 1000 * took[int(len(took) * 0.99)], 1 / middle)


def lines(found: Drawing) -> list[str]:
    """As it is printed."""
    return [
        f"tax: {found.tax_per_second:.0f} documents of {LINES} lines a second",
        f"PDF: {found.page_ms:.1f} ms per one-page invoice (p99 {found.page_p99_ms:.1f}),"
        f" {found.pages_per_second:.1f} a second",
    ]


def paper_lines(computed: Sequence[ComputedLine], goods: Sequence[PaperLine]) -> tuple[PaperLine, ...]:
    """The goods (description, quantity, unit, price, HSN) with the computed money filled in."""
    return tuple(
        PaperLine(
            description=good.description,
            qty=good.qty,
            unit=good.unit,
            unit_price_minor=good.unit_price_minor,
            discount_minor=money.line_discount_minor + money.invoice_discount_share_minor,
            taxable_minor=money.taxable_minor,
            rate_bps=money.rate_bps,
            taxes=money.taxes,
            total_minor=money.total_minor,
            hsn=good.hsn,
            note=good.note,
            rate_label=good.rate_label,
            price_includes_tax=good.price_includes_tax,
            mrp_minor=good.mrp_minor,
        )
        for good, money in zip(goods, computed, strict=True)
    )


def _timed(paper: InvoicePaper) -> float:
    begun = time.process_time()
    render(paper)
    return time.process_time() - begun


def _document(random: Random) -> TaxDocument:
    goods = [
        TaxLine(
            qty=Decimal(random.randrange(1, 100_000)) / 1000,
            unit_price_minor=random.randrange(100, 100_000),
            rate_bps=random.choice(RATES),
        )
        for _ in range(LINES)
    ]
    return TaxDocument(lines=goods, seller_state="27", place_of_supply=random.choice(("27", "24")))


def _paper(random: Random, number: int) -> InvoicePaper:
    document = _document(random)
    computed = countries.compute(document)
    goods = [
        _good(line, f"Goods {number}-{place} {random.randrange(10**6)}") for place, line in enumerate(document.lines)
    ]
    return _printed(computed, paper_lines(computed.lines, goods), f"SGT/26-27/{number:06d}")


def _good(line: TaxLine, description: str) -> PaperLine:
    return PaperLine(
        description=description,
        qty=line.qty,
        unit="pc",
        unit_price_minor=line.unit_price_minor,
        discount_minor=0,
        taxable_minor=0,
        rate_bps=0,
        taxes={},
        total_minor=0,
        hsn="17019990",
    )


def _printed(computed: Computed, goods: tuple[PaperLine, ...], number: str) -> InvoicePaper:
    seller = PaperParty(
        name="Shree Ganesh Traders",
        address=("Gala 14, APMC Market", "Navi Mumbai 400703"),
        tax_ids=(("GSTIN", "27AAPFU0939F1ZV"),),
        state_code="27",
        state_name="Maharashtra",
    )
    vpa, total_minor = "ganeshtraders@okhdfcbank", computed.grand_total_minor
    link = pay_link(vpa=vpa, name=seller.name, amount_minor=total_minor, reference=number, note=f"Inv {number}")
    return InvoicePaper(
        number=number,
        issued_on=date(2026, 11, 20),
        due_on=date(2026, 12, 5),
        seller=seller,
        buyer=replace(seller, name=f"Kirana {number}", tax_ids=()),
        lines=goods,
        totals=computed.totals,
        round_off_minor=computed.round_off_minor,
        grand_total_minor=total_minor,
        heads=printed_heads(computed.totals),
        summary=summarised(goods),
        place_of_supply=computed.place_of_supply,
        payment=PaperPayment(vpa=vpa, upi_link=link),
    )
