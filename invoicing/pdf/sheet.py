"""Pages being laid out. Marks are kept until all pages are known, then written as PDF operators.

Text is written glyph by glyph with our own operators: ReportLab's route for shaped strings loses the text rise and
cannot say what the glyphs mean. `ActualText` tells readers and search what a shaped line says.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from invoicing.pdf.shaping import Glyphs, SetLine

PAGE_WIDTH, PAGE_HEIGHT = A4
LEFT, RIGHT = 36.0, PAGE_WIDTH - 36.0
TOP, BOTTOM = PAGE_HEIGHT - 34.0, 52.0


@dataclass(frozen=True, slots=True)
class TextMark:
    """A line of text with its baseline's left end."""

    x: float
    y: float
    line: SetLine
    size: float
    grey: float


@dataclass(frozen=True, slots=True)
class BoxMark:
    """A filled rectangle; a rule is a thin one."""

    x: float
    y: float
    width: float
    height: float
    grey: float


@dataclass(frozen=True, slots=True)
class CodeMark:
    """A square code of dark and light modules."""

    x: float
    y: float
    side: float
    modules: Sequence[Sequence[bool]]


@dataclass(frozen=True, slots=True)
class PictureMark:
    """A PNG picture fitted into a rectangle from its upper left corner."""

    x: float
    top: float
    width: float
    height: float
    png: bytes


Mark = TextMark | BoxMark | CodeMark | PictureMark


@dataclass(slots=True)
class Sheet:
    """The pages so far and the height `y` up to which the last one is filled."""

    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    y: float = TOP
    size: tuple[float, float] = A4

    def new_page(self) -> None:
        """Continue on a fresh page."""
        self.pages.append([])
        self.y = TOP

    def has_room(self, height: float) -> bool:
        """True when so much still fits above the footer."""
        return self.y - height >= BOTTOM

    def add(self, mark: Mark) -> None:
        """Draw on the last page."""
        self.pages[-1].append(mark)

    def rule(self, y: float, grey: float = 0.75, width: float = 0.6, x: float = LEFT, to_x: float = RIGHT) -> None:
        """A horizontal line."""
        self.add(BoxMark(x, y - width / 2, to_x - x, width, grey))

    def box(self, x: float, y: float, width: float, height: float, grey: float) -> None:
        """A filled rectangle from its lower left corner."""
        self.add(BoxMark(x, y, width, height, grey))


def written(sheet: Sheet, title: str, author: str) -> bytes:
    """The PDF. Equal sheets give equal bytes."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=sheet.size, invariant=1, pageCompression=1, lang="en-IN")
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("Bahi")
    canvas.setSubject("")
    for page in sheet.pages:
        for mark in page:
            _put(mark, canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _put(mark: Mark, canvas: Canvas) -> None:
    if isinstance(mark, PictureMark):
        picture = ImageReader(io.BytesIO(mark.png))
        canvas.drawImage(
            picture, mark.x, mark.top - mark.height, mark.width, mark.height, preserveAspectRatio=True, anchor="nw"
        )
        return
    canvas.addLiteral(_operators(mark, canvas))


def _operators(mark: TextMark | BoxMark | CodeMark, canvas: Canvas) -> str:
    if isinstance(mark, TextMark):
        return _text_operators(mark, canvas)
    if isinstance(mark, BoxMark):
        return f"q {_n(mark.grey)} g {_n(mark.x)} {_n(mark.y)} {_n(mark.width)} {_n(mark.height)} re f Q"
    return _code_operators(mark)


def _text_operators(mark: TextMark, canvas: Canvas) -> str:
    parts, x = [], mark.x
    for glyphs in mark.line.glyphs:
        parts.append(_glyph_operators(glyphs, x, mark, canvas))
        x += sum(glyphs.advances) * mark.size / 1000
    drawn = "\n".join(parts)
    if not mark.line.spoken:
        return drawn
    spoken = ("\ufeff" + mark.line.spoken).encode("utf-16-be").hex().upper()
    return f"/Span <</ActualText <{spoken}>>> BDC\n{drawn}\nEMC"


def _glyph_operators(glyphs: Glyphs, x: float, mark: TextMark, canvas: Canvas) -> str:
    """One stretch in its own graphics state, so that rise and grey cannot leak into the next."""
    operators = [f"q {_n(mark.grey)} g BT 1 0 0 1 {_n(x)} {_n(mark.y)} Tm"]
    font, document = glyphs.face.embedded, canvas._doc
    at, rise, pending = 0, 0, 0
    for subset, codes in font.splitString(glyphs.characters, document):
        operators.append(f"{font.getSubsetInternalName(subset, document)} {_n(mark.size)} Tf")
        shown: list[str] = []
        for code in codes:
            if glyphs.rises[at] != rise:
                operators += [_shown(shown), f"{_n(glyphs.rises[at] * mark.size / 1000)} Ts"]
                shown, rise = [], glyphs.rises[at]
            kern = pending - glyphs.shifts[at]
            shown.append(f"{kern if kern else ''}<{code:02X}>")
            width = font.face.charWidths[ord(glyphs.characters[at])]
            pending = glyphs.shifts[at] + width - glyphs.advances[at]
            at += 1
        operators.append(_shown(shown))
    return " ".join([*filter(None, operators), "ET Q"])


def _shown(parts: list[str]) -> str:
    """Neighbouring glyphs without a correction between them join into one string."""
    return f"[{''.join(parts).replace('><', '')}] TJ" if parts else ""


def _code_operators(mark: CodeMark) -> str:
    """An inline picture of one bit a module: crisp at every size, without seams between the modules."""
    count = len(mark.modules)
    rows = ["".join("0" if dark else "1" for dark in row).ljust((count + 7) // 8 * 8, "1") for row in mark.modules]
    data = "".join(f"{int(row, 2):0{len(row) // 4}X}" for row in rows)
    place = f"q {_n(mark.side)} 0 0 {_n(mark.side)} {_n(mark.x)} {_n(mark.y)} cm"
    return f"{place}\nBI /W {count} /H {count} /BPC 1 /CS /G /F /AHx ID {data}>\nEI Q"


def _n(value: float) -> str:
    """A PDF number: three decimals, no exponent, no zeros behind."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
