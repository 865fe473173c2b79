"""A table that measures its own columns and continues over pages with its heading repeated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from invoicing.pdf.pen import LABEL, Pen, height
from invoicing.pdf.shaping import SetLine, Style
from invoicing.pdf.sheet import LEFT, RIGHT, Sheet

CELL = Style(size=8)
CELL_SMALL = Style(size=7)
NOTE = Style(size=7, grey=0.42)
HEADING = Style(size=7, bold=True, grey=0.25)
GAP = 8.0
INSET = 4.0
HEADING_HEIGHT = 16.0
BESIDE = Style(size=6.5, grey=0.25)
BESIDE_HEIGHT = 10.0
BAND_GREY = 0.94
HAIRLINE_GREY = 0.85
MIN_FLEXIBLE = 100.0
MOST_FLEXIBLE = 190.0  # a longer description is broken before everything becomes small
MOST_MEASURED = 60
MAX_CELL_LINES = 3
MAX_NARROW = 96.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and side; the flexible one takes the width that the others leave.

    `beside` is the heading in the reader's language, under the English one.
    """

    heading: str
    align_right: bool = True
    flexible: bool = False
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row; `note` is a quiet line under the flexible cell."""

    cells: Sequence[str]
    note: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class _Layout:
    columns: Sequence[Column]
    edges: Sequence[tuple[float, float]]
    style: Style
    to_x: float

    @property
    def heading_height(self) -> float:
        """Taller where headings stand in two languages."""
        return HEADING_HEIGHT + (BESIDE_HEIGHT if any(column.beside for column in self.columns) else 0)


def draw_table(
    pen: Pen, columns: Sequence[Column], rows: Sequence[Row], on_new_page: Callable[[], None], to_x: float = RIGHT
) -> None:
    """Draw the rows from the sheet's `y` down; `on_new_page` writes what stands above a continued table."""
    columns = [replace(column, beside=pen.beside(column.heading)) for column in columns]
    layout = _layout(pen, columns, rows, to_x)
    if not pen.sheet.has_room(layout.heading_height + 40):
        on_new_page()
    _heading(pen, layout)
    for row in rows:
        flexible = _flexible_lines(pen, layout, row)
        tall = _row_height(flexible, layout.style, pen.padding)
        if not pen.sheet.has_room(tall):
            on_new_page()
            _heading(pen, layout)
        _row(pen, layout, row, flexible, tall)


def table_height(pen: Pen, columns: Sequence[Column], rows: Sequence[Row]) -> float:
    """How tall a table of short cells becomes."""
    beside = BESIDE_HEIGHT if any(pen.beside(column.heading) for column in columns) else 0.0
    return HEADING_HEIGHT + beside + len(rows) * (CELL.size * CELL.leading + 2 * pen.padding)


def _layout(pen: Pen, columns: Sequence[Column], rows: Sequence[Row], to_x: float) -> _Layout:
    """Column edges from the widest cell of each; a smaller size when descriptions would get too little room."""
    across = to_x - LEFT
    for style in (CELL, CELL_SMALL):
        widths = [_natural_width(pen, columns, rows, index, style) for index in range(len(columns))]
        if across - sum(widths) >= _wanted(pen, columns, rows, style):
            break
    fixed = not any(column.flexible for column in columns)
    if fixed:
        widths = [width + max(0.0, across - sum(widths)) / len(widths) for width in widths]
    spare = max(MIN_FLEXIBLE, across - sum(widths))
    edges, x = [], LEFT
    for column, width in zip(columns, widths, strict=True):
        taken = spare if column.flexible else width
        edges.append((x + INSET if x == LEFT else x, x + taken - GAP))
        x += taken
    edges[-1] = (edges[-1][0], to_x - INSET)
    return _Layout(columns, edges, style, to_x)


