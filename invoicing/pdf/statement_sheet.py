"""A shop's statement on paper: what was owed, every movement with the balance after it, what is open, how to pay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import countries
from core.i18n import ENGLISH, N_
from invoicing.pdf.closing import closing_height, draw_footers, draw_payment
from invoicing.pdf.figures import amount, day, debt, with_currency
from invoicing.pdf.fonts import FONT_FOLDER
from invoicing.pdf.footing import TOTAL
from invoicing.pdf.heading import draw_continued, draw_logo, draw_masthead, draw_party
from invoicing.pdf.paper import PaperParty, PaperPayment
from invoicing.pdf.pen import QUIET, Pen
from invoicing.pdf.plain_text import printable
from invoicing.pdf.sheet import LEFT, RIGHT, Sheet, written
from invoicing.pdf.table import Column, Row, draw_table, keep_together, section_title

TITLE, ACCOUNT_OF = N_("Statement of account"), N_("Account of")
OPENING, CLOSING = N_("Opening balance"), N_("Closing balance")
PERIOD, BALANCE_DUE, IN_ADVANCE = N_("Period"), N_("Balance due"), N_("In advance")
DISPUTED, ON_ACCOUNT, BALANCE = N_("Disputed, set aside"), N_("Less money on account"), N_("Balance")
STILL_OPEN, AGE = N_("Bills still open"), N_("Age of what is open")
AGES = {
    "not_due": N_("Not due yet"),
    "1-30": N_("1-30 days late"),
    "31-60": N_("31-60 days late"),
    "61-90": N_("61-90 days late"),
    "90+": N_("Over 90 days late"),
}
PLEASE = N_("Please tell us within seven days if anything in this statement is not as you know it.")
PARTY_WIDTH = 260.0
MOVEMENTS = (
    Column(N_("Date"), align_right=False),
    Column(N_("Particulars"), align_right=False, flexible=True),
    Column(N_("Reference"), align_right=False),
    Column(N_("Debit")),
    Column(N_("Credit")),
    Column(BALANCE),
)
OPEN_BILLS = (
    Column(N_("Bill"), align_right=False, flexible=True),
    Column(N_("Date"), align_right=False),
    Column(N_("Due"), align_right=False),
    Column(N_("Days late")),
    Column(N_("Amount")),
    Column(N_("Still open")),
)


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the account, with the balance after it; `note` is a quiet line under it.

    `way` is how money came, in brackets behind the label.
    """

    on: date
    label: str
    reference: str
    debit_minor: int
    credit_minor: int
    balance_minor: int
    note: str = ""
    way: str = ""


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

    `on_account_minor` is what was paid and no open bill has taken yet. `ageing` says how old what is open is, by the
    names of AGES. Labels stand in `language` beside English.
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
    ageing: Sequence[tuple[str, int]] = ()
    language: str = ENGLISH


def render_statement(paper: StatementPaper, font_folder: Path = FONT_FOLDER) -> bytes:
    """The statement as a PDF on A4. Raises FontsMissing, nothing else for any text."""
    pen = Pen(Sheet(), font_folder, language=paper.language)
    period = f"{day(paper.from_on)} to {day(paper.to_on)}"

    def on_new_page() -> None:
        pen.sheet.new_page()
        draw_continued(pen, paper.seller.name, f"{TITLE}, {period}")

    draw_logo(pen, paper.logo)
    draw_masthead(pen, paper.seller, TITLE, "", _facts(paper, period))
    pen.sheet.y = draw_party(pen, ACCOUNT_OF, paper.buyer, LEFT, pen.sheet.y, PARTY_WIDTH) - 10
    draw_table(pen, MOVEMENTS, _rows(pen, paper), on_new_page)
    _open_bills(pen, paper, on_new_page)
    _ageing(pen, paper, on_new_page)
    _closing(pen, paper, on_new_page)
    draw_footers(pen, f"{paper.seller.name} · {TITLE}, {period}")
    return written(pen.sheet, title=printable(f"{TITLE} {paper.buyer.name}", 120), author=printable(paper.seller.name))


def movement_label(pen: Pen, one: Movement) -> str:
    """`Payment (UPI)`, in both languages."""
    way = f" ({one.way})" if one.way else ""
    said = pen.beside(one.label)
    own = f" · {said}" + (f" ({pen.beside(one.way) or one.way})" if one.way else "") if said else ""
    return f"{one.label}{way}{own}"


def _facts(paper: StatementPaper, period: str) -> list[tuple[str, str]]:
    facts = [(PERIOD, period), (BALANCE_DUE, with_currency(max(0, paper.closing_minor), paper.currency))]
    if paper.closing_minor < 0:
        facts.append((IN_ADVANCE, with_currency(-paper.closing_minor, paper.currency)))
    if paper.disputed_minor:
        facts.append((DISPUTED, with_currency(paper.disputed_minor, paper.currency)))
    return facts


def _rows(pen: Pen, paper: StatementPaper) -> list[Row]:
    debits_minor = sum(one.debit_minor for one in paper.movements)
    credits_minor = sum(one.credit_minor for one in paper.movements)
    opening = Row([day(paper.from_on), pen.both(OPENING), "", "", "", debt(paper.opening_minor)], strong=True)
    closing = Row(
        [
            day(paper.to_on),
            pen.both(CLOSING),
            "",
            amount(debits_minor),
            amount(credits_minor),
            debt(paper.closing_minor),
        ],
        strong=True,
    )
    return [opening, *(_row(pen, one) for one in paper.movements), closing]


def _row(pen: Pen, one: Movement) -> Row:
    debit = amount(one.debit_minor) if one.debit_minor else ""
    credit = amount(one.credit_minor) if one.credit_minor else ""
    label = movement_label(pen, one)
    return Row([day(one.on), label, one.reference, debit, credit, debt(one.balance_minor)], note=one.note)


def _open_bills(pen: Pen, paper: StatementPaper, on_new_page: Callable[[], None]) -> None:
    if not paper.open_bills:
        return
    pen.sheet.y -= 14
    keep_together(pen.sheet, 60, on_new_page)
    section_title(pen, STILL_OPEN)
    total_minor = sum(bill.open_minor for bill in paper.open_bills)
    total = Row([pen.both(TOTAL), "", "", "", "", amount(total_minor)], strong=True)
    rows = [*(_bill_row(bill) for bill in paper.open_bills), total]
    if paper.on_account_minor:
        rows.append(Row([pen.both(ON_ACCOUNT), "", "", "", "", amount(-paper.on_account_minor)]))
        rows.append(Row([pen.both(BALANCE), "", "", "", "", debt(paper.closing_minor)], strong=True))
    draw_table(pen, OPEN_BILLS, rows, on_new_page)


def _ageing(pen: Pen, paper: StatementPaper, on_new_page: Callable[[], None]) -> None:
    """One line: how much of what is open is how late."""
    if not paper.ageing:
        return
    pen.sheet.y -= 14
    keep_together(pen.sheet, 60, on_new_page)
    section_title(pen, AGE)
    columns = [Column(AGES.get(name, name)) for name, _ in paper.ageing]
    draw_table(pen, columns, [Row([amount(amount_minor) for _, amount_minor in paper.ageing])], on_new_page)


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
    y = pen.sheet.y
    for words in (PLEASE, pen.beside(PLEASE)):
        y -= pen.paragraph(RIGHT - 150, y, pen.lines(words, QUIET, 150, 4), QUIET)
    pen.sheet.y -= closing_height(paper.payment)
