"""A roll of 80 mm: one narrow column in black, cut where the text ends."""

from reportlab.lib.units import mm

from invoicing.pdf.heading import state_text
from invoicing.pdf.paper import PaperParty, PaperPayment
from invoicing.pdf.pen import Pen
from invoicing.pdf.shaping import Style
from invoicing.pdf.sheet import BoxMark, CodeMark, Mark, PictureMark, Sheet, TextMark
from invoicing.upi import qr_matrix

WIDTH = 80 * mm
EDGE = 4 * mm  # thermal printers reach no further
INNER = WIDTH - 2 * EDGE
NAME, TITLE = Style(size=11, bold=True), Style(size=9, bold=True)
BODY, STRONG, SMALL = Style(size=7.5), Style(size=7.5, bold=True), Style(size=6.5)  # black: grey prints as dots
SUM = Style(size=11, bold=True)
CODE_SIDE = 34 * mm
LOGO_HEIGHT = 30.0
LONGEST = 14_000.0  # points; more than any printer or reader takes
SPACE = 4.0
ADDRESS_LINES = 3


def party(pen: Pen, known: PaperParty) -> None:
    """Address, tax ids and phone of a party."""
    for line in [*known.address[:ADDRESS_LINES], state_text(known)]:
        text(pen, line, BODY, 2)
    for label, value in (*known.tax_ids, *known.licences):
        text(pen, f"{label} {value}", STRONG, 1)
    text(pen, known.phone, BODY, 1)


def text(pen: Pen, said: str, style: Style, most: int) -> None:
    """Text in at most so many lines."""
    lines = pen.lines(said, style, INNER, most)
    pen.sheet.y -= pen.paragraph(EDGE, pen.sheet.y, lines, style)


def pair(pen: Pen, label: str, value: str, style: Style) -> None:
    """A label on the left, a figure on the right, the figure whole."""
    wide = min(pen.width(value, style), INNER * 0.7)
    lines = pen.lines(label, style, INNER - wide - 6, 2)
    first = pen.sheet.y - style.size
    used = max(pen.paragraph(EDGE, pen.sheet.y, lines, style), style.size * style.leading)
    pen.right(WIDTH - EDGE, first, value, style, INNER * 0.7)
    pen.sheet.y -= used


def rule(pen: Pen) -> None:
    """A line across the roll."""
    pen.sheet.y -= 3
    pen.sheet.rule(pen.sheet.y, grey=0.0, width=0.5, x=EDGE, to_x=WIDTH - EDGE)
    pen.sheet.y -= 3


def cut(sheet: Sheet) -> None:
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


def top(pen: Pen, seller: PaperParty, logo: bytes) -> None:
    """The seller with its picture."""
    pen.sheet.y -= EDGE
    if logo:
        pen.sheet.add(PictureMark(EDGE, pen.sheet.y, INNER, LOGO_HEIGHT, logo))
        pen.sheet.y -= LOGO_HEIGHT + SPACE
    text(pen, seller.name, NAME, 3)
    party(pen, seller)
    rule(pen)


def payment(pen: Pen, known: PaperPayment) -> None:
    """The code to scan, the address to type, the bank account."""
    if known.upi_link:
        pen.sheet.y -= SPACE + CODE_SIDE
        pen.sheet.add(CodeMark((WIDTH - CODE_SIDE) / 2, pen.sheet.y, CODE_SIDE, qr_matrix(known.upi_link)))
        pen.sheet.y -= SPACE
    if known.vpa:
        text(pen, f"Pay by UPI: {known.vpa}", STRONG, 2)
    for label, value in known.bank[:5]:
        pair(pen, label, value, BODY)
