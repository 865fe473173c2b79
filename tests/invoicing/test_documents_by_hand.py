"""Documents that were computed with pencil and paper: features the worked examples do not show."""

from dataclasses import replace
from typing import Any

import pytest

import countries
import tax
from core.errors import Invalid
from invoicing.charging import Charge, CompositionInterstate, Goods, Supply, charge, document_of, document_type
from invoicing.preview import preview
from tax import Computed, Discount
from tests.invoicing.conftest import goods

HOME = Supply(seller_state="27")
REGISTERED = "27AAGCB7383J1Z8"


def item(price_minor: int, rate_bps: int = 500, qty: int = 1, **changes: Any) -> Goods:
    """So many pieces at a price without tax."""
    return goods(price_minor=price_minor, rate_bps=rate_bps, qty_milli=qty * 1000, **changes)


def taxes(charged: Charge) -> dict[str, int]:
    """The heads that carry tax."""
    return {head: amount_minor for head, amount_minor in charged.taxes.items() if amount_minor}


def test_a_special_economic_zone_pays_igst_even_next_door() -> None:
    charged = charge([item(10_000)], Supply("27", "27", REGISTERED, is_sez=True))
    assert (charged.place_of_supply, taxes(charged)) == ("27", {"igst": 500})


def test_a_registered_buyer_is_supplied_where_it_is_registered_wherever_the_goods_go() -> None:
    billed_here = Supply("27", buyer_tax_id=REGISTERED, buyer_state="27", delivery_state="24")
    assert taxes(charge([item(10_000)], billed_here)) == {"cgst": 250, "sgst": 250}
    nobody = Supply("27", buyer_state="27", delivery_state="24")
    assert taxes(charge([item(10_000)], nobody)) == {"igst": 500}


def test_under_composition_no_tax_is_charged_and_nothing_leaves_the_state() -> None:
    dealer = Supply("27", buyer_state="27", is_composition=True)
    charged = charge([item(10_049, 1800)], dealer)
    assert (taxes(charged), charged.total_minor, charged.round_off_minor) == ({}, 10_000, -49)
    assert document_type([item(10_000)], dealer) == "bill_of_supply"
    with pytest.raises(CompositionInterstate):
        charge([item(10_000)], Supply("27", buyer_state="24", is_composition=True))


def test_exempt_goods_beside_taxable_ones_carry_nothing() -> None:
    lines = [item(10_000), item(3_000, 0, treatment="exempt"), item(2_000, 0, treatment="non_gst")]
    charged = charge(lines, HOME)
    assert [line.tax_minor for line in charged.lines] == [500, 0, 0]
    assert charged.total_minor == 15_500
    assert document_type(lines, HOME) == "invoice_cum_bill"
    assert document_type(lines, Supply("27", buyer_tax_id=REGISTERED)) == "tax_invoice"
    assert document_type(lines[1:], HOME) == "bill_of_supply"


def with_delivery(amount_minor: int, *sold: Goods, discount: Discount | None = None) -> Computed:
    """These goods and a charge for bringing them, at home."""
    return countries.compute(replace(document_of(sold, HOME, discount or Discount()), delivery_minor=amount_minor))


def test_a_delivery_charge_bears_the_rates_of_the_goods_in_proportion() -> None:
    computed = with_delivery(10_000, item(60_000, 500, hsn="1701"), item(40_000, 1800, hsn="3402"))
    charged = [(line.taxable_minor, sum(line.taxes.values())) for line in computed.lines[2:]]
    assert charged == [(6_000, 300), (4_000, 720)]
    told = [(line.hsn, line.rate_bps, line.is_charge) for line in computed.lines_sold[2:]]
    assert told == [("1701", 500, True), ("3402", 1800, True)]
    assert computed.grand_total_minor == 60_000 + 3_000 + 40_000 + 7_200 + 6_300 + 4_720 - 20


