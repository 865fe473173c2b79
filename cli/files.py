"""Files that people send: CSV, spreadsheets and JSON as rows of cells, and rejected rows written back."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl

from core.errors import Invalid
from orders.rows import Report

MAX_BYTES = 30_000_000
MAX_ROWS = 100_000

Cells = dict[str, Any]


class FileUnreadable(Invalid):
    """The file is none that can be read; nothing was imported."""

    code = "FILE_UNREADABLE"


def read(path: Path) -> list[Cells] | dict[str, Any]:
    """The rows of a CSV or XLSX file by column name, or what a JSON file holds. Raises FileUnreadable."""
    if path.stat().st_size > MAX_BYTES:
        raise FileUnreadable(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB.")
    readers = {".json": _json, ".xlsx": _xlsx, ".csv": _csv, ".tsv": _csv, ".txt": _csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise FileUnreadable(f"{path.name}: use a .csv, .xlsx or .json file.")
    found: list[Cells] | dict[str, Any] = reader(path)
    return found


def rows_of(path: Path) -> list[Cells]:
    """The rows of a file that must be a table. Raises FileUnreadable."""
    found = read(path)
    if isinstance(found, Mapping) or not all(isinstance(row, Mapping) for row in found):
        raise FileUnreadable(f"{path.name} is not a table: a list of rows with the same columns is needed.")
    return found


def write_rejected(path: Path, rows: Sequence[Mapping[str, Any]], report: Report) -> Path | None:
    """The rejected rows beside the file, with what is wrong with each; None when there are none."""
    rejected = [row for row in report.rows if row.outcome == "rejected"]
    if not rejected:
        return None
    beside = path.with_name(f"{path.name}.rejected.csv")
    columns = list(dict.fromkeys(name for row in rejected for name in rows[row.number - 1]))
    with beside.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", *columns, "problems"])
        for row in rejected:
            cells = rows[row.number - 1]
            writer.writerow([row.number, *(_cell(cells.get(name)) for name in columns), "; ".join(row.problems)])
    return beside


def _json(path: Path) -> Any:
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=str)
    except (ValueError, RecursionError) as error:
        raise FileUnreadable(f"{path.name} is not JSON: {error}") from error
    if not isinstance(found, dict | list):
        raise FileUnreadable(f"{path.name} holds neither rows nor a catalogue.")
    return found


def _csv(path: Path) -> list[Cells]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadable(f"{path.name} is not UTF-8: save it as 'CSV UTF-8'.") from error
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    try:
        return _table(path, [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)])
    except csv.Error as error:
        raise FileUnreadable(f"{path.name} is not CSV: {error}") from error


def _xlsx(path: Path) -> list[Cells]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise FileUnreadable(f"{path.name} is not a spreadsheet: {error}") from error
    try:
        sheet = book.worksheets[0]
        return _table(path, [list(row) for row in sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 2)])
    finally:
        book.close()


def _table(path: Path, lines: list[list[Any]]) -> list[Cells]:
    if not lines or not any(lines[0]):
        raise FileUnreadable(f"{path.name} has no header line.")
    names = [str(name or "").strip().lower().replace(" ", "_") for name in lines[0]]
    filled = [line for line in lines[1:] if any(str(cell).strip() for cell in line if cell is not None)]
    if len(filled) > MAX_ROWS:
        raise FileUnreadable(f"{path.name} has more than {MAX_ROWS} rows.")
    return [{name: cell for name, cell in zip(names, line, strict=False) if name} for line in filled]


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)
