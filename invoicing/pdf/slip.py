"""The same paper on a roll of 80 mm: one narrow column, as long as it needs to be."""

from pathlib import Path

from invoicing.amount_words import amount_in_words
from invoicing.pdf.figures import amount, percent, quantity, signed, with_currency
from invoicing.pdf.fonts import FONT_FOLDER
from invoicing.pdf.footing import ROUND_OFF, TOTAL, footing
from invoicing.pdf.goods import DISCOUNT_ABOVE, balance_rows, head_rate
from invoicing.pdf.heading import MAX_CARRIAGE, MAX_REFERENCES, PLACE, REVERSE, dated
from invoicing.pdf.paper import InvoicePaper, PaperLine, price_mark, rate_heading
from invoicing.pdf.pen import Pen
from invoicing.pdf.plain_text import printable
from invoicing.pdf.registration import rows, signed_matrix
from invoicing.pdf.roll import (
    BODY,
    EDGE,
    INNER,
    LONGEST,
    SMALL,
    SPACE,
    STRONG,
    SUM,
    TITLE,
    cut,
    pair,
    party,
    payment,
    rule,
    text,
    top,
)
from invoicing.pdf.sheet import CodeMark, Sheet, written
from invoicing.pdf.stamp import WORD
from tax.rules import Head


def render_slip(paper: InvoicePaper, font_folder: Path = FONT_FOLDER) -> bytes:
    """The paper as one page of 80 mm; equal papers give equal bytes. Raises FontsMissing, nothing else for any text."""
    pen = Pen(Sheet(y=LONGEST), font_folder, language=paper.language)
    _top(pen, paper)
    _goods(pen, paper)
    _sums(pen, paper)
    _taxes(pen, paper)
    _registered(pen, paper)
    _foot(pen, paper)
    cut(pen.sheet)
    title = printable(f"{paper.title} {paper.number}", 120)
    return written(pen.sheet, title=title, author=printable(paper.seller.name, 120))


def _top(pen: Pen, paper: InvoicePaper) -> None:
    top(pen, paper.seller, paper.logo)
    text(pen, paper.title.upper(), TITLE, 2)
    text(pen, pen.beside(paper.title), STRONG, 2)
    text(pen, paper.copy_label, SMALL, 1)
    _stamp(pen, paper)
    for label, value in _facts(paper):
        pair(pen, pen.both(label), value, BODY)
    rule(pen)
    text(pen, paper.buyer.name, STRONG, 2)
    party(pen, paper.buyer)
    if paper.ship_to:
        text(pen, f"Deliver to: {paper.ship_to.name}", STRONG, 2)
        party(pen, paper.ship_to)
    rule(pen)


def _stamp(pen: Pen, paper: InvoicePaper) -> None:
    """That it counts no more, at the top and at the foot: a roll is torn."""
    if paper.cancelled:
        rule(pen)
        text(pen, WORD, SUM, 1)
        text(pen, paper.cancelled, STRONG, 6)
        rule(pen)


def _facts(paper: InvoicePaper) -> list[tuple[str, str]]:
    facts = dated(paper)
    if paper.place_of_supply:
        facts.append((PLACE, paper.place_of_supply))
    if paper.country.papers.says_reverse_charge and paper.heads:
        facts.append((REVERSE, "Yes" if paper.reverse_charge else "No"))
    return [*facts, *paper.references[:MAX_REFERENCES], *paper.carriage[:MAX_CARRIAGE]]


def _goods(pen: Pen, paper: InvoicePaper) -> None:
    heading = rate_heading(paper.lines)
    pair(pen, "Item, rate" if heading == "Rate" else "Item, rate incl. tax", "Amount", SMALL)
    for number, line in enumerate(paper.lines, start=1):
        text(pen, f"{number}. {line.description}", STRONG, 3)
        pair(pen, _measure(line) + price_mark(line, heading), amount(line.total_minor), BODY)
        about = _about(line, bool(paper.heads))
        text(pen, about, SMALL, 2)
        pen.sheet.y -= 1.5
    rule(pen)


def _measure(line: PaperLine) -> str:
    if not line.qty:
        return amount(line.taxable_minor)
    return f"{quantity(line.qty)} {line.unit} × {amount(line.unit_price_minor)}"


def _about(line: PaperLine, taxed: bool) -> str:
    known = [f"HSN {line.hsn}" if line.hsn else "", line.note]
    if line.mrp_minor:
        known.append(f"MRP {amount(line.mrp_minor)}")
    if line.discount_minor:
        known.append(f"less {amount(line.discount_minor)}")
    if taxed:
        known.append(line.rate_label or f"tax {percent(line.rate_bps)} {amount(sum(line.taxes.values()))}")
    return " · ".join(part for part in known if part)


def _sums(pen: Pen, paper: InvoicePaper) -> None:
    known = footing(paper)
    for label, amount_minor in (*known.before, *known.rows):
        pair(pen, pen.both(label), signed(amount_minor) if label == ROUND_OFF else amount(amount_minor), BODY)
    rule(pen)
    pair(pen, pen.both(TOTAL), with_currency(paper.grand_total_minor, paper.currency), SUM)
    if known.discount_inside_minor:
        text(pen, f"{pen.both(DISCOUNT_ABOVE)}: {amount(known.discount_inside_minor)}", SMALL, 2)
    for label, owed in balance_rows(paper):
        pair(pen, pen.both(label), owed, BODY)
    text(pen, amount_in_words(paper.grand_total_minor), BODY, 4)
    rule(pen)


def _taxes(pen: Pen, paper: InvoicePaper) -> None:
    if not paper.heads:
        return
    for row in paper.summary:
        if not any(row.taxes.values()):
            continue
        heads = [head for head in paper.heads if row.taxes.get(head)]
        parts = [
            f"{paper.head(head).label} {_rate(paper.head(head), row.rate_bps)}{amount(row.taxes[head])}"
            for head in heads
        ]
        pair(pen, f"HSN {row.hsn or '–'}", amount(row.taxable_minor), SMALL)
        text(pen, ", ".join(parts), SMALL, 2)
    rule(pen)


def _rate(head: Head, rate_bps: int) -> str:
    return f"{head_rate(head, rate_bps)} " if head.shares else ""


def _registered(pen: Pen, paper: InvoicePaper) -> None:
    known = paper.registration
    if known is None:
        return
    for label, value in rows(known):
        text(pen, label, SMALL, 1)
        text(pen, value, BODY, 3)
    modules = signed_matrix(known.signed_code)
    if modules:
        pen.sheet.y -= SPACE + INNER  # as wide as the roll: thermal printers have 203 dots an inch
        pen.sheet.add(CodeMark(EDGE, pen.sheet.y, INNER, modules))
        pen.sheet.y -= SPACE
    rule(pen)


def _foot(pen: Pen, paper: InvoicePaper) -> None:
    _stamp(pen, paper)
    payment(pen, paper.payment)
    for line in [*paper.notes[:6], *paper.terms[:8]]:
        text(pen, line, SMALL, 4)
    if paper.is_signed:
        pen.sheet.y -= 26
        text(pen, f"For {paper.seller.name}", STRONG, 1)
        text(pen, "Authorised signatory", SMALL, 1)
