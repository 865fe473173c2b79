"""The foot of the paper: how to pay, notes and terms, the place for the signature, page numbers."""

from collections.abc import Callable

from core.i18n import N_
from invoicing.pdf.figures import with_currency
from invoicing.pdf.paper import InvoicePaper, PaperPayment
from invoicing.pdf.pen import BODY, LABEL, QUIET, STRONG, Pen, height
from invoicing.pdf.shaping import SetLine, Style
from invoicing.pdf.sheet import LEFT, RIGHT, BoxMark, CodeMark, TextMark
from invoicing.pdf.wrapping import fitted
from invoicing.upi import qr_matrix

CODE_SIDE, MODULE = 84.0, 1.7  # a code of many modules is drawn larger, so that ordinary cameras still read it
PAY_WIDTH = 124.0
SIGNATURE_WIDTH = 150.0
CLOSING_MARGIN = 18.0  # above and below what is in it
SIGNING_HEIGHT = 66.0  # of a paper without any way to pay
BANK_HEIGHT = 80.0
BANK_LABEL = 34.0
SMALLER = Style(size=7)
NOTES, TERMS, BANK, BY_UPI = N_("Notes"), N_("Terms"), N_("Bank"), N_("Pay by UPI")
SIGNATORY = N_("Authorised signatory")
MAX_TERMS = 8
MAX_NOTES = 6
FOOTER_Y = 30.0
MOST_KEPT_TOGETHER = 150.0  # a short list goes over to the next page as a whole


def draw_notes(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None]) -> None:
    """Notes such as declarations, then the terms as a numbered list."""
    paragraphs = [pen.lines(note, BODY, RIGHT - LEFT, 3) for note in paper.notes[:MAX_NOTES]]
    _block(pen, NOTES, paragraphs, on_new_page)
    numbered = [f"{number}. {term}" for number, term in enumerate(paper.terms[:MAX_TERMS], start=1)]
    _block(pen, TERMS, [pen.lines(term, BODY, RIGHT - LEFT, 3) for term in numbered], on_new_page)


def draw_closing(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None]) -> None:
    """Payment on the left, signature on the right, kept together at the end of the last page's text."""
    if not paper.is_signed and not paper.payment.vpa and not paper.payment.bank:
        return
    tall = closing_height(paper.payment)
    if not pen.sheet.has_room(tall):
        on_new_page()
    sheet = pen.sheet
    sheet.rule(sheet.y)
    top = sheet.y - 10
    draw_payment(pen, paper.payment, with_currency(paper.grand_total_minor, paper.currency), top)
    if paper.is_signed:
        _signature(pen, paper, top)
    sheet.y -= tall


def closing_height(payment: PaperPayment) -> float:
    """How much room paying and signing need."""
    if payment.upi_link:
        return CLOSING_MARGIN + code_side(payment)
    return CLOSING_MARGIN + (BANK_HEIGHT if payment.vpa or payment.bank else SIGNING_HEIGHT)


def code_side(payment: PaperPayment) -> float:
    """The side of the code to scan, by how much is in it."""
    modules = len(qr_matrix(payment.upi_link)) if payment.upi_link else 0
    return max(CODE_SIDE, MODULE * modules)


def draw_footers(pen: Pen, label: str) -> None:
    """The same foot on every page, now that their number is known."""
    pages = pen.sheet.pages
    for number, page in enumerate(pages, start=1):
        page.append(BoxMark(LEFT, FOOTER_Y + 12, RIGHT - LEFT, 0.4, 0.75))
        left = fitted(label, LABEL, 380, pen.folder)
        if left and left.height <= 14:
            page.append(TextMark(LEFT, FOOTER_Y, left, LABEL.size, LABEL.grey))
        right = fitted(f"Page {number} of {len(pages)}", LABEL, 90, pen.folder)
        if right:
            page.append(TextMark(RIGHT - right.width, FOOTER_Y, right, LABEL.size, LABEL.grey))


def _block(pen: Pen, title: str, paragraphs: list[list[SetLine]], on_new_page: Callable[[], None]) -> None:
    if not any(paragraphs):
        return
    whole = sum(height(lines, BODY) for lines in paragraphs)
    first = whole if whole <= MOST_KEPT_TOGETHER else height(paragraphs[0], BODY)
    if not pen.sheet.has_room(LABEL.size + 6 + first):
        on_new_page()
    pen.left(LEFT, pen.sheet.y - LABEL.size, pen.capitals(title), LABEL, 200)
    pen.sheet.y -= LABEL.size + 3
    for lines in paragraphs:
        if not pen.sheet.has_room(height(lines, BODY)):
            on_new_page()
        pen.sheet.y -= pen.paragraph(LEFT, pen.sheet.y, lines, BODY)
    pen.sheet.y -= 8


def draw_payment(pen: Pen, payment: PaperPayment, amount: str, top: float) -> None:
    """The code to scan, the address to type, the bank account: from the left, as far as there is room."""
    x = LEFT
    if payment.upi_link:
        side = code_side(payment)
        pen.sheet.add(CodeMark(x, top - side, side, qr_matrix(payment.upi_link)))
        x += side + 12
    if payment.vpa:
        _upi_text(pen, payment.vpa, amount, x, top)
        x += PAY_WIDTH + 12
    _bank(pen, payment, x, top)


def _upi_text(pen: Pen, vpa: str, amount: str, x: float, top: float) -> None:
    pen.left(x, top - LABEL.size, pen.capitals(BY_UPI), LABEL, PAY_WIDTH)
    y = top - LABEL.size - 4
    y -= pen.paragraph(x, y, pen.lines(vpa, STRONG, PAY_WIDTH, 2), STRONG)
    y -= pen.paragraph(x, y, pen.lines(amount, BODY, PAY_WIDTH, 1), BODY) + 4
    hint = "Scan with any UPI app, or pay to the address above."
    pen.paragraph(x, y, pen.lines(hint, QUIET, PAY_WIDTH, 3), QUIET)


def _bank(pen: Pen, payment: PaperPayment, x: float, top: float) -> None:
    width = RIGHT - SIGNATURE_WIDTH - 12 - x
    if not payment.bank or width < 60:
        return
    pen.left(x, top - LABEL.size, pen.capitals(BANK), LABEL, width)
    y = top - LABEL.size - 4
    for label, value in payment.bank[:5]:
        pen.left(x, y - BODY.size, label, QUIET, BANK_LABEL)
        style = BODY if pen.width(value, BODY) <= width - BANK_LABEL - 2 else SMALLER  # a number is never cut
        lines = pen.lines(value, style, width - BANK_LABEL - 2, 2)
        y -= max(BODY.size * BODY.leading, pen.paragraph(x + BANK_LABEL + 2, y, lines, style))


def _signature(pen: Pen, paper: InvoicePaper, top: float) -> None:
    left, bottom = RIGHT - SIGNATURE_WIDTH, top - SIGNING_HEIGHT
    for line in pen.lines(f"For {paper.seller.name}", STRONG, SIGNATURE_WIDTH, 1):
        pen.paragraph(left, top, [line], STRONG)
    pen.sheet.rule(bottom + 12, x=left)
    pen.label(left, bottom + 2, SIGNATORY, QUIET, SIGNATURE_WIDTH)
