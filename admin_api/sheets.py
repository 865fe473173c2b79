"""Answers as CSV: opened in a spreadsheet they show text, and run nothing (see reports/cells.py).

The byte order mark makes spreadsheets read UTF-8.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

from reports.cells import guarded

MAX_ROWS = 50_000


def answer(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A file to download, called `name`."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    response = Response("\ufeff" + file.getvalue(), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
