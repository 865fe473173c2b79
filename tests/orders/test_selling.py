"""Prices by class and quantity, packs, the smallest order, free goods: in quotes, orders and invoices, from files."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import AuditEntry
from core.errors import Invalid
from credit import accounts
from invoicing.tables import InvoiceLine
from orders import catalogue, catalogue_import, dispatching, ordering, pricing, rules
from orders.delivery import Timetable
from orders.ordering import PriceChanged
from orders.pricing import PriceChange, ProductChanged
from orders.quotes import QuantityUnfit, Wanted
from orders.rules import BelowMinimum, Rules, RulesChanged
from orders.terms import Rate, Scheme, SellingTerms
from parties import retailers
from parties.tables import Retailer


def terms(session: Session, sku: str, **values: Any) -> None:
    pricing.set_terms(session, sku, values, PriceChange("new terms", pricing.product(session, sku).version))


def obey(session: Session, **changes: Any) -> Rules:
    known = rules.read(session)
    given = {name: getattr(known, name) for name in ("version", "min_order_minor", "price_classes", "timetable")}
    changed = rules.change(session, Rules(**{**given, **changes}), "new rules")
    catalogue.changed(session)
    return changed


def place_in(session: Session, shop: Retailer, price_class: str) -> None:
    retailers.place(session, shop, price_class, "", "a larger shop", shop.version)


# -- prices ----------------------------------------------------------------------------------------------------------


def test_a_larger_quantity_costs_less_and_the_line_says_what_is_usual(stocked: Session, shop: Retailer) -> None:
    terms(stocked, "COKE-500", rates=[["", 240, 2450]])
    small, large = (ordering.draft(stocked, shop.id, [Wanted("COKE-500", qty, "case")]).lines[0] for qty in (9, 10))
    assert (small.price_minor, small.list_price_minor) == (2571, None)
    assert (large.price_minor, large.list_price_minor, large.taxable_minor) == (2450, 2571, 240 * 2450)


def test_a_shop_pays_the_prices_of_its_class(stocked: Session, shop: Retailer) -> None:
    obey(stocked, price_classes=("semi",))
    terms(stocked, "COKE-500", rates=[["semi", 1, 2500]])
    made = ordering.draft(stocked, shop.id, [Wanted("COKE-500", 1, "case")])
    assert made.lines[0].price_minor == 2571
    place_in(stocked, shop, "semi")
    confirmed = ordering.confirm(stocked, made.id, "CREDIT")  # cheaper now: passed on
    assert (confirmed.lines[0].price_minor, confirmed.price_class) == (2500, "semi")


def test_a_class_that_became_dearer_asks_again(stocked: Session, shop: Retailer) -> None:
    obey(stocked, price_classes=("remote",))
    terms(stocked, "COKE-500", rates=[["remote", 1, 2700]])
    made = ordering.draft(stocked, shop.id, [Wanted("COKE-500", 1, "case")])
    place_in(stocked, shop, "remote")
    with pytest.raises(PriceChanged):
        ordering.confirm(stocked, made.id, "CREDIT")


def test_a_price_set_by_hand_holds_from_its_day_and_is_audited(stocked: Session, shop: Retailer) -> None:
    today = clock.today("Asia/Kolkata")
    first = pricing.product(stocked, "SUGAR").version
    raised = PriceChange("mill raised it", first, today + timedelta(days=1))
    pricing.set_price(stocked, "SUGAR", 4500, "exclusive", raised)
    assert ordering.draft(stocked, shop.id, [Wanted("SUGAR", 1, "kg")]).lines[0].price_minor == 4200
    clock.advance(timedelta(days=1))
    assert ordering.draft(stocked, shop.id, [Wanted("SUGAR", 1, "kg")]).lines[0].price_minor == 4500
    entry = stocked.scalars(select(AuditEntry).where(AuditEntry.action == "product.price_changed")).one()
    assert entry.before == {"sku": "SUGAR", "price_minor": 4200, "mode": "exclusive"}
    assert entry.reason == "mill raised it"
    with pytest.raises(ProductChanged):
        pricing.set_price(stocked, "SUGAR", 4600, "exclusive", PriceChange("unseen", first))
    with pytest.raises(Invalid):
        past = PriceChange("the past", first + 1, today - timedelta(days=9))
        pricing.set_price(stocked, "SUGAR", 1, "exclusive", past)


def test_terms_name_only_known_classes(stocked: Session) -> None:
    with pytest.raises(Invalid):
        terms(stocked, "COKE-500", rates=[["semy", 1, 2500]])


# -- packs and the smallest order --------------------------------------------------------------------------------------


def test_what_is_not_in_whole_packs_is_refused_with_proposals(stocked: Session, shop: Retailer) -> None:
    terms(stocked, "COKE-500", min_qty=24, multiple=12)
    with pytest.raises(QuantityUnfit) as refused:
        ordering.draft(stocked, shop.id, [Wanted("COKE-500", 25, "pc")])
    assert refused.value.facts["proposals"] == [24, 36]
    assert "24 or 36 pc" in refused.value.detail
    assert ordering.draft(stocked, shop.id, [Wanted("COKE-500", 3, "dozen")]).lines[0].base_qty == 36


def test_an_order_below_the_smallest_is_quoted_and_not_placed(stocked: Session, shop: Retailer) -> None:
    obey(stocked, min_order_minor=50_000)
    made = ordering.draft(stocked, shop.id, [Wanted("SUGAR", 1, "kg")])
    with pytest.raises(BelowMinimum) as refused:
        ordering.confirm(stocked, made.id, "CASH")
    assert refused.value.facts == {"total_minor": 4_400, "min_minor": 50_000, "missing_minor": 45_600}
    placed = ordering.place(stocked, shop.id, [Wanted("SUGAR", 1, "kg")], "CREDIT")
    assert placed.refusal is not None
    assert (placed.order.status, placed.order.failure["code"]) == ("failed", "ORDER_BELOW_MINIMUM")  # type: ignore[index]
    assert accounts.get(stocked, shop.id).reserved_minor == 0


def test_rules_are_changed_by_whoever_has_seen_them(stocked: Session) -> None:
    seen = obey(stocked, min_order_minor=50_000)
    assert rules.read(stocked).min_order_minor == 50_000
    with pytest.raises(RulesChanged):
        rules.change(stocked, Rules(seen.version - 1), "unseen")
    with pytest.raises(Invalid):
        obey(stocked, timetable=Timetable(routes={"north": [7]}))


# -- free goods --------------------------------------------------------------------------------------------------------


def test_free_goods_come_on_top_and_cost_nothing(stocked: Session, shop: Retailer) -> None:
    paid = ordering.draft(stocked, shop.id, [Wanted("COKE-500", 5, "case")])
    terms(stocked, "COKE-500", scheme_buy=10, scheme_free=1, scheme_until=None)
    given = ordering.draft(stocked, shop.id, [Wanted("COKE-500", 5, "case")])
    assert (given.lines[0].free_qty, given.total_minor) == (12, paid.total_minor)


def test_the_invoice_has_free_goods_as_a_line_that_is_wholly_discounted(stocked: Session, shop: Retailer) -> None:
    terms(stocked, "COKE-500", scheme_buy=10, scheme_free=1)
    wanted = [Wanted("COKE-500", 5, "case"), Wanted("SUGAR", 1, "kg")]
    order = ordering.place(stocked, shop.id, wanted, "CREDIT").order
    sent = dispatching.dispatch(stocked, order.id)
    assert sent.total_minor == order.total_minor
    found = stocked.scalars(select(InvoiceLine).order_by(InvoiceLine.line_no)).all()
    assert [(line.sku, line.qty_milli, line.packs, line.taxable_minor) for line in found] == [
        ("COKE-500", 120_000, "5 case", 120 * 2571),
        ("COKE-500", 12_000, "free with the above", 0),
        ("SUGAR", 1_000, "", 4200),
    ]


def test_a_scheme_ends_after_its_last_day(stocked: Session, shop: Retailer) -> None:
    terms(stocked, "COKE-500", scheme_buy=10, scheme_free=1, scheme_until=clock.today("Asia/Kolkata"))
    assert ordering.draft(stocked, shop.id, [Wanted("COKE-500", 10, "pc")]).lines[0].free_qty == 1
    clock.advance(timedelta(days=1))
    assert ordering.draft(stocked, shop.id, [Wanted("COKE-500", 10, "pc")]).lines[0].free_qty == 0


# -- files -------------------------------------------------------------------------------------------------------------

ROW = {
    "sku": "COKE-500", "name": "Coca-Cola 500 ml PET", "base_unit": "pc", "units": "pc:1;case:24", "hsn": "22021010",
    "gst_rate_percent": "40", "price": "25.71", "min_qty": "24", "multiple": "12", "slabs": "240:24.50;480:24",
    "class_prices": "semi:25;semi@480:23", "scheme": "10+1 case", "scheme_until": "2030-01-31", "stock": "96",
}  # fmt: skip


def test_a_table_brings_terms_and_stock(session: Session) -> None:
    report = catalogue_import.import_catalogue(session, [ROW])
    assert report.as_json()["added"] == 1, report
    listed = catalogue.load(session).product("COKE-500")
    assert listed.terms == SellingTerms(
        min_qty=24,
        multiple=12,
        rates=(Rate("", 240, 2450), Rate("", 480, 2400), Rate("semi", 1, 2500), Rate("semi", 480, 2300)),
        scheme=Scheme(buy=240, free=24),
        stocked=True,
    )
    assert rules.read(session).price_classes == ("semi",)
    assert catalogue_import.import_catalogue(session, [ROW]).as_json()["unchanged"] == 1


def test_a_file_without_the_columns_leaves_terms_and_an_empty_cell_takes_them_away(session: Session) -> None:
    catalogue_import.import_catalogue(session, [ROW])
    new = {"min_qty", "multiple", "slabs", "class_prices", "scheme", "scheme_until", "stock"}
    catalogue_import.import_catalogue(session, [{name: value for name, value in ROW.items() if name not in new}])
    assert catalogue.load(session).product("COKE-500").terms.min_qty == 24
    catalogue_import.import_catalogue(session, [{**ROW, **dict.fromkeys(new, "")}])
    emptied = catalogue.load(session).product("COKE-500").terms
    assert (emptied.min_qty, emptied.rates, emptied.scheme, emptied.stocked) == (1, (), None, True)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("min_qty", "0", "min_qty: 0 is not between"),
        ("slabs", "240=24", "slabs: must be pairs"),
        ("slabs", "240:24;240:23", "rates: names everybody from 240 twice"),
        ("scheme", "ten and one", "is not a scheme"),
        ("scheme", "10+1 peti", "'peti' is not among the row's units"),
        ("stock", "-1", "stock: '-1' is not a quantity"),
    ],
)
def test_a_row_with_wrong_terms_is_rejected_with_the_reason(
    session: Session, column: str, value: str, problem: str
) -> None:
    (row,) = catalogue_import.import_catalogue(session, [{**ROW, column: value}]).rows
    assert row.outcome == "rejected"
    assert problem in "; ".join(row.problems)
