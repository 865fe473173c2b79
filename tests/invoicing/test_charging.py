"""The money of goods: one answer for quote, order and invoice."""

import pytest

from invoicing.charging import (
    Goods,
    ReverseChargeUnregistered,
    Supply,
    TreatmentInvalid,
    charge,
    document_type,
)


def goods(price_minor: int, mode: str = "exclusive", rate_bps: int = 500, treatment: str = "taxable") -> Goods:
    return Goods("A", "A", "1701", 1000, "pc", price_minor, mode, rate_bps, 0, treatment)  # type: ignore[arg-type]


def test_lines_keep_their_order_when_price_modes_mix() -> None:
    charged = charge([goods(1050, "inclusive"), goods(1000), goods(2100, "inclusive")], Supply("27"))
    assert [line.net_minor for line in charged.lines] == [1050, 1000, 2100]
    assert [line.total_minor for line in charged.lines] == [1050, 1050, 2100]
    assert (charged.taxable_minor, charged.tax_minor, charged.round_off_minor, charged.total_minor) == (
        4000, 200, 0, 4200,
    )  # fmt: skip


def test_the_customer_pays_the_quoted_price_when_tax_is_inside() -> None:
    charged = charge([goods(9999, "inclusive", 1800)], Supply("27"))
    assert charged.total_minor == 10_000
    assert sum(line.total_minor for line in charged.lines) + charged.round_off_minor == 10_000


def test_a_document_without_anything_taxable_is_a_bill_of_supply() -> None:
    untaxed = goods(1000, rate_bps=0, treatment="exempt")
    assert document_type([untaxed, untaxed]) == "bill_of_supply"
    assert document_type([untaxed, goods(1000)]) == "tax_invoice"


@pytest.mark.parametrize("country", [{}, {"country": "PK"}])
@pytest.mark.parametrize("more", [{}, {"is_composition": True}, {"buyer_state": "24"}, {"buyer_tax_id": "1234567-8"}])
def test_a_seller_that_is_not_registered_asks_for_no_tax(country: dict[str, str], more: dict[str, object]) -> None:
    seller = Supply("PB" if country else "27", is_registered=False, **country, **({} if country else more))  # type: ignore[arg-type]
    lines = [goods(1050, "inclusive"), goods(1000), goods(1000, rate_bps=0, treatment="exempt")]
    charged = charge(lines, seller)
    assert (charged.tax_minor, charged.taxable_minor, charged.total_minor) == (0, 3050, 3100)
    for sold in (lines, lines[:1], lines[2:]):
        assert document_type(sold, seller) == "plain_bill"


@pytest.mark.parametrize("is_registered", [True, False])
def test_reverse_charge_is_for_a_registered_buyer_alone(is_registered: bool) -> None:
    known = {"reverse_charge": True, "is_registered": is_registered}
    with pytest.raises(ReverseChargeUnregistered):
        charge([goods(1000)], Supply("27", **known))
    owed = charge([goods(1000)], Supply("27", buyer_tax_id="27AAGCB7383J1Z8", **known))
    assert owed.total_minor == 1000


def test_untaxed_goods_cannot_carry_a_rate() -> None:
    with pytest.raises(TreatmentInvalid):
        charge([goods(1000, treatment="exempt")], Supply("27"))


def test_a_country_decides_its_heads_and_currency() -> None:
    charged = charge([goods(10_000, rate_bps=1800)], Supply("PB", country="PK"))
    assert (charged.currency, set(charged.taxes)) == ("PKR", {"sales_tax", "further_tax"})
