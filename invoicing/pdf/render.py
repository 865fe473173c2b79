"""Draws an invoice paper: heading, goods, totals, tax summary, notes, payment and signature, page numbers."""

from pathlib import Path

from invoicing.pdf.closing import draw_closing, draw_footers, draw_notes
from invoicing.pdf.figures import day
from invoicing.pdf.fonts import FONT_FOLDER
from invoicing.pdf.goods import draw_lines, draw_summary, draw_totals
from invoicing.pdf.heading import draw_continued, draw_heading
from invoicing.pdf.paper import InvoicePaper
from invoicing.pdf.pen import DENSE, Pen
from invoicing.pdf.plain_text import printable
from invoicing.pdf.registration import draw_registration
from invoicing.pdf.sheet import TOP, Sheet, written

LITTLE_BELOW = TOP - 260  # how far down the last page is filled, for another try


def render(paper: InvoicePaper, font_folder: Path = FONT_FOLDER) -> bytes:
    """The paper as a PDF on A4; equal papers give equal bytes. Raises FontsMissing, nothing else for any text.

    When little is left for the last page, rows stand closer together if that saves it.
    """
    pen = _laid_out(paper, Pen(Sheet(), font_folder))
    if len(pen.sheet.pages) > 1 and pen.sheet.y > LITTLE_BELOW:
        dense = _laid_out(paper, Pen(Sheet(), font_folder, DENSE))
        pen = dense if len(dense.sheet.pages) < len(pen.sheet.pages) else pen
    draw_footers(pen, f"{paper.seller.name} · {paper.number}")
    title = printable(f"{paper.title} {paper.number}", 120)
    return written(pen.sheet, title=title, author=printable(paper.seller.name, 120))


def _laid_out(paper: InvoicePaper, pen: Pen) -> Pen:
    def on_new_page() -> None:
        pen.sheet.new_page()
        draw_continued(pen, paper.seller.name, f"{paper.title} {paper.number} · {day(paper.issued_on)}")

    draw_heading(pen, paper)
    draw_lines(pen, paper, on_new_page)
    draw_totals(pen, paper, on_new_page)
    draw_summary(pen, paper, on_new_page)
    draw_registration(pen, paper, on_new_page)
    draw_notes(pen, paper, on_new_page)
    draw_closing(pen, paper, on_new_page)
    return pen
