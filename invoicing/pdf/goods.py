"""The middle of the paper: one line for each item, what they add up to, and the tax summary.

The summary goes by tariff code and rate over the whole width; where that would cost a page, by rate alone, beside the
totals.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from core.i18n import N_
from invoicing.amount_words import amount_in_words
from invoicing.pdf.figures import amount, debt, percent, quantity, signed, with_currency
from invoicing.pdf.footing import ROUND_OFF, TAXABLE, TOTAL, footing
from invoicing.pdf.paper import InvoicePaper, PaperLine, PaperTaxRow, by_rate, price_mark, rate_heading
from invoicing.pdf.pen import BODY, LABEL, QUIET, STRONG, SUM, Pen, height
from invoicing.pdf.shaping import SetLine
from invoicing.pdf.sheet import LEFT, RIGHT
from invoicing.pdf.table import Column, Row, draw_table, keep_together, section_title, table_height
from tax.rules import Head

TOTALS_WIDTH = 206.0
TOTALS_PITCH = 13.0
WORDS_WIDTH = RIGHT - LEFT - TOTALS_WIDTH - 24
SHORT_NOTE = 14  # letters that still stand beside a quantity
QTY, RATE, DISCOUNT, AMOUNT = N_("Qty"), N_("Rate"), N_("Discount"), N_("Amount")
N_("Rate incl."), N_("Description"), N_("Total tax"), N_("Tax"), N_("Tax %"), N_("MRP"), N_("Taxable")  # headings
WORDS, SUMMARY = N_("Amount in words"), N_("Tax summary")
DISCOUNT_ABOVE = N_("Discount given above")
BEFORE, AFTER = N_("Previous balance"), N_("Balance after this bill")


def draw_lines(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None]) -> None:
    """The table of goods. Columns that say nothing on this paper (discount, tax) are left out."""
    discounted = any(line.discount_minor for line in paper.lines)
    retail = any(line.mrp_minor for line in paper.lines)
    taxed = bool(paper.heads)
    heading = rate_heading(paper.lines)
    columns = [
        Column("#", align_right=False),
        Column("Description", align_right=False, flexible=True),
        Column(_code_label(paper), align_right=False),
        Column(QTY),
        *([Column("MRP")] if retail else []),
        Column(heading),
        *([Column(DISCOUNT)] if discounted else []),
        *([Column("Taxable"), Column("Tax %"), Column("Tax")] if taxed else []),
        Column(AMOUNT),
    ]
    rows = [
        Row(_goods_row(number, line, retail, price_mark(line, heading), discounted, taxed))
        for number, line in enumerate(paper.lines, start=1)
    ]
    draw_table(pen, columns, rows, on_new_page)


def draw_totals(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None], rates_beside: bool) -> None:
    """The sums on the right; the amount in words, and maybe the tax by rate, on the left; never torn apart."""
    words = pen.lines(amount_in_words(paper.grand_total_minor), STRONG, WORDS_WIDTH, 3)
    rates = _summary_table(pen, paper, by_rate(paper.summary)) if rates_beside and paper.heads else None
    beside = table_height(pen, *rates) + 12 if rates else 0.0
    tall = max(_totals_height(paper), height(words, STRONG) + 30 + beside)
    keep_together(pen.sheet, tall, on_new_page)
    top = pen.sheet.y - 6
    low = _words(pen, paper, words, top)
    if rates:
        pen.sheet.y = low - 8
        draw_table(pen, *rates, on_new_page, to_x=LEFT + WORDS_WIDTH)
        low = pen.sheet.y
    pen.sheet.y = min(low, _totals_column(pen, paper, top)) - 12


def draw_summary(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None]) -> None:
    """Taxable value and tax for each HSN code and rate, with the rate of each head."""
    if not paper.heads or not paper.summary:
        return
    keep_together(pen.sheet, 60, on_new_page)
    section_title(pen, SUMMARY)
    draw_table(pen, *_summary_table(pen, paper, paper.summary), on_new_page)
    pen.sheet.y -= 12


def _summary_table(pen: Pen, paper: InvoicePaper, rows: Sequence[PaperTaxRow]) -> tuple[list[Column], list[Row]]:
    coded = any(row.hsn for row in rows)
    columns = [Column(_code_label(paper) if coded else "Tax %", align_right=False, flexible=coded), Column(TAXABLE)]
    for head in paper.heads:
        columns += [Column(f"{paper.head(head).label} %")] if paper.head(head).shares else []
        columns.append(Column(paper.head(head).label))
    columns.append(Column("Total tax"))
    cells = [_summary_row(paper, row, coded) for row in rows]
    return columns, [*cells, _summary_total(pen, paper, rows)]


def _code_label(paper: InvoicePaper) -> str:
    return paper.country.papers.goods_code


def _goods_row(number: int, line: PaperLine, retail: bool, mark: str, discounted: bool, taxed: bool) -> list[str]:
    counted = bool(line.note) and line.note[0].isdigit() and len(line.note) <= SHORT_NOTE
    measure = f"{quantity(line.qty)} {line.unit}".strip() if line.qty else "–"
    return [
        str(number),
        line.description if counted or not line.note else f"{line.description} · {line.note}",
        line.hsn,
        f"{measure} ({line.note})" if counted else measure,
        *([amount(line.mrp_minor) if line.mrp_minor else "–"] if retail else []),
        amount(line.unit_price_minor) + mark if line.qty else "–",
        *([amount(line.discount_minor) if line.discount_minor else "–"] if discounted else []),
        *(_tax_cells(line) if taxed else []),
        amount(line.total_minor),
    ]


def _tax_cells(line: PaperLine) -> list[str]:
    return [
        amount(line.taxable_minor),
        line.rate_label or percent(line.rate_bps),
        amount(sum(line.taxes.values())),
    ]


def _words(pen: Pen, paper: InvoicePaper, words: Sequence[SetLine], top: float) -> float:
    """The total in words, and a discount that stands in no row; answers how far down they reach."""
    pen.left(LEFT, top - LABEL.size - 2, pen.capitals(WORDS), LABEL, WORDS_WIDTH)
    low = top - LABEL.size - 6
    low -= pen.paragraph(LEFT, low, words, STRONG)
    inside_minor = footing(paper).discount_inside_minor
    if inside_minor:
        said = f"{pen.both(DISCOUNT_ABOVE)}: {amount(inside_minor)}"
        low -= pen.paragraph(LEFT, low - 3, pen.lines(said, QUIET, WORDS_WIDTH, 1), QUIET) + 3
    return low


def _totals_height(paper: InvoicePaper) -> float:
    known = footing(paper)
    rows = len(known.before) + len(known.rows) + (2 if paper.balance else 0)
    return rows * TOTALS_PITCH + 40


def _totals_column(pen: Pen, paper: InvoicePaper, top: float) -> float:
    known, left, y = footing(paper), RIGHT - TOTALS_WIDTH, top
    for label, amount_minor in (*known.before, *known.rows):
        y = _total_row(pen, label, signed(amount_minor) if label == ROUND_OFF else amount(amount_minor), y)
    y -= 7
    pen.sheet.rule(y, grey=0.2, width=0.8, x=left)
    y -= 16
    asked = with_currency(paper.grand_total_minor, paper.currency)
    pen.label(left, y, TOTAL, SUM, TOTALS_WIDTH - pen.width(asked, SUM) - 10)
    pen.right(RIGHT - 4, y, asked, SUM, 136)
    y -= 7
    pen.sheet.rule(y, grey=0.2, width=0.8, x=left)
    for label, balance_minor in balance_rows(paper):
        y = _total_row(pen, label, balance_minor, y)
    return y


def _total_row(pen: Pen, label: str, value: str, y: float) -> float:
    y -= TOTALS_PITCH
    room = TOTALS_WIDTH - pen.width(value, BODY) - 10
    pen.label(RIGHT - TOTALS_WIDTH, y, label, BODY, room)
    pen.right(RIGHT - 4, y, value, BODY, 106)
    return y


def balance_rows(paper: InvoicePaper) -> list[tuple[str, str]]:
    """What the customer owed before this document, and owes with it."""
    if paper.balance is None or paper.cancelled:
        return []
    before_minor, after_minor = paper.balance
    return [(BEFORE, debt(before_minor)), (AFTER, debt(after_minor))]


def _summary_row(paper: InvoicePaper, row: PaperTaxRow, coded: bool) -> Row:
    cells = [(row.hsn or "–") if coded else percent(row.rate_bps), amount(row.taxable_minor)]
    for head in paper.heads:
        cells += [head_rate(paper.head(head), row.rate_bps)] if paper.head(head).shares else []
        cells.append(amount(row.taxes.get(head, 0)))
    return Row([*cells, amount(sum(row.taxes.values()))])


def _summary_total(pen: Pen, paper: InvoicePaper, rows: Sequence[PaperTaxRow]) -> Row:
    cells = [pen.both(TOTAL), amount(sum(row.taxable_minor for row in rows))]
    for head in paper.heads:
        cells += [""] if paper.head(head).shares else []
        cells.append(amount(sum(row.taxes.get(head, 0) for row in rows)))
    whole_minor = sum(sum(row.taxes.values()) for row in rows)
    return Row([*cells, amount(whole_minor)], strong=True)


def head_rate(head: Head, rate_bps: int) -> str:
    """The rate of one head: its part of the line's."""
    return f"{quantity(Decimal(rate_bps) / (100 * (head.shares or 1)))}%"
