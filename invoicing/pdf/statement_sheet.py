"""A shop's statement on paper: what was owed, every movement with the balance after it, what is open, how to pay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import countries
from invoicing.pdf.closing import closing_height, draw_footers, draw_payment
from invoicing.pdf.figures import amount, day, with_currency
from invoicing.pdf.fonts import FONT_FOLDER
from invoicing.pdf.heading import draw_continued, draw_logo, draw_masthead, draw_party
from invoicing.pdf.paper import PaperParty, PaperPayment
from invoicing.pdf.pen import QUIET, Pen
from invoicing.pdf.plain_text import printable
from invoicing.pdf.sheet import LEFT, RIGHT, Sheet, written
from invoicing.pdf.table import Column, Row, draw_table, keep_together, section_title

TITLE = "Statement of account"
ON_ACCOUNT = "Less money on account"
PARTY_WIDTH = 260.0
MOVEMENTS = (
    Column("Date", align_right=False),
    Column("Particulars", align_right=False, flexible=True),
    Column("Reference", align_right=False),
    Column("Debit"),
    Column("Credit"),
    Column("Balance"),
)
OPEN_BILLS = (
    Column("Bill", align_right=False, flexible=True),
    Column("Date", align_right=False),
    Column("Due", align_right=False),
    Column("Days late"),
    Column("Amount"),
    Column("Still open"),
)


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the account, with the balance after it; `note` is a quiet line under it."""

    on: date
    label: str
    reference: str
    debit_minor: int
    credit_minor: int
    balance_minor: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class PrintedBill:
    """A bill that is not paid in full; `days_late` is 0 before its due date."""

    number: str
    bill_on: date
    due_on: date
    amount_minor: int
    open_minor: int
    days_late: int


@dataclass(frozen=True, slots=True)
class StatementPaper:
    """A statement as it is printed. Equal papers give equal bytes. A balance below zero is money in advance.

    `on_account_minor` is what was paid and no open bill has taken yet.
    """

    seller: PaperParty
    buyer: PaperParty
    from_on: date
    to_on: date
    opening_minor: int
    closing_minor: int
    movements: Sequence[Movement]
    open_bills: Sequence[PrintedBill] = ()
    on_account_minor: int = 0
    disputed_minor: int = 0
    currency: str = field(default_factory=lambda: countries.get().currency)
    payment: PaperPayment = field(default_factory=PaperPayment)
    logo: bytes = b""


def render_statement(paper: StatementPaper, font_folder: Path = FONT_FOLDER) -> bytes:
    """The statement as a PDF on A4. Raises FontsMissing, nothing else for any text."""
    pen = Pen(Sheet(), font_folder)
    period = f"{day(paper.from_on)} to {day(paper.to_on)}"

    def on_new_page() -> None:
        pen.sheet.new_page()
        draw_continued(pen, paper.seller.name, f"{TITLE}, {period}")

    draw_logo(pen, paper.logo)
    draw_masthead(pen, paper.seller, TITLE, "", _facts(paper, period))
    pen.sheet.y = draw_party(pen, "Account of", paper.buyer, LEFT, pen.sheet.y, PARTY_WIDTH) - 10
    draw_table(pen, MOVEMENTS, _rows(paper), on_new_page)
    _open_bills(pen, paper, on_new_page)
    _closing(pen, paper, on_new_page)
    draw_footers(pen, f"{paper.seller.name} · {TITLE}, {period}")
    return written(pen.sheet, title=printable(f"{TITLE} {paper.buyer.name}", 120), author=printable(paper.seller.name))


def balance_text(amount_minor: int) -> str:
    """`1,500.00`, or `200.00 in advance` when more was paid than owed."""
    return amount(amount_minor) if amount_minor >= 0 else f"{amount(-amount_minor)} in advance"


def _facts(paper: StatementPaper, period: str) -> list[tuple[str, str]]:
    facts = [("Period", period), ("Balance due", with_currency(max(0, paper.closing_minor), paper.currency))]
    if paper.closing_minor < 0:
        facts.append(("In advance", with_currency(-paper.closing_minor, paper.currency)))
    if paper.disputed_minor:
        facts.append(("Disputed, set aside", with_currency(paper.disputed_minor, paper.currency)))
    return facts


def _rows(paper: StatementPaper) -> list[Row]:
    debits_minor = sum(one.debit_minor for one in paper.movements)
    credits_minor = sum(one.credit_minor for one in paper.movements)
    opening = Row([day(paper.from_on), "Opening balance", "", "", "", balance_text(paper.opening_minor)], strong=True)
    closing = Row(
        [
            day(paper.to_on),
            "Closing balance",
            "",
            amount(debits_minor),
            amount(credits_minor),
            balance_text(paper.closing_minor),
        ],
        strong=True,
    )
    return [opening, *(_row(one) for one in paper.movements), closing]


def _row(one: Movement) -> Row:
    debit = amount(one.debit_minor) if one.debit_minor else ""
    credit = amount(one.credit_minor) if one.credit_minor else ""
    return Row([day(one.on), one.label, one.reference, debit, credit, balance_text(one.balance_minor)], note=one.note)


def _open_bills(pen: Pen, paper: StatementPaper, on_new_page: Callable[[], None]) -> None:
    if not paper.open_bills:
        return
    pen.sheet.y -= 14
    keep_together(pen.sheet, 60, on_new_page)
    section_title(pen, "Bills still open")
    total_minor = sum(bill.open_minor for bill in paper.open_bills)
    total = Row(["Total", "", "", "", "", amount(total_minor)], strong=True)
    rows = [*(_bill_row(bill) for bill in paper.open_bills), total]
    if paper.on_account_minor:
        rows.append(Row([ON_ACCOUNT, "", "", "", "", amount(-paper.on_account_minor)]))
        rows.append(Row(["Balance", "", "", "", "", balance_text(paper.closing_minor)], strong=True))
    draw_table(pen, OPEN_BILLS, rows, on_new_page)


def _bill_row(bill: PrintedBill) -> Row:
    late = str(bill.days_late) if bill.days_late else "–"
    return Row(
        [bill.number, day(bill.bill_on), day(bill.due_on), late, amount(bill.amount_minor), amount(bill.open_minor)]
    )


def _closing(pen: Pen, paper: StatementPaper, on_new_page: Callable[[], None]) -> None:
    pen.sheet.y -= 14
    if not pen.sheet.has_room(closing_height(paper.payment)):
        on_new_page()
    draw_payment(pen, paper.payment, with_currency(max(0, paper.closing_minor), paper.currency), pen.sheet.y)
    words = "Please tell us within seven days if anything in this statement is not as you know it."
    lines = pen.lines(words, QUIET, 150, 4)
    pen.paragraph(RIGHT - 150, pen.sheet.y, lines, QUIET)
    pen.sheet.y -= closing_height(paper.payment)