def test_an_invoice_discount_leaves_the_delivery_charge_alone() -> None:
    computed = with_delivery(10_000, item(60_000), discount=Discount(bps=1_000))
    assert [line.taxable_minor for line in computed.lines] == [54_000, 10_000]
    assert computed.totals.discount_minor == 6_000


def test_delivery_of_free_goods_is_still_charged() -> None:
    computed = with_delivery(5_000, item(60_000, discount_bps=10_000))
    assert [line.taxable_minor for line in computed.lines] == [0, 5_000]


def test_goods_given_free_are_a_line_without_value_or_tax() -> None:
    charged = charge([item(763, 1800, 120), item(763, 1800, 12, discount_bps=10_000)], HOME)
    assert [(line.gross_minor, line.taxable_minor, line.tax_minor) for line in charged.lines] == [
        (91_560, 91_560, 16_480),
        (9_156, 0, 0),
    ]


def test_prices_of_both_kinds_share_one_discount_and_one_rupee() -> None:
    both = [item(10_000, 500), item(11_800, 1800, price_mode="inclusive")]
    charged = charge(both, HOME, Discount(amount_minor=2_180))
    # 2,180 over 21,800: 1,000 and 1,180. 90.00 + 5 % = 94.50; 106.20 holds 90.00 and 18 %. Together 200.70.
    assert [(line.taxable_minor, line.total_minor) for line in charged.lines] == [(9_000, 9_450), (9_000, 10_620)]
    assert (charged.round_off_minor, charged.total_minor) == (30, 20_100)


def test_under_reverse_charge_the_buyer_pays_the_value_and_owes_the_tax() -> None:
    charged = charge([item(10_000, 1800)], Supply("27", buyer_tax_id="27AAPFU0939F1ZV", reverse_charge=True))
    assert (taxes(charged), charged.total_minor) == ({"cgst": 900, "sgst": 900}, 10_000)


def test_a_cess_by_the_unit_comes_beside_a_share() -> None:
    line = {"qty": "10", "unit_price_paise": 1000, "rate_bps": 2800, "cess_bps": 500, "cess_per_unit_paise": 41}
    out = preview({"seller": {"state": "27"}, "lines": [line]})
    assert out["lines"][0]["cess"] == 500 + 410
    priced = {**line, "unit_price_paise": 1371}  # 10.00 + 28 % + 5 % + 0.41 a unit
    inside = preview({"seller": {"state": "27"}, "price_mode": "inclusive", "lines": [priced]})["lines"][0]
    assert (inside["taxable"], inside["cess"], inside["total"]) == (10_000, 910, 13_710)


def test_old_state_codes_are_read_as_those_that_took_them_over() -> None:
    assert charge([item(10_000)], Supply("26", buyer_state="25")).taxes["utgst"] == 250
    assert charge([item(10_000)], Supply("37", buyer_state="28")).taxes["sgst"] == 250


def test_exports_and_other_territory_are_inter_state() -> None:
    for place in ("96", "97"):
        assert taxes(charge([item(10_000)], Supply("27", buyer_state=place))) == {"igst": 500}


def test_an_unregistered_buyer_in_pakistan_pays_further_tax() -> None:
    source = {"currency": "PKR", "seller": {"province": "PUNJAB"}, "buyer": {"registration_type": "Unregistered"}}
    lines = [
        {"qty": 10, "unit_price_paise": 145_000, "rate_bps": 1800},
        {"qty": 10, "unit_price_paise": 9_000, "rate_bps": 1800, "third_schedule": True, "retail_price_paise": 11_800},
        {"qty": 1, "unit_price_paise": 50_000, "treatment": "exempt"},
    ]
    out = preview({**source, "lines": lines})
    assert [(line["sales_tax"], line["further_tax"], line["total"]) for line in out["lines"]] == [
        (261_000, 58_000, 1_769_000),
        (18_000, 0, 108_000),
        (0, 0, 50_000),
    ]
    assert out["grand_total"] == 1_927_000


