"""The catalogue of a day: cached by version, never older than what was committed, never of a rolled-back import."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import clock, db
from orders import catalogue, catalogue_import
from orders.catalogue import SkuUnknown
from parties import organisations


def test_a_cached_catalogue_needs_no_query(
    org: UUID, open_shop: Callable[..., UUID], sent_statements: list[str]
) -> None:
    open_shop()
    with db.transaction(org) as session:
        first = catalogue.load(session)
        sent_statements.clear()
        assert catalogue.load(session, version=first.version, on=first.on) is first
        assert sent_statements == []
        assert catalogue.load(session) is first
        assert len(sent_statements) == 1


def test_a_product_is_found_with_its_price_tax_and_words(stocked: Session) -> None:
    found = catalogue.load(stocked)
    cola = found.product("COKE-500")
    assert (cola.price_minor, cola.rate_bps, cola.treatment, cola.units["case"]) == (2571, 4000, "taxable", 24)
    assert found.product("RICE-L").treatment == "exempt"
    assert {entry.sku for entry in found.index.items} == {"COKE-500", "SUGAR", "RICE-L"}
    with pytest.raises(SkuUnknown):
        found.product("PEPSI")


def test_prices_hold_from_their_day(stocked: Session, items: list[dict[str, Any]]) -> None:
    today = clock.today("Asia/Kolkata")
    dearer = {"items": [{**items[0], "price_paise": 2700}]}
    catalogue_import.import_catalogue(stocked, dearer, today + timedelta(days=2))
    version = organisations.get(stocked).catalogue_version
    prices = [
        catalogue.load(stocked, version=version, on=today + timedelta(days=days)).product("COKE-500").price_minor
        for days in (0, 1, 2, 3)
    ]
    assert prices == [2571, 2571, 2700, 2700]


def test_what_is_not_priced_yet_is_not_sold(session: Session, items: list[dict[str, Any]]) -> None:
    tomorrow = clock.today("Asia/Kolkata") + timedelta(days=1)
    catalogue_import.import_catalogue(session, {"items": items}, tomorrow)
    assert catalogue.load(session).products == {}


def test_an_import_that_was_rolled_back_leaves_nothing_in_the_cache(
    org: UUID, open_shop: Callable[..., UUID], items: list[dict[str, Any]]
) -> None:
    open_shop()
    with db.transaction(org) as session:
        catalogue_import.import_catalogue(session, {"items": [{**items[0], "price_paise": 9900}]})
        assert catalogue.load(session).product("COKE-500").price_minor == 9900
        session.rollback()
    with db.transaction(org) as session:
        catalogue_import.import_catalogue(session, {"items": [{**items[0], "price_paise": 2600}]})
    with db.transaction(org) as session:
        assert catalogue.load(session).product("COKE-500").price_minor == 2600


def test_one_shop_never_sees_the_goods_of_another(
    org: UUID, new_org: Callable[..., UUID], open_shop: Callable[..., UUID]
) -> None:
    open_shop()
    with db.transaction(new_org()) as session:
        assert catalogue.load(session).products == {}
    with db.transaction(org) as session:
        assert len(catalogue.load(session).products) == 3
