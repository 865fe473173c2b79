"""Answers as CSV: opened in a spreadsheet they show text, and run nothing.

A cell that begins like a formula gets an apostrophe in front, as spreadsheets themselves write it (OWASP, CSV
injection); the byte order mark makes them read UTF-8.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

MAX_ROWS = 50_000
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(value: Any) -> Any:
    """The value, harmless in a cell; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(_RISKY) else text


def answer(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A file to download, called `name`."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    response = Response("\ufeff" + file.getvalue(), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
