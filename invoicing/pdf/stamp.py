"""The stamp on what counts no more: on every page, in a frame that no eye passes over."""

from invoicing.pdf.pen import STRONG, Pen, height
from invoicing.pdf.shaping import Style
from invoicing.pdf.sheet import LEFT, RIGHT, BoxMark

WORD = "CANCELLED"
BIG = Style(size=26, bold=True, grey=0.0)
FRAME, INSET = 2.0, 10.0


def draw_stamp(pen: Pen, said: str) -> None:
    """The word with its day and reason, across the page; nothing for a document that counts."""
    if not said:
        return
    sheet, width = pen.sheet, RIGHT - LEFT
    lines = pen.lines(said, STRONG, width - 2 * INSET, 4)
    tall = BIG.size + 8 + height(lines, STRONG) + 2 * INSET
    top, bottom = sheet.y, sheet.y - tall
    for x, y, wide, high in (
        (LEFT, top - FRAME, width, FRAME),
        (LEFT, bottom, width, FRAME),
        (LEFT, bottom, FRAME, tall),
        (RIGHT - FRAME, bottom, FRAME, tall),
    ):
        sheet.add(BoxMark(x, y, wide, high, 0.0))
    pen.left(LEFT + INSET, top - INSET - BIG.size + 4, WORD, BIG, width - 2 * INSET)
    pen.paragraph(LEFT + INSET, top - INSET - BIG.size - 4, lines, STRONG)
    sheet.y = bottom - 12
