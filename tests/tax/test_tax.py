"""What must hold for every document, and the corners that the worked examples do not show."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import countries
import tax
from core.errors import Invalid
from countries.india.tax import StateUnknown, place_of_supply
from countries.pakistan.tax import RetailPriceMissing
from tax import Computed, Discount, TaxDocument, TaxLine, rounding
from tax.discounts import DiscountInvalid, PriceInvalid

RATES = st.sampled_from([0, 25, 300, 500, 1200, 1800, 2800, 4000])
DISCOUNTS = st.one_of(st.just(Discount()), st.integers(0, 10_000).map(lambda bps: Discount(bps=bps)))
LINES = st.builds(
    TaxLine,
    qty=st.integers(1, 5_000_000).map(lambda thousandths: Decimal(thousandths) / 1000),
    unit_price_minor=st.integers(0, 5_000_000),
    rate_bps=RATES,
    cess_bps=st.sampled_from([0, 0, 0, 1200]),
    discount=DISCOUNTS,
)
DOCUMENTS = st.builds(
    TaxDocument,
    lines=st.lists(LINES, min_size=1, max_size=12),
    seller_state=st.just("27"),
    place_of_supply=st.sampled_from(["27", "24"]),
    price_mode=st.sampled_from(["exclusive", "inclusive"]),
    invoice_discount=DISCOUNTS,
    round_to_rupee=st.booleans(),
)


def one(line: TaxLine, **changes: object) -> Computed:
    return countries.compute(replace(TaxDocument(lines=[line], seller_state="27"), **changes))


@given(DOCUMENTS)
def test_lines_always_sum_to_the_totals(document: TaxDocument) -> None:
    computed = countries.compute(document)
    assert computed.totals.taxable_minor == sum(line.taxable_minor for line in computed.lines)
    for head, amount_minor in computed.totals.taxes.items():
        assert amount_minor == sum(line.taxes[head] for line in computed.lines)
        assert amount_minor == sum(group.taxes[head] for group in computed.by_rate_bps.values())
    assert computed.total_before_round_off_minor == computed.totals.taxable_minor + computed.totals.tax_minor
    assert computed.grand_total_minor == computed.total_before_round_off_minor + computed.round_off_minor


@given(DOCUMENTS)
def test_central_and_state_tax_are_always_equal(document: TaxDocument) -> None:
    for line in countries.compute(document).lines:
        assert line.taxes["cgst"] == line.taxes["sgst"]
        assert not (line.taxes["cgst"] and line.taxes["igst"])


@given(DOCUMENTS)
def test_inclusive_prices_are_what_the_customer_pays(document: TaxDocument) -> None:
    computed = countries.compute(replace(document, price_mode="inclusive", round_to_rupee=False))
    assert computed.grand_total_minor == computed.totals.gross_minor - computed.totals.discount_minor
    assert abs(computed.round_off_minor) <= 3 * len(computed.lines)


@given(DOCUMENTS)
def test_rounding_to_the_rupee_moves_at_most_half_a_rupee(document: TaxDocument) -> None:
    exact = countries.compute(replace(document, round_to_rupee=False))
    rounded = countries.compute(replace(document, round_to_rupee=True))
    assert rounded.grand_total_minor % 100 == 0
    assert -50 < rounded.grand_total_minor - exact.grand_total_minor <= 50
    assert rounded.totals == exact.totals


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=40))
def test_a_discount_is_spread_without_losing_a_paisa(amount_minor: int, weights: list[int]) -> None:
    amount_minor = min(amount_minor, sum(weights))
    parts = rounding.apportioned(amount_minor, weights)
    assert sum(parts) == amount_minor
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


def test_a_tie_in_spreading_goes_to_the_earlier_line() -> None:
    assert rounding.apportioned(1, [100, 100, 100]) == [1, 0, 0]


@settings(max_examples=50)
@given(DOCUMENTS, st.data())
def test_part_returns_add_up_to_the_whole_line(document: TaxDocument, data: st.DataObject) -> None:
    computed = countries.compute(document)
    sold = Decimal(computed.lines_sold[0].qty)
    first = Decimal(data.draw(st.integers(1, int(sold * 1000)))) / 1000
    parts = [tax.credit_note(computed, {1: first})]
    if first < sold:
        parts.append(tax.credit_note(computed, {1: sold - first}, {1: first}))
    assert sum(note.totals.taxable_minor for note in parts) == computed.lines[0].taxable_minor
    assert sum(note.totals.tax_minor for note in parts) == computed.lines[0].tax_minor


def test_returning_everything_gives_back_what_was_paid() -> None:
    lines = [TaxLine(qty=10, unit_price_minor=900, rate_bps=500), TaxLine(qty=24, unit_price_minor=905, rate_bps=1800)]
    computed = countries.compute(TaxDocument(lines=lines, seller_state="27", price_mode="inclusive"))
    note = tax.credit_note(computed, {1: 10, 2: 24})
    assert note.grand_total_minor == computed.grand_total_minor


@pytest.mark.parametrize(
    ("returns", "before"),
    [({}, {}), ({2: 1}, {}), ({1: 25}, {}), ({1: 5}, {1: 20}), ({1: 0}, {}), ({1: -1}, {})],
)
def test_an_impossible_return_is_refused(returns: dict[int, int], before: dict[int, int]) -> None:
    computed = one(TaxLine(qty=24, unit_price_minor=100, rate_bps=500))
    with pytest.raises(Invalid):
        tax.credit_note(computed, returns, before)


@pytest.mark.parametrize(
    ("seller", "place", "heads"),
    [
        ("27", "27", {"cgst", "sgst"}),
        ("27", "24", {"igst"}),
        ("04", "04", {"cgst", "utgst"}),
        ("07", "07", {"cgst", "sgst"}),
        ("38", "38", {"cgst", "utgst"}),
        ("38", "01", {"igst"}),
        ("26", "25", {"cgst", "utgst"}),
    ],
)
def test_the_state_decides_the_tax_heads(seller: str, place: str, heads: set[str]) -> None:
    computed = one(TaxLine(qty=1, unit_price_minor=10000, rate_bps=1800), seller_state=seller, place_of_supply=place)
    assert {head for head, amount_minor in computed.totals.taxes.items() if amount_minor} == heads


def test_a_special_economic_zone_pays_integrated_tax_in_the_same_state() -> None:
    computed = one(TaxLine(qty=1, unit_price_minor=10000, rate_bps=1800), buyer_is_sez=True)
    assert computed.totals.taxes["igst"] == 1800


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"buyer_tax_id": "24AANFA2641L1ZF", "buyer_state": "29"}, "24"),
        ({"buyer_state": "29"}, "29"),
        ({}, "27"),
        ({"buyer_tax_id": " 29aagcb7383j1z4 "}, "29"),
    ],
)
def test_place_of_supply_is_the_buyers_then_the_deliverys_then_our_own(facts: dict[str, str], place: str) -> None:
    assert place_of_supply(TaxDocument(lines=[], seller_state="27", **facts)) == place


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(StateUnknown):
        one(TaxLine(qty=1, unit_price_minor=1), seller_state="39")


@pytest.mark.parametrize("qty", [0, -1, Decimal("0.0001"), Decimal("1.2345"), 10**9])
def test_an_impossible_quantity_is_refused(qty: Decimal | int) -> None:
    with pytest.raises(rounding.QuantityInvalid):
        one(TaxLine(qty=qty, unit_price_minor=100))


@pytest.mark.parametrize(
    "discount", [Discount(bps=10001), Discount(bps=-1), Discount(amount_minor=101), Discount(100, 100)]
)
def test_an_impossible_discount_is_refused(discount: Discount) -> None:
    with pytest.raises(DiscountInvalid):
        one(TaxLine(qty=1, unit_price_minor=100, discount=discount))


def test_negative_prices_unknown_countries_and_empty_documents_are_refused() -> None:
    with pytest.raises(PriceInvalid):
        one(TaxLine(qty=1, unit_price_minor=-1))
    with pytest.raises(Invalid, match="0"):
        countries.compute(TaxDocument(lines=[], seller_state="27"))
    with pytest.raises(countries.CountryUnknown):
        countries.compute(TaxDocument(lines=[TaxLine(qty=1, unit_price_minor=1)], country="XX"))
    with pytest.raises(Invalid, match="rate"):
        one(TaxLine(qty=1, unit_price_minor=100, rate_bps=10_001))


def pakistani(line: TaxLine, **changes: object) -> Computed:
    return countries.compute(replace(TaxDocument(lines=[line], country="PK"), **changes))


def test_an_unregistered_buyer_in_pakistan_pays_further_tax() -> None:
    line = TaxLine(qty=10, unit_price_minor=145000, rate_bps=1800)
    assert pakistani(line).totals.taxes == {"sales_tax": 261000, "further_tax": 58000}
    assert pakistani(line, buyer_tax_id="3277876112345").totals.taxes["further_tax"] == 0
    assert pakistani(line, further_tax_bps=300).totals.taxes["further_tax"] == 43500


def test_third_schedule_goods_are_taxed_on_the_retail_price() -> None:
    line = TaxLine(
        qty=10, unit_price_minor=9000, rate_bps=1800, third_schedule=True, retail_price_minor=11800, description="Soap"
    )
    computed = pakistani(line)
    assert computed.totals.taxable_minor == 100000
    assert computed.totals.taxes == {"sales_tax": 18000, "further_tax": 0}
    assert computed.grand_total_minor == 108000
    with pytest.raises(RetailPriceMissing, match="Soap"):
        pakistani(replace(line, retail_price_minor=None))


def test_a_third_schedule_return_gives_back_the_whole_price() -> None:
    line = TaxLine(qty=10, unit_price_minor=9000, rate_bps=1800, third_schedule=True, retail_price_minor=11800)
    computed = pakistani(line)
    notes = [tax.credit_note(computed, {1: 3}), tax.credit_note(computed, {1: 7}, {1: 3})]
    assert sum(note.total_before_round_off_minor for note in notes) == computed.total_before_round_off_minor
