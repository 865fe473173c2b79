"""The e-invoice's registration on paper: its reference number, the acknowledgement, and the signed code to scan.

The code is the portal's own words, unchanged. It holds about a thousand letters, hence its size. Source: rule 46(r).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import segno

from invoicing.pdf.paper import InvoicePaper, PaperRegistration
from invoicing.pdf.pen import BODY, LABEL, QUIET, STRONG, Pen
from invoicing.pdf.sheet import LEFT, RIGHT, CodeMark
from invoicing.pdf.table import keep_together
from invoicing.upi import MASK

MODULE = 1.6  # points: what a scanner of 200 dots an inch still tells apart
QUIET_ZONE = 8.0
FACTS_HEIGHT = 84.0
MOST_IN_CODE = 2_900  # bytes: more no code holds
TITLE = "E-INVOICE"


def draw_registration(pen: Pen, paper: InvoicePaper, on_new_page: Callable[[], None]) -> None:
    """The code on the left, what it proves beside it, never torn apart; nothing without a registration."""
    known = paper.registration
    if known is None:
        return
    modules = signed_matrix(known.signed_code)
    side = MODULE * len(modules)
    tall = max(side, FACTS_HEIGHT)
    keep_together(pen.sheet, tall + 2 * QUIET_ZONE, on_new_page)
    top = pen.sheet.y - QUIET_ZONE
    if modules:
        pen.sheet.add(CodeMark(LEFT, top - side, side, modules))
    _facts(pen, known, LEFT + side + 16 if modules else LEFT, top)
    pen.sheet.y = top - tall - QUIET_ZONE


def _facts(pen: Pen, known: PaperRegistration, x: float, top: float) -> None:
    width = RIGHT - x
    pen.left(x, top - LABEL.size, TITLE, LABEL, width)
    y = top - LABEL.size - 4
    for label, value in rows(known):
        pen.left(x, y - QUIET.size, label, QUIET, width)
        y -= QUIET.size * QUIET.leading + 1
        y -= pen.paragraph(x, y, pen.lines(value, STRONG if label == "IRN" else BODY, width, 3), BODY) + 4


def rows(known: PaperRegistration) -> tuple[tuple[str, str], ...]:
    """What is printed beside the code, or on a slip under it."""
    return (("IRN", known.irn), ("Acknowledgement", known.ack_number), ("Acknowledged at", known.ack_at))


@lru_cache(maxsize=64)
def signed_matrix(signed_code: str) -> Sequence[Sequence[bool]]:
    """The dark modules of the portal's code; nothing when there is none to draw.

    With the least correction: a denser code is harder to read than a worn one.
    """
    if not 0 < len(signed_code.encode()) <= MOST_IN_CODE:
        return ()
    made = segno.make_qr(signed_code, error="l", boost_error=False, mask=MASK)
    return tuple(tuple(bool(module) for module in row) for row in made.matrix)
