"""The sales register: columns that add up, hostile names that run nothing, numbers that stay numbers."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy.orm import Session

import countries
from core import clock
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports import issued, period
from reports.books import register
from reports.documents import Amounts, CorrectedDocument, IssuedDocument, IssuedLine
from tests.invoicing.conftest import goods

COLUMNS = register.columns(countries.get("IN"))
EVER = period.between(date(2020, 1, 1), date(2100, 1, 1))
SELLER = {"gstin": "27AAPFU0939F1ZV", "state_code": "27"}


def document(**changes: Any) -> IssuedDocument:
    lines = (
        IssuedLine("Soap", "3401", "pc", 1000, 1800, Amounts(100_00, cgst_minor=9_00, sgst_minor=9_00)),
        IssuedLine("Sugar", "1701", "kg", 1000, 500, Amounts(40_00, cgst_minor=1_00, sgst_minor=1_00)),
        IssuedLine("Salt", "2501", "pc", 1000, 0, Amounts(20_00)),
    )
    known = {
        "kind": "tax_invoice", "number": "S/1", "issued_on": date(2026, 11, 5), "seller": SELLER, "lines": lines,
        "buyer": {"name": "=HYPERLINK(1)", "code": "R1"}, "place_of_supply": "27", "round_off_minor": -10,
        "totals": Amounts(160_00, cgst_minor=10_00, sgst_minor=10_00), "total_minor": 179_90,
    }  # fmt: skip
    return IssuedDocument(**{**known, **changes})


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the register see these documents."""

    def place(*documents: IssuedDocument) -> None:
        def walk(*_: Any) -> Iterator[IssuedDocument]:
            return iter(documents)

        monkeypatch.setattr(issued, "walk", walk)

    return place


def read_csv(session: Session) -> list[dict[str, str]]:
    text = "".join(register.write_csv(session, EVER))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def read_xlsx(session: Session) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(register.write_xlsx(session, EVER))))


def test_a_document_is_one_line_and_a_credit_note_stands_below_zero(
    session: Session, only: Callable[..., None]
) -> None:
    note = document(kind="credit_note", number="SC/1", original=CorrectedDocument("S/1", date(2026, 11, 5), 179_90))
    only(document(), note)
    sale, back = read_csv(session)
    assert (sale["taxable"], sale["nil_rated"], sale["cgst"], sale["round_off"], sale["total"]) == (
        "140.00", "20.00", "10.00", "-0.10", "179.90",
    )  # fmt: skip
    assert (back["against"], back["total"]) == ("S/1", "-179.90")
    for column in COLUMNS[11:]:
        assert Decimal(sale[column]) + Decimal(back[column]) == 0


def test_every_line_adds_up_to_its_total(session: Session, only: Callable[..., None]) -> None:
    only(document())
    [sale] = read_csv(session)
    assert sum(Decimal(sale[column]) for column in COLUMNS[11:-1]) == Decimal(sale["total"])


def test_under_reverse_charge_a_line_adds_up_to_its_total_and_the_buyers_tax_stands_once(
    session: Session, only: Callable[..., None]
) -> None:
    only(document(reverse_charge=True, total_minor=159_90))
    [sale] = read_csv(session)
    assert sum(Decimal(sale[column]) for column in COLUMNS[12:-1]) == Decimal(sale["total"]) == Decimal("159.90")
    assert (sale["cgst"], sale["sgst"], sale["tax_by_buyer"]) == ("0.00", "0.00", "20.00")
    rates = list(read_xlsx(session)["By rate"].iter_rows(min_row=2, values_only=True))
    assert [row[4:] for row in rates] == [(40, 0, 0, 0, 0, 0), (100, 0, 0, 0, 0, 0)]


def test_a_cancelled_document_keeps_its_line_without_amounts(session: Session, only: Callable[..., None]) -> None:
    only(document(status="cancelled"))
    [row] = read_csv(session)
    assert (row["status"], row["number"]) == ("cancelled", "S/1")
    assert {row[column] for column in COLUMNS[11:]} == {"0.00"}
    assert read_xlsx(session)["By rate"].max_row == 1


def test_a_name_like_a_formula_is_text_in_both_forms(session: Session, only: Callable[..., None]) -> None:
    only(document())
    assert read_csv(session)[0]["buyer"] == "'=HYPERLINK(1)"
    cell = read_xlsx(session)["Documents"].cell(2, COLUMNS.index("buyer") + 1)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_the_workbook_has_numbers_dates_and_a_sheet_by_rate(session: Session, only: Callable[..., None]) -> None:
    only(document(), document(kind="credit_note", number="SC/1"))
    book = read_xlsx(session)
    rows = list(book["Documents"].iter_rows(min_row=2, values_only=True))
    assert rows[0][0].date() == date(2026, 11, 5)
    assert [row[-1] for row in rows] == [179.9, -179.9]
    rates = list(book["By rate"].iter_rows(min_row=2, values_only=True))
    assert [(row[1], row[3], row[4]) for row in rates] == [
        ("S/1", 5, 40), ("S/1", 18, 100), ("SC/1", 5, -40), ("SC/1", 18, -100),
    ]  # fmt: skip


def test_what_was_issued_stands_in_it(
    session: Session, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice]
) -> None:
    lines = [goods(), goods(sku="SALT", description="Salt", rate_bps=0, treatment="exempt")]
    made = issue(session, make_retailer(session).id, lines=lines, state_code="29")
    [row] = read_csv(session)
    assert (row["number"], row["date"]) == (made.number, clock.today("Asia/Kolkata").isoformat())
    assert (row["exempt"], row["igst"]) == ("2100.00", "105.00")
    assert (row["place_of_supply"], row["state"]) == ("29", "Karnataka")


def test_the_columns_of_india_are_those_that_accountants_know() -> None:
    assert COLUMNS == (
        "date", "type", "number", "status", "buyer_code", "buyer", "gstin", "place_of_supply", "state",
        "reverse_charge", "against", "tax_by_buyer", "taxable", "nil_rated", "exempt", "non_gst", "igst", "cgst",
        "sgst", "utgst", "cess", "round_off", "total",
    )  # fmt: skip
