"""The sales register: every document of a period with its tax, as CSV or as a workbook.

Amounts are signed, so that each column adds up: credit notes stand below zero. A cancelled document keeps its line,
without amounts. Tax that the buyer owes himself (reverse charge) is no tax of the seller: it stands in a column of its
own before the amounts, and is no part of the total. Which taxes have a column is the seller's country's to say.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import xlsxwriter
from sqlalchemy.orm import Session

import countries
from countries.country import Country
from parties import organisations
from reports import issued
from reports.cells import guarded
from reports.documents import (
    CANCELLED,
    COMMERCIAL_CREDIT_NOTE,
    EXEMPT,
    NIL_RATED,
    NON_GST,
    NOTHING,
    TAXABLE,
    Amounts,
    IssuedDocument,
)
from reports.period import Period

BEFORE_TAX = (
    "date", "type", "number", "status", "buyer_code", "buyer", "gstin", "place_of_supply", "state", "reverse_charge",
    "against", "tax_by_buyer", "taxable", "nil_rated", "exempt", "non_gst",
)  # fmt: skip
AFTER_TAX = ("round_off", "total")
OF_A_RATE = ("date", "number", "buyer", "rate_percent", "taxable")
USUAL_ORDER = ("igst", "cgst", "sgst", "utgst", "cess")  # as accountants of India read them
PIECE_BYTES = 64 * 1024

Row = tuple[Any, ...]


def write_csv(session: Session, period: Period) -> Iterator[str]:
    """One line per document. The byte order mark makes spreadsheets read UTF-8."""
    yield "\ufeff" + _csv_line(columns(_country(session)))
    for document in listed(session, period):
        yield _csv_line([guarded(cell) for cell in row(document)])


def write_xlsx(session: Session, period: Period) -> Iterator[bytes]:
    """A workbook: a sheet of documents, and one with a line per document and rate."""
    with tempfile.TemporaryFile() as file:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(file, options) as book:
            _fill(book, session, period)
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def columns(country: Country) -> tuple[str, ...]:
    """The columns of a document, with this country's taxes."""
    named = (
        BEFORE_TAX
        if "gstr1" in country.returns
        else tuple("tax_id" if name == "gstin" else name for name in BEFORE_TAX)
    )
    return (*named, *tax_columns(country), *AFTER_TAX)


def tax_columns(country: Country) -> tuple[str, ...]:
    """This country's taxes, as its accountants read them."""
    heads = country.tax.head_names
    return tuple(sorted(heads, key=lambda head: USUAL_ORDER.index(head) if head in USUAL_ORDER else len(USUAL_ORDER)))


def row(document: IssuedDocument) -> Row:
    """One document as the columns have it."""
    sums = NOTHING if document.status == CANCELLED else document.totals
    untaxed = _by_kind(document)
    by_buyer_minor = sums.tax_minor if document.reverse_charge else 0
    amounts = (
        by_buyer_minor,
        sums.taxable_minor - sum(untaxed.values()),
        *untaxed.values(),
        *_taxes(document, sums),
        0 if document.status == CANCELLED else document.round_off_minor,
        0 if document.status == CANCELLED else document.total_minor,
    )
    return (
        document.issued_on,
        document.kind,
        document.number,
        document.status,
        document.buyer.get("code") or "",
        document.buyer.get("name") or "",
        document.buyer_gstin or "",
        document.place_of_supply,
        countries.of(document.seller).regions.name(document.place_of_supply),
        "Y" if document.reverse_charge else "N",
        document.original.number if document.original else "",
        *(_rupees(document.sign * amount_minor) for amount_minor in amounts),
    )


def rate_rows(document: IssuedDocument) -> Iterator[Row]:
    """One row per rate of what carries tax of the seller's or, under reverse charge, none."""
    sums: dict[int, Amounts] = {}
    for line in document.lines if document.status != CANCELLED else ():
        if line.kind == TAXABLE:
            sums[line.rate_bps] = sums.get(line.rate_bps, NOTHING).plus(line.amounts, document.sign)
    for rate_bps, amounts in sorted(sums.items()):
        yield (
            document.issued_on,
            document.number,
            document.buyer.get("name") or "",
            _rupees(rate_bps),
            _rupees(amounts.taxable_minor),
            *map(_rupees, _taxes(document, amounts)),
        )


def listed(session: Session, period: Period) -> Iterator[IssuedDocument]:
    """Sales and what corrects them; a commercial credit changes no sale and no tax."""
    return (one for one in issued.walk(session, period) if one.kind != COMMERCIAL_CREDIT_NOTE)


def _fill(book: Any, session: Session, period: Period) -> None:
    """Two sheets side by side, row by row: the workbook keeps only the present row of each in memory."""
    styles = {"date": book.add_format({"num_format": "dd mmm yyyy"}), "money": book.add_format({"num_format": "0.00"})}
    sheets = [book.add_worksheet(name) for name in ("Documents", "By rate")]
    country = _country(session)
    headers = (columns(country), (*OF_A_RATE, *tax_columns(country)))
    for sheet, header in zip(sheets, headers, strict=True):
        _put(sheet, 0, header, styles)
        sheet.freeze_panes(1, 0)
    used = [1, 1]
    for document in listed(session, period):
        for place, rows in enumerate(([row(document)], rate_rows(document))):
            for cells in rows:
                _put(sheets[place], used[place], cells, styles)
                used[place] += 1


def _put(sheet: Any, number: int, cells: tuple[Any, ...], styles: dict[str, Any]) -> None:
    for column, value in enumerate(cells):
        if isinstance(value, Decimal):
            sheet.write_number(number, column, value, styles["money"])
        elif isinstance(value, str):
            sheet.write_string(number, column, value)
        else:
            sheet.write_datetime(number, column, value, styles["date"])


def _by_kind(document: IssuedDocument) -> dict[str, int]:
    """What carries no tax, by kind, in the order of the columns."""
    sums = dict.fromkeys((NIL_RATED, EXEMPT, NON_GST), 0)
    for line in document.lines if document.status != CANCELLED else ():
        if line.kind != TAXABLE:
            sums[line.kind] += line.amounts.taxable_minor
    return sums


def _taxes(document: IssuedDocument, amounts: Amounts) -> tuple[int, ...]:
    """What the seller owes of these, in the order of the columns."""
    owed = NOTHING if document.reverse_charge else amounts
    return tuple(owed.of_head(head) for head in tax_columns(countries.of(document.seller)))


def _country(session: Session) -> Country:
    return countries.get(organisations.get(session).country)


def _rupees(amount_minor: int) -> Decimal:
    return Decimal(amount_minor).scaleb(-2)


def _csv_line(cells: Any) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerow(cells)
    return file.getvalue()
