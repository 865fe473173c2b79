"""Sets text on a sheet: left, right, in paragraphs; always tamed, cut to its width and never raising."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.i18n import ENGLISH, _, speaking
from invoicing.pdf.fonts import NASTALIQ
from invoicing.pdf.plain_text import printable
from invoicing.pdf.shaping import SetLine, Style, set_line
from invoicing.pdf.sheet import Sheet, TextMark
from invoicing.pdf.wrapping import fitted, wrapped

SOFT = 0.42
NAME = Style(size=15, bold=True, urdu=NASTALIQ, leading=1.2)
TITLE = Style(size=13, bold=True)
PARTY = Style(size=10, bold=True, urdu=NASTALIQ)
BODY = Style(size=8.5)
STRONG = Style(size=8.5, bold=True)
QUIET = Style(size=8, grey=SOFT)
LABEL = Style(size=7, grey=SOFT)
SUM = Style(size=12, bold=True)

ROOMY, DENSE = 3.2, 1.4  # points
SMALLEST = 7.0  # what a cheap printer still shows

# Scripts that reach further up or down than Latin push the lines apart by what they need beyond this.
LATIN_ASCENT, LATIN_DESCENT = 1.069, 0.293


@dataclass(frozen=True, slots=True)
class Pen:
    """Where to write and with which fonts. `padding` is the room above and below each row of a table.

    `language` is the reader's: labels stand in English, as the tax office reads them, and in that language beside it.
    """

    sheet: Sheet
    folder: Path
    padding: float = ROOMY
    language: str = ENGLISH

    def beside(self, label: str) -> str:
        """The label in the reader's language; empty when that says nothing else than the English."""
        if self.language == ENGLISH:
            return ""
        with speaking(self.language):
            said = _(label)
        return "" if said == label else said

    def both(self, label: str) -> str:
        """`Due date · देय तिथि`"""
        return " · ".join(filter(None, (label, self.beside(label))))

    def capitals(self, label: str) -> str:
        """As `both`, the English in capitals: what stands small above something."""
        return " · ".join(filter(None, (label.upper(), self.beside(label))))

    def label(self, x: float, y: float, label: str, style: Style, width: float) -> None:
        """The label in both languages, smaller where that is needed; in English alone where it would be cut."""
        said = self.both(label)
        small = self.fitting(said, style, width)
        if self.width(said, small) > width:
            said, small = label, self.fitting(label, style, width)
        self.left(x, y, said, small, width)

    def fitting(self, text: str, style: Style, width: float) -> Style:
        """The style made so small that the text is not cut; no smaller than can be read."""
        while style.size > SMALLEST and self.width(text, style) > width:
            style = replace(style, size=max(SMALLEST, style.size - 0.5))
        return style

    def left(self, x: float, y: float, text: str, style: Style, width: float) -> float:
        """One line with its baseline at `y`; answers the width it took."""
        line = fitted(text, style, width, self.folder)
        return self._put(line, x, y, style) if line else 0.0

    def right(self, x: float, y: float, text: str, style: Style, width: float) -> float:
        """One line that ends at `x`; answers the width it took."""
        line = fitted(text, style, width, self.folder)
        return self._put(line, x - line.width, y, style) if line else 0.0

    def lines(self, text: str, style: Style, width: float, max_lines: int) -> list[SetLine]:
        """The text broken to a width, for `paragraph`."""
        return wrapped(text, style, width, max_lines, self.folder)

    def paragraph(self, x: float, top: float, lines: Sequence[SetLine], style: Style) -> float:
        """Lines under each other from `top` down; answers the height they took."""
        y = top
        for line in lines:
            self._put(line, x, y - rise_of(line, style), style)
            y -= pitch(line, style)
        return top - y

    def width(self, text: str, style: Style) -> float:
        """How wide the text would be on one line."""
        return set_line(printable(text), style, self.folder).width

    def _put(self, line: SetLine, x: float, y: float, style: Style) -> float:
        self.sheet.add(TextMark(x, y, line, style.size, style.grey))
        return line.width


def pitch(line: SetLine, style: Style) -> float:
    """The height that a line takes among others."""
    over, under = _beyond_latin(line, style)
    return style.size * style.leading + over + under


def height(lines: Sequence[SetLine], style: Style) -> float:
    """The height of a paragraph."""
    return sum(pitch(line, style) for line in lines)


def rise_of(line: SetLine, style: Style) -> float:
    """From a line's top to its baseline."""
    return style.size + _beyond_latin(line, style)[0]


def _beyond_latin(line: SetLine, style: Style) -> tuple[float, float]:
    """What other scripts reach further up and down than Latin does."""
    return max(0.0, line.ascent - style.size * LATIN_ASCENT), max(0.0, line.descent - style.size * LATIN_DESCENT)
