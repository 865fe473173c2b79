"""Quotes: exact quantities, today's tax, one round-off; everything that cannot be sold is refused with its reason."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from invoicing.charging import Supply
from orders import entries
from orders.catalogue import Catalogue, ProductOnSale, SkuUnknown
from orders.quotes import LinesInvalid, QuantityInvalid, Quote, UnitUnknown, Wanted, quote
from orders.understanding import index


def listed(raw: dict[str, Any], **changes: Any) -> ProductOnSale:
    entry = entries.from_item(raw)
    names = ("sku", "name", "hsn", "base_unit", "default_unit", "units", "price_minor", "price_mode", "rate_bps",
             "cess_bps", "treatment", "mrp_minor")  # fmt: skip
    return replace(ProductOnSale(uuid4(), *(getattr(entry, name) for name in names)), **changes)


@pytest.fixture
def shelf(items: list[dict[str, Any]]) -> Catalogue:
    products = {raw["sku"]: listed(raw) for raw in items}
    return Catalogue(uuid4(), 3, date(2026, 11, 20), products, index.build({"items": items}))


def price(shelf: Catalogue, *wanted: Wanted, **buyer: Any) -> Quote:
    return quote(shelf, wanted, supply=Supply("27", **buyer))


def test_units_become_base_pieces_and_the_total_is_whole_rupees(shelf: Catalogue) -> None:
    quoted = price(shelf, Wanted("COKE-500", 2, "case"), Wanted("SUGAR", Decimal("2.5"), "kg"))
    cola, sugar = quoted.lines
    assert (cola.qty, cola.base_qty, cola.taxable_minor) == (2, 48, 48 * 2571)
    assert (sugar.qty, sugar.taxable_minor, sugar.tax_minor) == (Decimal("2.5"), 10500, 526)  # 2 x half-up 262.5
    assert quoted.total_minor % 100 == 0
    assert sum(line.total_minor for line in quoted.lines) + quoted.round_off_minor == quoted.total_minor
    assert quoted.catalogue_version == 3


def test_another_state_is_taxed_in_one_head(shelf: Catalogue) -> None:
    wanted = Wanted("SUGAR", Decimal("2.5"), "kg")
    assert price(shelf, wanted, buyer_state="24").lines[0].tax_minor == 525  # 5 % of 105.00 at once
    assert price(shelf, wanted, buyer_tax_id="24AAACC1206D1ZM", buyer_state="27").lines[0].tax_minor == 525


def test_the_tax_id_decides_the_state_before_the_address_does(shelf: Catalogue) -> None:
    wanted = Wanted("SUGAR", Decimal("2.5"), "kg")
    assert price(shelf, wanted, buyer_tax_id="27AAPFU0939F1ZV", buyer_state="24").lines[0].tax_minor == 526


def test_prices_with_and_without_tax_meet_in_one_total(shelf: Catalogue) -> None:
    inside = replace(shelf.products["COKE-500"], price_minor=3600, price_mode="inclusive")
    mixed = replace(shelf, products={**shelf.products, "COKE-500": inside})
    quoted = price(mixed, Wanted("SUGAR", 1, "kg"), Wanted("COKE-500", 1, "pc"))
    assert [line.total_minor for line in quoted.lines] == [4410, 3599]  # an odd paisa of 36.00 fits neither head
    assert quoted.total_minor == 8000  # 44.10 + 36.00 = 80.10
    assert quoted.round_off_minor == -9


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Wanted("PEPSI", 1, "case"), SkuUnknown),
        (Wanted("COKE-500", 1, "bag"), UnitUnknown),
        (Wanted("COKE-500", Decimal("0.5"), "pc"), QuantityInvalid),
        (Wanted("COKE-500", Decimal("0.01"), "case"), QuantityInvalid),
        (Wanted("COKE-500", 0, "pc"), QuantityInvalid),
        (Wanted("COKE-500", -1, "pc"), QuantityInvalid),
        (Wanted("COKE-500", 4167, "case"), QuantityInvalid),
        (Wanted("SUGAR", Decimal("0.0001"), "kg"), QuantityInvalid),
        (Wanted("SUGAR", Decimal("NaN"), "kg"), QuantityInvalid),
        (Wanted("SUGAR", 10**12, "kg"), QuantityInvalid),
    ],
)
def test_what_cannot_be_sold_is_refused(shelf: Catalogue, wanted: Wanted, error: type[Exception]) -> None:
    with pytest.raises(error):
        price(shelf, wanted)


def test_half_a_case_is_twelve_pieces(shelf: Catalogue) -> None:
    assert price(shelf, Wanted("COKE-500", Decimal("0.5"), "case")).lines[0].base_qty == 12


def test_the_largest_order_is_quoted_and_one_more_is_not(shelf: Catalogue) -> None:
    assert price(shelf, Wanted("SUGAR", 100_000, "kg")).total_minor == 441_000_000
    assert len(price(shelf, *[Wanted("SUGAR", 1, "kg")] * 100).lines) == 100
    for wanted in ([], [Wanted("SUGAR", 1, "kg")] * 101):
        with pytest.raises(LinesInvalid):
            price(shelf, *wanted)


def test_a_float_is_a_mistake_of_the_program(shelf: Catalogue) -> None:
    with pytest.raises(TypeError):
        price(shelf, Wanted("SUGAR", 2.5, "kg"))  # type: ignore[arg-type]
