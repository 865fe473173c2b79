"""The top of the paper: who sells, which document, who buys, where it goes."""

from collections.abc import Sequence

from core.i18n import N_
from invoicing.pdf.figures import day
from invoicing.pdf.paper import InvoicePaper, PaperParty
from invoicing.pdf.pen import BODY, LABEL, NAME, PARTY, QUIET, STRONG, TITLE, Pen
from invoicing.pdf.shaping import Style
from invoicing.pdf.sheet import LEFT, RIGHT, PictureMark

SELLER_WIDTH = 300.0
FACTS_WIDTH = 190.0
COLUMN_GAP = 18.0
TITLE_WIDTH = RIGHT - LEFT - SELLER_WIDTH - 6
CONTINUED_WIDTH = 380.0
MAX_ADDRESS_LINES = 4
MAX_REFERENCES = 4
MAX_LICENCES = 5
MAX_CARRIAGE = 5
LOGO_WIDTH, LOGO_HEIGHT = 140.0, 36.0
NUMBER, DATE, DUE = N_("Number"), N_("Date"), N_("Due date")
ORIGINAL_NUMBER, ORIGINAL_DATE = N_("Original invoice"), N_("Original date")
BILL_TO, SHIP_TO = N_("Bill to"), N_("Ship to")
PLACE, REVERSE = N_("Place of supply"), N_("Reverse charge")


def draw_heading(pen: Pen, paper: InvoicePaper) -> None:
    """Seller on the left, the document's facts on the right, then the parties."""
    draw_logo(pen, paper.logo)
    draw_masthead(pen, paper.seller, paper.title, paper.copy_label, _facts(paper))
    _parties(pen, paper)


def draw_logo(pen: Pen, png: bytes) -> None:
    """The seller's picture above its name, if it has one."""
    if png:
        pen.sheet.add(PictureMark(LEFT, pen.sheet.y, LOGO_WIDTH, LOGO_HEIGHT, png))
        pen.sheet.y -= LOGO_HEIGHT + 6


def draw_masthead(pen: Pen, seller: PaperParty, title: str, mark: str, facts: Sequence[tuple[str, str]]) -> None:
    """Who issues what: the top of every kind of paper, with a rule under it."""
    top = pen.sheet.y
    bottom = min(_seller(pen, seller, top), _document(pen, title, mark, facts, top))
    pen.sheet.y = bottom - 8
    pen.sheet.rule(pen.sheet.y, grey=0.2, width=1.0)
    pen.sheet.y -= 10


def draw_continued(pen: Pen, seller: str, label: str) -> None:
    """The short top of every page after the first."""
    sheet = pen.sheet
    told = f"{label} · continued"
    used = pen.right(RIGHT, sheet.y - 9, told, pen.fitting(told, QUIET, CONTINUED_WIDTH), CONTINUED_WIDTH)
    pen.left(LEFT, sheet.y - 9, seller, STRONG, RIGHT - LEFT - used - COLUMN_GAP)
    sheet.y -= 20
    sheet.rule(sheet.y, grey=0.2, width=0.8)
    sheet.y -= 10


def state_text(party: PaperParty) -> str:
    """`Maharashtra (27)`, or what is known of it."""
    if party.state_name and party.state_code:
        return f"{party.state_name} ({party.state_code})"
    return party.state_name or party.state_code


def _seller(pen: Pen, seller: PaperParty, top: float) -> float:
    y = top - pen.paragraph(LEFT, top, pen.lines(seller.name, NAME, SELLER_WIDTH, 2), NAME) - 2
    return _details(pen, seller, LEFT, y, SELLER_WIDTH)


def _details(pen: Pen, party: PaperParty, x: float, y: float, width: float) -> float:
    """Address, tax ids and ways to reach a party; answers the new y."""
    for text in [*party.address[:MAX_ADDRESS_LINES], state_text(party)]:
        y -= pen.paragraph(x, y, pen.lines(text, BODY, width, 2), BODY)
    for label, value in (*party.tax_ids, *party.licences[:MAX_LICENCES]):
        used = pen.left(x, y - BODY.size, f"{label} ", QUIET, width * 0.6)
        pen.left(x + used + 3, y - BODY.size, value, STRONG, width - used - 3)
        y -= BODY.size * BODY.leading
    contact = " · ".join(filter(None, (party.phone, party.email)))
    return y - pen.paragraph(x, y, pen.lines(contact, QUIET, width, 2), QUIET)


