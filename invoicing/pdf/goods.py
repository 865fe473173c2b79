"""The middle of the paper: the lines, what they add up to, and the HSN summary."""

from collections.abc import Callable
from decimal import Decimal

from invoicing.amount_words import amount_in_words
from invoicing.pdf.figures import amount, percent, quantity, signed, with_currency
from invoicing.pdf.paper import InvoicePaper, PaperLine, PaperTaxRow
from invoicing.pdf.pen import BODY, LABEL, STRONG, TOTAL, Pen, height
from invoicing.pdf.sheet import LEFT, RIGHT
from invoicing.pdf.table import Column, Row, draw_table, keep_together, section_title
from tax.rules import Head

TOTALS_WIDTH = 200.0
TOTALS_PITCH = 13.0
WORDS_WIDTH = RIGHT - LEFT - TOTALS_WIDTH - 30


def draw_lines(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None]) -> None:
    """The table of goods. Columns that say nothing on this paper (discount, tax) are left out."""
    discounted = any(line.discount_minor for line in paper.lines)
    taxed = bool(paper.heads)
    columns = [
        Column("#", align_right=False),
        Column("Description", align_right=False, flexible=True),
        Column(_code_label(paper), align_right=False),
        Column("Qty"),
        Column("Rate incl." if paper.prices_include_tax else "Rate"),
        *([Column("Discount")] if discounted else []),
        *([Column("Taxable"), Column("Tax %"), Column("Tax")] if taxed else []),
        Column("Amount"),
    ]
    rows = [_goods_row(number, line, discounted, taxed) for number, line in enumerate(paper.lines, start=1)]
    draw_table(pen, columns, rows, on_new_page)


def draw_totals(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None]) -> None:
    """The sums on the right, the amount in words on the left, never torn apart."""
    entries = _total_entries(paper)
    words = pen.lines(amount_in_words(paper.grand_total_minor), STRONG, WORDS_WIDTH, 3)
    tall = max(len(entries) * TOTALS_PITCH + 40, height(words, STRONG) + 30)
    keep_together(pen.sheet, tall, on_new_page)
    top = pen.sheet.y - 6
    pen.left(LEFT, top - LABEL.size - 2, "AMOUNT IN WORDS", LABEL, WORDS_WIDTH)
    used = pen.paragraph(LEFT, top - LABEL.size - 6, words, STRONG) + LABEL.size + 6
    pen.sheet.y = min(top - used, _totals_column(pen, paper, entries, top)) - 12


def draw_summary(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None]) -> None:
    """Taxable value and tax for each HSN code and rate, with the rate of each head."""
    if not paper.heads or not paper.summary:
        return
    columns = [Column(_code_label(paper), align_right=False, flexible=True), Column("Taxable value")]
    for head in paper.heads:
        columns += [Column(f"{paper.head(head).label} %")] if paper.head(head).shares else []
        columns.append(Column(paper.head(head).label))
    columns.append(Column("Total tax"))
    rows = [_summary_row(paper, row) for row in paper.summary]
    keep_together(pen.sheet, 60, on_new_page)
    section_title(pen, "Tax summary")
    draw_table(pen, columns, [*rows, _summary_total(paper)], on_new_page)
    pen.sheet.y -= 12


def _code_label(paper: InvoicePaper) -> str:
    return paper.country.papers.goods_code


def _goods_row(number: int, line: PaperLine, discounted: bool, taxed: bool) -> Row:
    tax_minor = sum(line.taxes.values())
    cells = [
        str(number),
        line.description,
        line.hsn,
        f"{quantity(line.qty)} {line.unit}".strip() if line.qty else "–",
        amount(line.unit_price_minor) if line.qty else "–",
        *([amount(line.discount_minor) if line.discount_minor else "–"] if discounted else []),
        *([amount(line.taxable_minor), line.rate_label or percent(line.rate_bps), amount(tax_minor)] if taxed else []),
        amount(line.total_minor),
    ]
    return Row(cells, note=line.note)


def _total_entries(paper: InvoicePaper) -> list[tuple[str, str]]:
    totals = paper.totals
    entries = []
    if totals.discount_minor:
        entries += [
            ("Gross value", amount(totals.gross_minor)),
            ("Discount", amount(-totals.discount_minor)),
        ]
    entries.append(("Taxable value" if paper.heads else "Value of goods", amount(totals.taxable_minor)))
    entries += [(paper.head(head).label, amount(totals.taxes.get(head, 0))) for head in paper.heads]
    return [*entries, ("Round off", signed(paper.round_off_minor))]


def _totals_column(pen: Pen, paper: InvoicePaper, entries: list[tuple[str, str]], top: float) -> float:
    left, y = RIGHT - TOTALS_WIDTH, top
    for label, value in entries:
        y -= TOTALS_PITCH
        pen.left(left, y, label, BODY, 90)
        pen.right(RIGHT - 4, y, value, BODY, 106)
    y -= 7
    pen.sheet.rule(y, grey=0.2, width=0.8, x=left)
    y -= 16
    pen.left(left, y, "Total", TOTAL, 60)
    pen.right(RIGHT - 4, y, with_currency(paper.grand_total_minor, paper.currency), TOTAL, 136)
    y -= 7
    pen.sheet.rule(y, grey=0.2, width=0.8, x=left)
    return y


def _summary_row(paper: InvoicePaper, row: PaperTaxRow) -> Row:
    cells = [row.hsn or "–", amount(row.taxable_minor)]
    for head in paper.heads:
        cells += [head_rate(paper.head(head), row.rate_bps)] if paper.head(head).shares else []
        cells.append(amount(row.taxes.get(head, 0)))
    return Row([*cells, amount(sum(row.taxes.values()))])


def _summary_total(paper: InvoicePaper) -> Row:
    cells = ["Total", amount(sum(row.taxable_minor for row in paper.summary))]
    for head in paper.heads:
        cells += [""] if paper.head(head).shares else []
        cells.append(amount(sum(row.taxes.get(head, 0) for row in paper.summary)))
    whole_minor = sum(sum(row.taxes.values()) for row in paper.summary)
    return Row([*cells, amount(whole_minor)], strong=True)


def head_rate(head: Head, rate_bps: int) -> str:
    """The rate of one head: its part of the line's."""
    return f"{quantity(Decimal(rate_bps) / (100 * (head.shares or 1)))}%"
