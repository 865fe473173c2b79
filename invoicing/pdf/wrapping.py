"""Breaks printable text into lines that fit a width, and never into more lines than there is room for."""

import unicodedata
from pathlib import Path

from invoicing.pdf.plain_text import JOINERS, printable
from invoicing.pdf.shaping import SetLine, Style, set_line

ELLIPSIS = "…"
VIRAMAS = "\u094d"


def wrapped(text: str, style: Style, width: float, max_lines: int, folder: Path) -> list[SetLine]:
    """The text in at most `max_lines` lines; what does not fit ends in an ellipsis. Empty text has no lines."""
    lines = _broken(printable(text), style, width, folder)
    if len(lines) > max_lines:
        rest = " ".join(lines[max_lines - 1 :])
        lines = [*lines[: max_lines - 1], _cut(rest, style, width, folder)]
    return [set_line(line, style, folder) for line in lines]


def fitted(text: str, style: Style, width: float, folder: Path) -> SetLine | None:
    """One line, or None when the text is empty."""
    lines = wrapped(text, style, width, 1, folder)
    return lines[0] if lines else None


def _broken(text: str, style: Style, width: float, folder: Path) -> list[str]:
    lines: list[str] = []
    current = ""
    for word in text.split():
        for piece in _pieces(word, style, width, folder):
            candidate = f"{current} {piece}" if current else piece
            if current and set_line(candidate, style, folder).width > width:
                lines.append(current)
                candidate = piece
            current = candidate
    return [*lines, current] if current else lines


def _pieces(word: str, style: Style, width: float, folder: Path) -> list[str]:
    """The word itself, or its parts when it alone is wider than the line."""
    if set_line(word, style, folder).width <= width:
        return [word]
    pieces, clusters = [], _clusters(word)
    while clusters:
        count = max(1, _fitting(clusters, "", style, width, folder))
        pieces.append("".join(clusters[:count]))
        clusters = clusters[count:]
    return pieces


def _cut(text: str, style: Style, width: float, folder: Path) -> str:
    """As many letters as fit before an ellipsis."""
    clusters = _clusters(text)
    count = _fitting(clusters, ELLIPSIS, style, width, folder)
    return "".join(clusters[:count]).rstrip() + ELLIPSIS


def _fitting(clusters: list[str], ending: str, style: Style, width: float, folder: Path) -> int:
    """How many clusters fit before the ending, found by halving."""
    low, high = 0, len(clusters)
    while low < high:
        middle = (low + high + 1) // 2
        candidate = "".join(clusters[:middle]).rstrip() + ending
        low, high = (middle, high) if set_line(candidate, style, folder).width <= width else (low, middle - 1)
    return low


def _clusters(text: str) -> list[str]:
    """Letters with the marks and joiners that belong to them."""
    clusters: list[str] = []
    for letter in text:
        belongs = unicodedata.category(letter).startswith("M") or letter in JOINERS
        if clusters and (belongs or clusters[-1][-1] in VIRAMAS + JOINERS):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return clusters
