"""Importing files: rows reported one by one, the same file twice, wrong rows beside the file, exit code 5."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from cli import imports
from core import db
from core.errors import NotFound
from credit import accounts, bills
from orders import catalogue
from parties import organisations
from parties.tables import Retailer

SHOPS = """code,name,phone,language,gstin,state,address,credit_limit,credit_days,max_order_value,max_outstanding_days
R1,Sharma Kirana,+919810000001,en,,27,"12 MG Road, Pune",50000,15,40000,30
R2,Gupta Stores,98100 00002,hi,,Maharashtra,,"20,000.50",7,,
"""
Import = Callable[..., Result]


@pytest.fixture
def bring(org: UUID, tmp_path: Path) -> Import:
    """Run `import KIND` on a file with this content."""

    def run(kind: str, content: str, *options: str, name: str = "file.csv") -> Result:
        path = tmp_path / name
        if content:
            path.write_text(content, encoding="utf-8")
        line = [kind, str(path), "--org", organisations.public_id(org), *options]
        return CliRunner().invoke(imports.command, line, standalone_mode=False)

    return run


def report(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def shop(org: UUID, code: str) -> Retailer:
    with db.transaction(org) as session:
        return session.scalars(select(Retailer).where(Retailer.code == code)).one()


def test_shops_come_in_with_their_terms_in_paise(org: UUID, bring: Import) -> None:
    result = bring("retailers", SHOPS, "--json")
    assert result.return_value == 0
    assert report(result) | {"rows": []} == {"rows": [], "added": 2, "changed": 0, "unchanged": 0, "rejected": 0}
    gupta = shop(org, "R2")
    assert (gupta.phone, gupta.state_code, gupta.language) == ("+919810000002", "27", "hi")
    with db.transaction(org) as session:
        terms = accounts.terms_of(accounts.get(session, gupta.id))
        assert terms == accounts.Terms(2_000_050, 7, None, None)
        assert accounts.terms_of(accounts.get(session, shop(org, "R1").id)) == accounts.Terms(
            5_000_000, 15, 4_000_000, 30
        )


def test_the_same_shops_again_change_nothing_and_a_new_limit_changes_one(org: UUID, bring: Import) -> None:
    bring("retailers", SHOPS)
    assert report(bring("retailers", SHOPS, "--json"))["unchanged"] == 2
    result = report(bring("retailers", SHOPS.replace(",50000,", ",60000,"), "--json"))
    assert (result["changed"], result["unchanged"]) == (1, 1)
    with db.transaction(org) as session:
        assert accounts.get(session, shop(org, "R1").id).limit_minor == 6_000_000


def test_columns_that_a_file_lacks_stay_as_they_are(org: UUID, bring: Import) -> None:
    bring("retailers", SHOPS)
    assert report(bring("retailers", "code,name,phone\nR1,Sharma & Sons,+919810000001\n", "--json"))["changed"] == 1
    sharma = shop(org, "R1")
    assert (sharma.name, sharma.address, sharma.state_code) == ("Sharma & Sons", "12 MG Road, Pune", "27")
    with db.transaction(org) as session:
        assert accounts.terms_of(accounts.get(session, sharma.id)) == accounts.Terms(5_000_000, 15, 4_000_000, 30)


def test_rejected_rows_stand_beside_the_file_and_the_rest_is_in(org: UUID, bring: Import, tmp_path: Path) -> None:
    result = bring("retailers", SHOPS + "R3,,12,xx,27A,99,,-5,x,,\nR4,Dup,+919810000001,,,,,,,,\n")
    assert result.return_value == 5
    with (tmp_path / "file.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["code"]) for row in rows] == [("3", "R3"), ("4", "R4")]
    for column in ("name", "phone", "language", "gstin", "state", "credit_limit", "credit_days"):
        assert f"{column}: " in rows[0]["problems"]
    assert rows[1]["problems"] == "phone: +919810000001 belongs to R1"
    assert shop(org, "R2").name == "Gupta Stores"


def test_a_gstin_of_another_state_is_a_contradiction(bring: Import) -> None:
    row = "code,name,phone,gstin,state\nR1,A,+919810000001,27AAPFU0939F1ZV,24\n"
    assert report(bring("retailers", row, "--json"))["rows"][0]["problems"] == [
        "gstin: 27AAPFU0939F1ZV belongs to state 27, not to 24"
    ]


def test_a_dry_run_reports_and_changes_nothing(org: UUID, bring: Import) -> None:
    assert report(bring("retailers", SHOPS, "--dry-run", "--json"))["added"] == 2
    with db.transaction(org) as session:
        assert session.scalars(select(Retailer)).all() == []


def test_a_spreadsheet_is_read_like_a_table(org: UUID, bring: Import, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Code", "Name", "Phone", "Credit Limit", "Credit Days"])
    sheet.append(["R1", "Sharma Kirana", 919810000001, 50000.5, 15.0])
    sheet.append([None, None, None, None, None])
    book.save(tmp_path / "shops.xlsx")
    assert report(bring("retailers", "", "--json", name="shops.xlsx"))["added"] == 1
    with db.transaction(org) as session:
        terms = accounts.terms_of(accounts.get(session, shop(org, "R1").id))
    assert (terms.limit_minor, terms.credit_days) == (5_000_050, 15)


def test_opening_balances_become_bills_once(org: UUID, bring: Import) -> None:
    bring("retailers", SHOPS)
    table = 'code,bill_number,bill_on,due_on,amount\nR1,102,01/10/2026,16/10/2026,"12,345.50"\nR9,1,soon,,0\n'
    first, second = (bring("balances", table, "--json") for _ in range(2))
    assert [row["outcome"] for row in report(first)["rows"]] == ["added", "rejected"]
    assert [row["outcome"] for row in report(second)["rows"]] == ["unchanged", "rejected"]
    assert len(report(first)["rows"][1]["problems"]) == 3
    other = report(bring("balances", table.replace("12,345.50", "99"), "--json"))
    assert other["rows"][0]["problems"] == ["bill_number: 102 is posted already with another amount or date"]
    with db.transaction(org) as session:
        (bill,) = bills.open_bills(session, shop(org, "R1").id)
        assert (bill.kind, bill.amount_minor, str(bill.due_on)) == ("opening", 1_234_550, "2026-10-16")
        assert accounts.get(session, bill.retailer_id).outstanding_minor == 1_234_550


def test_a_catalogue_comes_as_json_or_as_a_table(org: UUID, bring: Import) -> None:
    sample = (db.ROOT / "orders" / "data" / "catalog.json").read_text(encoding="utf-8")
    assert report(bring("catalog", sample, "--json", name="catalog.json"))["rejected"] == 0
    table = "sku;name;base_unit;hsn;gst_rate_percent;price\nPEN;Pen;pc;9608;18;10.50\n"
    assert report(bring("catalog", table, "--json"))["added"] == 1
    with db.transaction(org) as session:
        assert catalogue.load(session).product("PEN").price_minor == 1050


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "\n"), ("a.json", "{"), ("a.json", '"rows"'), ("a.xlsx", "no zip"), ("a.pdf", "x")],
)
def test_a_file_that_cannot_be_read_is_refused_whole(bring: Import, name: str, content: str) -> None:
    result = bring("retailers", content, name=name)
    assert type(result.exception).__name__ == "FileUnreadable"


def test_an_organisation_that_does_not_exist_is_not_found(database: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SHOPS)
    line = ["retailers", str(tmp_path / "a.csv"), "--org", "org_01M7XMCQSHE8G9W73Y0DXKS9FG"]
    assert isinstance(CliRunner().invoke(imports.command, line, standalone_mode=False).exception, NotFound)
