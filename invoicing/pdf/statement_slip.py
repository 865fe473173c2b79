"""A statement on a roll of 80 mm: what was owed, each movement on two lines, what is open, how to pay."""

from pathlib import Path

from invoicing.pdf.figures import amount, day, debt, signed, with_currency
from invoicing.pdf.fonts import FONT_FOLDER
from invoicing.pdf.pen import Pen
from invoicing.pdf.plain_text import printable
from invoicing.pdf.roll import BODY, LONGEST, SMALL, STRONG, SUM, TITLE, cut, pair, party, payment, rule, text, top
from invoicing.pdf.sheet import Sheet, written
from invoicing.pdf.statement_sheet import (
    AGE,
    AGES,
    BALANCE_DUE,
    DISPUTED,
    IN_ADVANCE,
    ON_ACCOUNT,
    OPENING,
    STILL_OPEN,
    Movement,
    StatementPaper,
    movement_label,
)
from invoicing.pdf.statement_sheet import TITLE as SAID


def render_statement_slip(paper: StatementPaper, font_folder: Path = FONT_FOLDER) -> bytes:
    """The statement as one page of 80 mm; equal papers give equal bytes. Raises FontsMissing, nothing else."""
    pen = Pen(Sheet(y=LONGEST), font_folder, language=paper.language)
    top(pen, paper.seller, paper.logo)
    text(pen, SAID.upper(), TITLE, 2)
    text(pen, pen.beside(SAID), STRONG, 2)
    text(pen, f"{day(paper.from_on)} to {day(paper.to_on)}", BODY, 1)
    rule(pen)
    text(pen, paper.buyer.name, STRONG, 2)
    party(pen, paper.buyer)
    rule(pen)
    _movements(pen, paper)
    _open_bills(pen, paper)
    _ageing(pen, paper)
    payment(pen, paper.payment)
    cut(pen.sheet)
    return written(pen.sheet, title=printable(f"{SAID} {paper.buyer.name}", 120), author=printable(paper.seller.name))


def _movements(pen: Pen, paper: StatementPaper) -> None:
    pair(pen, pen.both(OPENING), debt(paper.opening_minor), STRONG)
    for one in paper.movements:
        _movement(pen, one)
    rule(pen)
    if paper.disputed_minor:
        pair(pen, pen.both(DISPUTED), amount(paper.disputed_minor), BODY)
    label = BALANCE_DUE if paper.closing_minor >= 0 else IN_ADVANCE
    pair(pen, pen.both(label), with_currency(abs(paper.closing_minor), paper.currency), SUM)
    rule(pen)


def _movement(pen: Pen, one: Movement) -> None:
    pair(pen, f"{day(one.on)} {movement_label(pen, one)}", signed(one.debit_minor - one.credit_minor), BODY)
    told = " · ".join(filter(None, (one.reference, one.note)))
    pair(pen, told, debt(one.balance_minor), SMALL)
    pen.sheet.y -= 1.5


def _open_bills(pen: Pen, paper: StatementPaper) -> None:
    if not paper.open_bills:
        return
    text(pen, pen.capitals(STILL_OPEN), SMALL, 1)
    for bill in paper.open_bills:
        late = f", {bill.days_late} days late" if bill.days_late else ""
        pair(pen, bill.number, amount(bill.open_minor), BODY)
        text(pen, f"due {day(bill.due_on)}{late}", SMALL, 1)
    if paper.on_account_minor:
        pair(pen, pen.both(ON_ACCOUNT), signed(-paper.on_account_minor), BODY)
    rule(pen)


def _ageing(pen: Pen, paper: StatementPaper) -> None:
    """How late what is open is, as far as there is some."""
    if not paper.ageing:
        return
    text(pen, pen.capitals(AGE), SMALL, 1)
    for name, amount_minor in paper.ageing:
        if amount_minor:
            pair(pen, pen.both(AGES.get(name, name)), amount(amount_minor), BODY)
    rule(pen)
