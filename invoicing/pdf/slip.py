"""The same paper on a roll of 80 mm: one narrow column, as long as it needs to be."""

from pathlib import Path

from reportlab.lib.units import mm

from invoicing.pdf.figures import amount, day, percent, quantity, signed, with_currency
from invoicing.pdf.fonts import FONT_FOLDER
from invoicing.pdf.goods import head_rate
from invoicing.pdf.heading import MAX_CARRIAGE, MAX_REFERENCES, state_text
from invoicing.pdf.paper import HALVED_HEADS, HEAD_LABELS, RATED_HEADS, InvoicePaper, PaperLine, PaperParty
from invoicing.pdf.pen import Pen
from invoicing.pdf.plain_text import printable
from invoicing.pdf.registration import rows, signed_matrix
from invoicing.pdf.shaping import Style
from invoicing.pdf.sheet import BoxMark, CodeMark, Mark, PictureMark, Sheet, TextMark, written
from invoicing.upi import qr_matrix
from invoicing.words import amount_in_words

WIDTH = 80 * mm
EDGE = 4 * mm  # thermal printers reach no further
INNER = WIDTH - 2 * EDGE
NAME, TITLE = Style(size=11, bold=True), Style(size=9, bold=True)
BODY, STRONG, SMALL = Style(size=7.5), Style(size=7.5, bold=True), Style(size=6.5)  # black: grey prints as dots
TOTAL = Style(size=11, bold=True)
CODE_SIDE = 34 * mm
LOGO_HEIGHT = 30.0
LONGEST = 14_000.0  # points; more than any printer or reader takes
SPACE = 4.0
ADDRESS_LINES = 3


def render_slip(paper: InvoicePaper, font_folder: Path = FONT_FOLDER) -> bytes:
    """The paper as one page of 80 mm; equal papers give equal bytes. Raises FontsMissing, nothing else for any text."""
    pen = Pen(Sheet(y=LONGEST), font_folder)
    _top(pen, paper)
    _goods(pen, paper)
    _sums(pen, paper)
    _taxes(pen, paper)
    _registered(pen, paper)
    _foot(pen, paper)
    _cut(pen.sheet)
    title = printable(f"{paper.title} {paper.number}", 120)
    return written(pen.sheet, title=title, author=printable(paper.seller.name, 120))


def _top(pen: Pen, paper: InvoicePaper) -> None:
    pen.sheet.y -= EDGE
    if paper.logo:
        pen.sheet.add(PictureMark(EDGE, pen.sheet.y, INNER, LOGO_HEIGHT, paper.logo))
        pen.sheet.y -= LOGO_HEIGHT + SPACE
    _text(pen, paper.seller.name, NAME, 3)
    _party(pen, paper.seller)
    _rule(pen)
    _text(pen, paper.title.upper(), TITLE, 2)
    _text(pen, paper.copy_label, SMALL, 1)
    for label, value in _facts(paper):
        _pair(pen, label, value, BODY)
    _rule(pen)
    _text(pen, paper.buyer.name, STRONG, 2)
    _party(pen, paper.buyer)
    if paper.ship_to:
        _text(pen, f"Deliver to: {paper.ship_to.name}", STRONG, 2)
        _party(pen, paper.ship_to)
    _rule(pen)


def _facts(paper: InvoicePaper) -> list[tuple[str, str]]:
    facts = [("Number", paper.number), ("Date", day(paper.issued_on))]
    if paper.due_on:
        facts.append(("Due date", day(paper.due_on)))
    if paper.refers_to:
        facts += [("Original invoice", paper.refers_to[0]), ("Original date", day(paper.refers_to[1]))]
    if paper.place_of_supply:
        facts.append(("Place of supply", paper.place_of_supply))
    if paper.currency == "INR" and paper.heads:
        facts.append(("Reverse charge", "Yes" if paper.reverse_charge else "No"))
    return [*facts, *paper.references[:MAX_REFERENCES], *paper.carriage[:MAX_CARRIAGE]]


def _party(pen: Pen, party: PaperParty) -> None:
    for text in [*party.address[:ADDRESS_LINES], state_text(party)]:
        _text(pen, text, BODY, 2)
    for label, value in party.tax_ids:
        _text(pen, f"{label} {value}", STRONG, 1)
    _text(pen, party.phone, BODY, 1)


def _goods(pen: Pen, paper: InvoicePaper) -> None:
    _pair(pen, "Item, rate" + (" incl. tax" if paper.prices_include_tax else ""), "Amount", SMALL)
    for number, line in enumerate(paper.lines, start=1):
        _text(pen, f"{number}. {line.description}", STRONG, 3)
        _pair(pen, _measure(line), amount(line.total_minor), BODY)
        about = _about(line, bool(paper.heads))
        _text(pen, about, SMALL, 2)
        pen.sheet.y -= 1.5
    _rule(pen)


def _measure(line: PaperLine) -> str:
    if not line.qty:
        return amount(line.taxable_minor)
    return f"{quantity(line.qty)} {line.unit} × {amount(line.unit_price_minor)}"


