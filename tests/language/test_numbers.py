from decimal import Decimal

import pytest

from language.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("dedh", "1.5"), ("dhai", "2.5"), ("sadhe teen", "3.5"), ("paune do", "1.75"), ("sava do", "2.25"),
        ("sava", "1.25"), ("pav", "0.25"), ("aadha", "0.5"), ("dedh sau", "150"), ("dhai hazar", "2500"),
        ("sava sau", "125"), ("ek sau bees", "120"), ("paanch sau", "500"), ("twenty five", "25"), ("१२", "12"),
        ("۱۲", "12"), ("1½", "1.5"), ("3/4", "0.75"), ("2.25", "2.25"), ("साढ़े तीन", "3.5"), ("ڈیڑھ", "1.5"),
        ("पचास", "50"), ("चालीस", "40"), ("پچیس", "25"), ("pachees", "25"), ("1,50,000", "150000"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_traders_say_them(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "coke", "2 peti", "sadhe", "haan", "2 3", "👍"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None