def test_the_rupee_of_returns_is_rounded_over_all_of_them() -> None:
    computed = countries.compute(tax.TaxDocument(lines=[tax.TaxLine(qty=3, unit_price_minor=3_350)], seller_state="27"))
    assert computed.grand_total_minor == 10_100
    notes = [tax.credit_note(computed, {1: 1}, {1: before}) for before in range(3)]
    assert [note.grand_total_minor for note in notes] == [3_400, 3_300, 3_400]
    assert [note.total_before_round_off_minor for note in notes] == [3_350] * 3


WARNED = {
    "seller": {"state": "27", "gstin": "27AAPFU0939F1ZV"},
    "buyer": {"state": "27", "gstin": REGISTERED, "address": "Pune"},
    "lines": [{"desc": "Oil", "hsn": "15121910", "rate_bps": 500, "qty": 10, "unit_price_paise": 10_000}],
}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"lines": [{**WARNED["lines"][0], "qty": 500}]}, ["EWAY_BILL_NEEDED"]),
        ({"lines": [{**WARNED["lines"][0], "qty": 500, "rate_bps": 0}]}, []),
        ({"lines": [{**WARNED["lines"][0], "qty": 500}], "eway_limit_paise": 10_000_000}, []),
        ({"lines": [{**WARNED["lines"][0], "mrp_paise": 10_500}]}, []),
        ({"lines": [{**WARNED["lines"][0], "mrp_paise": 10_499}]}, ["MRP_EXCEEDED"]),
        ({"lines": [{**WARNED["lines"][0], "hsn": "151"}]}, ["HSN_DIGITS"]),
        ({"lines": [{**WARNED["lines"][0], "hsn": "1512"}], "hsn_digits": 6}, ["HSN_DIGITS"]),
        ({"buyer": {"state": "27"}, "lines": [{**WARNED["lines"][0], "hsn": ""}]}, []),
        ({"buyer": {"state": "27"}, "lines": [{**WARNED["lines"][0], "hsn": "1512"}], "hsn_digits": 6}, ["HSN_DIGITS"]),
        ({"payment_mode": "CASH", "lines": [{**WARNED["lines"][0], "qty": 95}]}, []),
        ({"payment_mode": "cash", "lines": [{**WARNED["lines"][0], "qty": 96}]}, ["CASH_NOT_DEDUCTIBLE"]),
        ({"buyer": {"state": "27", "gstin": "27AAGCB7383J1Z9"}}, ["GSTIN_INVALID"]),
        ({"buyer": {"state": "07", "gstin": "0717UNO00157UNO"}}, []),
        ({"reverse_charge": True}, []),
        ({"reverse_charge": True, "buyer": {"state": "27"}}, ["REVERSE_CHARGE_UNREGISTERED"]),
        (
            {"buyer": {"name": "Cash"}, "lines": [{**WARNED["lines"][0], "qty": 500}]},
            ["EWAY_BILL_NEEDED", "BUYER_ADDRESS_NEEDED"],
        ),
        (
            {"payment_mode": "CASH", "lines": [{**WARNED["lines"][0], "qty": 2_000}]},
            ["EWAY_BILL_NEEDED", "CASH_LIMIT", "UPI_LIMIT"],
        ),
    ],
)  # fmt: skip
def test_what_deserves_a_look_is_said_beside_the_money(changes: dict[str, Any], codes: list[str]) -> None:
    assert [one["code"] for one in preview({**WARNED, **changes})["warnings"]] == codes


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": [{**WARNED["lines"][0], "treatment": "zero"}]},
        {"delivery_charge_paise": -1},
        {"lines": [{**WARNED["lines"][0], "price_mode": "both"}]},
        {"ship_to": "Pune"},
    ],
)
def test_what_makes_no_sense_is_refused_by_name(changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        preview({**WARNED, **changes})
