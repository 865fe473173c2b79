"""Draws an invoice paper: heading, goods, totals, tax summary, notes, payment and signature, page numbers."""

from pathlib import Path

from invoicing.pdf.closing import draw_closing, draw_footers, draw_notes
from invoicing.pdf.figures import day
from invoicing.pdf.fonts import FONT_FOLDER
from invoicing.pdf.goods import draw_lines, draw_summary, draw_totals
from invoicing.pdf.heading import draw_continued, draw_heading
from invoicing.pdf.paper import InvoicePaper
from invoicing.pdf.pen import DENSE, ROOMY, Pen
from invoicing.pdf.plain_text import printable
from invoicing.pdf.registration import draw_registration
from invoicing.pdf.sheet import TOP, Sheet, written
from invoicing.pdf.stamp import WORD, draw_stamp

SHORT = 2  # so many pages may well become one
LITTLE_BELOW = TOP - 260  # how far down the last page is filled, for another try


def render(paper: InvoicePaper, font_folder: Path = FONT_FOLDER) -> bytes:
    """The paper as a PDF on A4; equal papers give equal bytes. Raises FontsMissing, nothing else for any text.

    When little is left for the last page, rows stand closer together if that saves it, and the tax is summed up by
    rate instead of by code.
    """
    pen = _laid_out(paper, Pen(Sheet(), font_folder, language=paper.language))
    for padding, rates_beside in ((DENSE, False), (ROOMY, True), (DENSE, True)):
        if not _could_be_shorter(pen.sheet):
            break
        denser = _laid_out(paper, Pen(Sheet(), font_folder, padding, paper.language), rates_beside)
        pen = denser if len(denser.sheet.pages) < len(pen.sheet.pages) else pen
    draw_footers(pen, f"{paper.seller.name} · {paper.number}" + (f" · {WORD}" if paper.cancelled else ""))
    title = printable(f"{paper.title} {paper.number}", 120)
    return written(pen.sheet, title=title, author=printable(paper.seller.name, 120))


def _could_be_shorter(sheet: Sheet) -> bool:
    return len(sheet.pages) == SHORT or (len(sheet.pages) > SHORT and sheet.y > LITTLE_BELOW)


def _laid_out(paper: InvoicePaper, pen: Pen, rates_beside: bool = False) -> Pen:
    def on_new_page() -> None:
        pen.sheet.new_page()
        draw_continued(pen, paper.seller.name, f"{paper.title} {paper.number} · {day(paper.issued_on)}")
        draw_stamp(pen, paper.cancelled)

    draw_heading(pen, paper)
    draw_stamp(pen, paper.cancelled)
    draw_lines(pen, paper, on_new_page)
    draw_totals(pen, paper, on_new_page, rates_beside)
    if not rates_beside:
        draw_summary(pen, paper, on_new_page)
    draw_registration(pen, paper, on_new_page)
    draw_notes(pen, paper, on_new_page)
    draw_closing(pen, paper, on_new_page)
    return pen
