"""Where an address lies, as far as its text tells, and the warning when the tax is of another state."""

from typing import Any

import pytest

from countries.india.places import states_of
from countries.india.states import CURRENT_STATES
from invoicing.preview import preview

MUMBAI = "27AAGCB7383J1Z8"
SALE = {
    "seller": {"state": "27", "gstin": "27AAPFU0939F1ZV"},
    "lines": [{"desc": "Oil", "hsn": "15121910", "rate_bps": 500, "qty": 10, "unit_price_paise": 10_000}],
}


@pytest.mark.parametrize(
    ("address", "states"),
    [
        ("Shop 4, C G Road, Ahmedabad 380009", {"24"}),
        ("Shop 4, C G Road\nAhmedabad 380 009", {"24"}),
        ("Margao 403601", {"30"}),
        ("Thane West 400601", {"27"}),
        ("Silvassa 396230", {"24", "26"}),
        ("Panchkula 134109", {"06"}),
        ("Gangtok 737101", {"11"}),
        ("Shillong 793001", {"17"}),
        ("near bus stand, Surat, Gujarat", {"24"}),
        ("surat  GUJARAT", {"24"}),
        ("Maharashtra Bhavan, Connaught Place, New Delhi", {"07"}),
        ("Delhi Road, Meerut, Uttar Pradesh", {"09"}),
        ("Hyderabad, Andhra Pradesh", {"37"}),
        ("Goan Bakery, MG Road", set()),
        ("Plot 12345678, Sector 9", set()),
        ("Phone 9820123456", set()),
        ("", set()),
    ],
)
def test_an_address_tells_its_state_by_its_pin_code_or_by_name(address: str, states: set[str]) -> None:
    assert states_of(address) == states


def test_every_state_that_has_a_post_office_is_found_by_its_name() -> None:
    for code, name in CURRENT_STATES.items():
        if code < "96":
            assert states_of(f"Main Road, {name}") == {code}, name


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({"buyer": {"state": "27"}, "ship_to": {"address": "C G Road, Ahmedabad 380009"}}, True),
        ({"buyer": {"state": "27"}, "ship_to": {"address": "Surat, Gujarat"}}, True),
        ({"buyer": {"state": "27", "address": "C G Road, Ahmedabad 380009"}}, True),
        ({"buyer": {"address": "C G Road", "city": "Ahmedabad", "pincode": "380009"}}, True),
        ({"buyer": {"state": "27"}, "ship_to": {"address": "Ahmedabad 380009", "state": "24"}}, False),
        ({"buyer": {"state": "27"}, "ship_to": {"address": "Thane 400601", "state": "24"}}, True),
        ({"buyer": {"state": "27", "address": "Ahmedabad 380009"}, "ship_to": {"address": "Pune 411001"}}, False),
        ({"buyer": {"gstin": MUMBAI}, "ship_to": {"address": "C G Road, Ahmedabad 380009"}}, False),
        ({"buyer": {"state": "27"}, "ship_to": {"address": "behind the temple"}}, False),
    ],
)
def test_goods_that_go_to_another_state_than_the_tax_are_told_of(changes: dict[str, Any], is_told: bool) -> None:
    codes = [one["code"] for one in preview({**SALE, **changes})["warnings"]]
    assert ("DELIVERY_STATE_DIFFERS" in codes) is is_told