def _wanted(pen: Pen, columns: Sequence[Column], rows: Sequence[Row], style: Style) -> float:
    """Room for every description on one line, as far as that can be had."""
    if not any(column.flexible for column in columns):
        return 0.0
    at = next(index for index, column in enumerate(columns) if column.flexible)
    widest = max((pen.width(row.cells[at], style) for row in rows[:MOST_MEASURED]), default=0.0)
    return max(MIN_FLEXIBLE, min(MOST_FLEXIBLE, widest + GAP))


def _natural_width(pen: Pen, columns: Sequence[Column], rows: Sequence[Row], index: int, style: Style) -> float:
    if columns[index].flexible:
        return 0.0
    strong = Style(size=style.size, bold=True)
    widest = max((pen.width(row.cells[index], strong if row.strong else style) for row in rows), default=0.0)
    before = INSET if index == 0 else 0.0
    headings = max(pen.width(columns[index].heading, HEADING), pen.width(columns[index].beside, BESIDE))
    return min(MAX_NARROW, max(widest, headings)) + GAP + before


def _heading(pen: Pen, layout: _Layout) -> None:
    sheet = pen.sheet
    tall = layout.heading_height
    sheet.box(LEFT, sheet.y - tall, layout.to_x - LEFT, tall, BAND_GREY)
    for column, edges in zip(layout.columns, layout.edges, strict=True):
        _cell(pen, column, edges, sheet.y - 10.6, column.heading, HEADING)
        _cell(pen, column, edges, sheet.y - 10.6 - BESIDE_HEIGHT + 0.5, column.beside, BESIDE)
    sheet.y -= tall


def _row(pen: Pen, layout: _Layout, row: Row, flexible: list[SetLine], tall: float) -> None:
    sheet = pen.sheet
    style = Style(size=layout.style.size, bold=True) if row.strong else layout.style
    baseline = sheet.y - pen.padding - style.size
    for column, edges, text in zip(layout.columns, layout.edges, row.cells, strict=True):
        if column.flexible:
            _flexible_cell(pen, edges, sheet.y - pen.padding, flexible, row, style)
        else:
            _cell(pen, column, edges, baseline, text, style)
    sheet.y -= tall
    sheet.rule(sheet.y, HAIRLINE_GREY, 0.4, to_x=layout.to_x)


def _flexible_cell(
    pen: Pen, edges: tuple[float, float], top: float, lines: list[SetLine], row: Row, style: Style
) -> None:
    text_lines = lines[:-1] if row.note and lines else lines
    used = pen.paragraph(edges[0], top, text_lines, style)
    if row.note:
        pen.left(edges[0], top - used - NOTE.size, row.note, NOTE, edges[1] - edges[0])


def _flexible_lines(pen: Pen, layout: _Layout, row: Row) -> list[SetLine]:
    """The lines of the flexible cell, its note last."""
    for column, edges, text in zip(layout.columns, layout.edges, row.cells, strict=True):
        if column.flexible:
            style = Style(size=layout.style.size, bold=True) if row.strong else layout.style
            lines = pen.lines(text, style, edges[1] - edges[0], MAX_CELL_LINES)
            return lines + pen.lines(row.note, NOTE, edges[1] - edges[0], 1)
    return []


def _row_height(lines: list[SetLine], style: Style, padding: float) -> float:
    return max(style.size * style.leading, height(lines, style)) + 2 * padding


def _cell(pen: Pen, column: Column, edges: tuple[float, float], y: float, text: str, style: Style) -> None:
    start, end = edges
    if column.align_right:
        pen.right(end, y, text, style, end - start + GAP / 2)
    else:
        pen.left(start, y, text, style, end - start + GAP / 2)


def section_title(pen: Pen, text: str) -> None:
    """A small quiet title above a table."""
    pen.left(LEFT, pen.sheet.y - LABEL.size, pen.capitals(text), LABEL, RIGHT - LEFT)
    pen.sheet.y -= LABEL.size + 5


def keep_together(sheet: Sheet, tall: float, on_new_page: Callable[[], None]) -> None:
    """Start a new page unless so much still fits on this one."""
    if not sheet.has_room(tall):
        on_new_page()