def _about(line: PaperLine, taxed: bool) -> str:
    known = [f"HSN {line.hsn}" if line.hsn else "", line.note]
    if line.discount_minor:
        known.append(f"less {amount(line.discount_minor)}")
    if taxed:
        known.append(line.rate_label or f"tax {percent(line.rate_bps)} {amount(sum(line.taxes.values()))}")
    return " · ".join(part for part in known if part)


def _sums(pen: Pen, paper: InvoicePaper) -> None:
    totals = paper.totals
    if totals.discount_minor:
        _pair(pen, "Gross value", amount(totals.gross_minor), BODY)
        _pair(pen, "Discount", amount(-totals.discount_minor), BODY)
    _pair(pen, "Taxable value" if paper.heads else "Value of goods", amount(totals.taxable_minor), BODY)
    for head in paper.heads:
        _pair(pen, HEAD_LABELS.get(head, head), amount(totals.taxes.get(head, 0)), BODY)
    _pair(pen, "Round off", signed(paper.round_off_minor), BODY)
    _rule(pen)
    _pair(pen, "Total", with_currency(paper.grand_total_minor, paper.currency), TOTAL)
    _text(pen, amount_in_words(paper.grand_total_minor), BODY, 4)
    _rule(pen)


def _taxes(pen: Pen, paper: InvoicePaper) -> None:
    if not paper.heads:
        return
    for row in paper.summary:
        if not any(row.taxes.values()):
            continue
        heads = [head for head in paper.heads if row.taxes.get(head)]
        parts = [
            f"{HEAD_LABELS.get(head, head)} {_rate(head, row.rate_bps)}{amount(row.taxes[head])}" for head in heads
        ]
        _pair(pen, f"HSN {row.hsn or '–'}", amount(row.taxable_minor), SMALL)
        _text(pen, ", ".join(parts), SMALL, 2)
    _rule(pen)


def _rate(head: str, rate_bps: int) -> str:
    return f"{head_rate(head, rate_bps)} " if head in HALVED_HEADS | RATED_HEADS else ""


def _registered(pen: Pen, paper: InvoicePaper) -> None:
    known = paper.registration
    if known is None:
        return
    for label, value in rows(known):
        _text(pen, label, SMALL, 1)
        _text(pen, value, BODY, 3)
    modules = signed_matrix(known.signed_code)
    if modules:
        pen.sheet.y -= SPACE + INNER  # as wide as the roll: thermal printers have 203 dots an inch
        pen.sheet.add(CodeMark(EDGE, pen.sheet.y, INNER, modules))
        pen.sheet.y -= SPACE
    _rule(pen)


def _foot(pen: Pen, paper: InvoicePaper) -> None:
    payment = paper.payment
    if payment.upi_link:
        left = (WIDTH - CODE_SIDE) / 2
        pen.sheet.y -= SPACE + CODE_SIDE
        pen.sheet.add(CodeMark(left, pen.sheet.y, CODE_SIDE, qr_matrix(payment.upi_link)))
        pen.sheet.y -= SPACE
    if payment.vpa:
        _text(pen, f"Pay by UPI: {payment.vpa}", STRONG, 2)
    for label, value in payment.bank[:5]:
        _pair(pen, label, value, BODY)
    for text in [*paper.notes[:6], *paper.terms[:8]]:
        _text(pen, text, SMALL, 4)
    if paper.is_signed:
        pen.sheet.y -= 26
        _text(pen, f"For {paper.seller.name}", STRONG, 1)
        _text(pen, "Authorised signatory", SMALL, 1)


def _text(pen: Pen, text: str, style: Style, most: int) -> None:
    lines = pen.lines(text, style, INNER, most)
    pen.sheet.y -= pen.paragraph(EDGE, pen.sheet.y, lines, style)


def _pair(pen: Pen, label: str, value: str, style: Style) -> None:
    """A label on the left, a figure on the right, the figure whole."""
    wide = min(pen.width(value, style), INNER * 0.7)
    lines = pen.lines(label, style, INNER - wide - 6, 2)
    first = pen.sheet.y - style.size
    used = max(pen.paragraph(EDGE, pen.sheet.y, lines, style), style.size * style.leading)
    pen.right(WIDTH - EDGE, first, value, style, INNER * 0.7)
    pen.sheet.y -= used


def _rule(pen: Pen) -> None:
    pen.sheet.y -= 3
    pen.sheet.rule(pen.sheet.y, grey=0.0, width=0.5, x=EDGE, to_x=WIDTH - EDGE)
    pen.sheet.y -= 3


def _cut(sheet: Sheet) -> None:
    """Cut the roll where the text ends: everything moves down to the new foot."""
    foot = sheet.y - EDGE
    sheet.size = (WIDTH, LONGEST - foot)
    sheet.pages = [[_moved(mark, foot) for mark in page] for page in sheet.pages]


def _moved(mark: Mark, by: float) -> Mark:
    if isinstance(mark, TextMark):
        return TextMark(mark.x, mark.y - by, mark.line, mark.size, 0.0)
    if isinstance(mark, BoxMark):
        return BoxMark(mark.x, mark.y - by, mark.width, mark.height, mark.grey)
    if isinstance(mark, CodeMark):
        return CodeMark(mark.x, mark.y - by, mark.side, mark.modules)
    return PictureMark(mark.x, mark.top - by, mark.width, mark.height, mark.png)