def _document(pen: Pen, title: str, mark: str, facts: Sequence[tuple[str, str]], top: float) -> float:
    """The title is the law's own name of the document: small rather than cut."""
    y = top
    style = pen.fitting(title.upper(), TITLE, TITLE_WIDTH)
    for line in pen.lines(title.upper(), style, TITLE_WIDTH, 2):
        y -= pen.paragraph(RIGHT - line.width, y, [line], style)
    for text, small in ((pen.beside(title), STRONG), (mark, LABEL)):
        for line in pen.lines(text, small, TITLE_WIDTH, 1):
            y -= pen.paragraph(RIGHT - line.width, y, [line], small)
    y -= 1
    for label, value in facts:
        y -= 12.2
        _fact(pen, label, value, STRONG, y)
    return y - 4


def _fact(pen: Pen, label: str, value: str, style: Style, y: float) -> None:
    """A quiet label, in both languages as far as there is room, and its value on the right."""
    room = FACTS_WIDTH - 6 - min(pen.width(value, style), FACTS_WIDTH - 66)
    pen.label(RIGHT - FACTS_WIDTH, y, label, QUIET, room)
    pen.right(RIGHT, y, value, style, FACTS_WIDTH - 66)


def dated(paper: InvoicePaper) -> list[tuple[str, str]]:
    """Which document this is, by number and day, and which one it corrects."""
    facts = [(NUMBER, paper.number), (DATE, day(paper.issued_on))]
    if paper.due_on:
        facts.append((DUE, day(paper.due_on)))
    if paper.refers_to:
        facts += [(ORIGINAL_NUMBER, paper.refers_to[0]), (ORIGINAL_DATE, day(paper.refers_to[1]))]
    return facts


def _facts(paper: InvoicePaper) -> list[tuple[str, str]]:
    return [*dated(paper), *paper.references[:MAX_REFERENCES]]


def _parties(pen: Pen, paper: InvoicePaper) -> None:
    top = pen.sheet.y
    parties = [(BILL_TO, paper.buyer)]
    if paper.ship_to:
        parties.append((SHIP_TO, paper.ship_to))
    width = (RIGHT - LEFT - FACTS_WIDTH - COLUMN_GAP * len(parties)) / len(parties)
    lows = [
        draw_party(pen, label, party, LEFT + index * (width + COLUMN_GAP), top, width)
        for index, (label, party) in enumerate(parties)
    ]
    lows.append(_supply(pen, paper, top))
    pen.sheet.y = min(lows) - 10


def draw_party(pen: Pen, label: str, party: PaperParty, x: float, top: float, width: float) -> float:
    """A party under its label; answers how far down it reaches."""
    pen.left(x, top - LABEL.size, pen.capitals(label), LABEL, width)
    y = top - LABEL.size - 4
    y -= pen.paragraph(x, y, pen.lines(party.name, PARTY, width, 2), PARTY) + 1
    return _details(pen, party, x, y, width)


def _supply(pen: Pen, paper: InvoicePaper, top: float) -> float:
    x, y = RIGHT - FACTS_WIDTH, top
    for label, value in _supply_facts(paper):
        pen.left(x, y - LABEL.size, pen.capitals(label), LABEL, FACTS_WIDTH)
        y -= LABEL.size + 3
        y -= pen.paragraph(x, y, pen.lines(value, BODY, FACTS_WIDTH, 2), BODY) + 5
    for label, value in paper.carriage[:MAX_CARRIAGE]:
        y -= BODY.size * BODY.leading
        _fact(pen, label, value, BODY, y)
    return y - (4 if paper.carriage else 0)


def _supply_facts(paper: InvoicePaper) -> Sequence[tuple[str, str]]:
    facts = [(PLACE, paper.place_of_supply)] if paper.place_of_supply else []
    if paper.country.papers.says_reverse_charge and paper.heads:
        facts.append((REVERSE, "Yes" if paper.reverse_charge else "No"))
    return facts
