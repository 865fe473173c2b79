"""The invoice on paper: `render(InvoicePaper(...))` is a PDF. No database, no input but the fonts."""

from invoicing.pdf.fonts import FONT_FOLDER, FontsMissing
from invoicing.pdf.paper import (
    ORIGINAL,
    TITLES,
    InvoicePaper,
    PaperLine,
    PaperParty,
    PaperPayment,
    PaperRegistration,
    PaperTaxRow,
    printed_heads,
    summarised,
)
from invoicing.pdf.render import render
from invoicing.pdf.slip import render_slip
from invoicing.pdf.statement_sheet import Movement, PrintedBill, StatementPaper, render_statement
from invoicing.pdf.statement_slip import render_statement_slip

__all__ = [
    "FONT_FOLDER",
    "ORIGINAL",
    "TITLES",
    "FontsMissing",
    "InvoicePaper",
    "Movement",
    "PaperLine",
    "PaperParty",
    "PaperPayment",
    "PaperRegistration",
    "PaperTaxRow",
    "PrintedBill",
    "StatementPaper",
    "printed_heads",
    "render",
    "render_slip",
    "render_statement",
    "render_statement_slip",
    "summarised",
]
