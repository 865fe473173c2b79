"""Imports: a report per row, nothing half, the same file again changes nothing."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, db
from core.audit import AuditEntry
from orders import catalogue
from orders.catalogue_import import CatalogueUnreadable, import_catalogue
from orders.entries import COLUMNS
from orders.tables import Product, ProductPrice, ProductTax
from parties import organisations

TABLE_ROW = {
    "sku": "COKE-500", "name": "Coca-Cola 500 ml PET", "brand": "Coca-Cola", "family": "coke", "size_value": "500",
    "size_unit": "ml", "base_unit": "pc", "units": "pc:1;dozen:12;case:24", "default_unit": "case", "hsn": "2202 1010",
    "gst_rate_percent": "40", "mrp": "40", "price": "25.71", "aliases": "coke; coca cola; कोक; کوک",
}  # fmt: skip


def count(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def version(session: Session) -> int:
    organisation = organisations.get(session)
    session.refresh(organisation)
    return organisation.catalogue_version


def test_the_sample_catalogue_is_read_whole(session: Session) -> None:
    sample = json.loads((db.ROOT / "orders" / "data" / "catalog.json").read_text(encoding="utf-8"))
    report = import_catalogue(session, sample)
    assert report.count("added") == len(sample["items"])
    assert len(catalogue.load(session).products) == len(sample["items"])
    assert catalogue.words(session)["unit_aliases"] == sample["unit_aliases"]


def test_the_same_file_again_changes_nothing(stocked: Session, items: list[dict[str, Any]]) -> None:
    before = version(stocked), count(stocked, AuditEntry)
    report = import_catalogue(stocked, {"items": items})
    assert report.as_json() | {"rows": []} == {"rows": [], "added": 0, "changed": 0, "unchanged": 3, "rejected": 0}
    assert (version(stocked), count(stocked, AuditEntry)) == before


def test_a_new_price_replaces_that_of_today_and_follows_that_of_yesterday(
    stocked: Session, items: list[dict[str, Any]]
) -> None:
    today = clock.today("Asia/Kolkata")
    import_catalogue(stocked, {"items": [{**items[0], "price_paise": 2600}]}, today)
    assert count(stocked, ProductPrice) == 3
    report = import_catalogue(stocked, {"items": [{**items[0], "price_paise": 2700}]}, today + timedelta(days=1))
    assert [row.outcome for row in report.rows] == ["changed"]
    assert count(stocked, ProductPrice) == 4
    assert count(stocked, ProductTax) == 3  # the tax did not change


def test_changed_words_are_a_new_version(stocked: Session) -> None:
    before = version(stocked)
    import_catalogue(stocked, {"items": [], "unit_aliases": {"case": ["peti"]}})
    assert version(stocked) == before + 1


def test_a_bad_row_is_rejected_with_every_reason_and_the_rest_goes_in(
    session: Session, items: list[dict[str, Any]]
) -> None:
    bad = {**items[0], "sku": "BAD", "name": "", "hsn": "22", "price_paise": 12.5, "default_unit": "bag"}
    report = import_catalogue(session, {"items": [bad, *items, items[1]]})
    assert [row.outcome for row in report.rows] == ["rejected", "added", "added", "added", "rejected"]
    assert [problem.partition(":")[0] for problem in report.rows[0].problems] == [
        "name", "hsn", "price_paise", "default_unit",
    ]  # fmt: skip
    assert report.rows[4].problems == ("sku: SUGAR stands in this file twice",)
    assert count(session, Product) == 3


def test_a_table_of_rupees_gives_the_same_product_as_json(session: Session, items: list[dict[str, Any]]) -> None:
    assert set(TABLE_ROW) <= set(COLUMNS)
    import_catalogue(session, {"items": items})
    report = import_catalogue(session, [{**TABLE_ROW, "aliases": "coke"}])
    assert report.rows[0].outcome == "unchanged"


def test_the_script_of_a_name_says_its_language(session: Session) -> None:
    import_catalogue(session, [TABLE_ROW])
    aliases = session.scalars(select(Product.aliases)).one()
    assert aliases == {"en": ["coke", "coca cola"], "hi": ["कोक"], "ur": ["کوک"]}


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("price", "12.345"), ("price", "0"), ("price", "free"), ("units", "case"), ("units", "case:2.5"),
        ("units", "pc:2"), ("gst_rate_percent", "5.555"), ("gst_rate_percent", ""), ("gst_rate_percent", "101"),
        ("base_unit", ""), ("size_value", "big"), ("treatment", "exempt"), ("price_mode", "net"), ("sku", "A B"),
    ],
)  # fmt: skip
def test_a_cell_that_means_nothing_rejects_its_row(session: Session, column: str, cell: str) -> None:
    report = import_catalogue(session, [{**TABLE_ROW, column: cell}])
    assert report.rows[0].outcome == "rejected"
    assert report.rows[0].problems
    assert count(session, Product) == 0


def test_goods_at_no_tax_may_say_why(session: Session) -> None:
    import_catalogue(session, [{**TABLE_ROW, "gst_rate_percent": "0", "treatment": "nil_rated"}])
    assert catalogue.load(session).product("COKE-500").treatment == "nil_rated"


def test_an_import_is_audited_with_what_it_changed(stocked: Session) -> None:
    entry = stocked.scalars(select(AuditEntry).where(AuditEntry.action == "catalogue.imported")).one()
    assert entry.after is not None
    assert (entry.after["added"], entry.after["skus"]) == (3, ["COKE-500", "SUGAR", "RICE-L"])


def test_what_is_no_catalogue_is_refused_whole(session: Session) -> None:
    for given in ({}, {"items": "many"}, [1, 2]):
        with pytest.raises(CatalogueUnreadable):
            import_catalogue(session, given)  # type: ignore[arg-type]


def test_organisations_import_the_same_codes_side_by_side(
    new_org: Callable[..., UUID], items: list[dict[str, Any]]
) -> None:
    for org_id in (new_org(), new_org()):
        with db.transaction(org_id) as session:
            assert import_catalogue(session, {"items": items}).count("added") == 3
