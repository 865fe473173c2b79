"""Document numbers and the financial years in them."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import countries
from invoicing.numbers import (
    PrefixInvalid,
    SerialInvalid,
    format_number,
    normalised_number,
    prefix_for,
)
from tests.invoicing.test_worked_examples import EXAMPLES

ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9/-]{0,15}")  # by rule 46(b) and the e-invoice portal


@pytest.mark.parametrize("case", EXAMPLES["aux"]["invoice_number"], ids=lambda case: case["v"])
def test_the_shape_that_numbers_are_held_to_is_the_portals(case: dict[str, object]) -> None:
    assert bool(ACCEPTED.fullmatch(str(case["v"]))) is case["valid"]


@pytest.mark.parametrize("case", EXAMPLES["aux"]["financial_year"], ids=lambda case: case["date"])
def test_the_indian_year_begins_in_april(case: dict[str, str]) -> None:
    assert "20" + countries.get("IN").financial_year(date.fromisoformat(case["date"])) == case["fy"]


def test_the_pakistani_year_begins_in_july() -> None:
    assert countries.get("PK").financial_year(date(2026, 6, 30)) == "25-26"
    assert countries.get("PK").financial_year(date(2026, 7, 1)) == "26-27"


def test_the_century_turns_over() -> None:
    assert countries.get("IN").financial_year(date(2099, 12, 31)) == "99-00"


@pytest.mark.parametrize(
    ("prefix", "serial", "number"),
    [
        ("SGT", 123, "SGT/26-27/000123"),
        ("SGTC", 7, "SGTC/26-27/00007"),
        ("ABCDE", 7, "ABCDE/26-27/0007"),
        ("S", 7, "S/26-27/000007"),
        ("SGT", 1_000_000, "ST/26-27/1000000"),
        ("SGTC", 100_000, "SGC/26-27/100000"),
        ("ABCDE", 10_000, "ABCE/26-27/10000"),
    ],
)
def test_a_number_has_its_prefix_year_and_serial(prefix: str, serial: int, number: str) -> None:
    assert format_number(prefix, "26-27", serial) == number


@given(st.from_regex(r"[A-Z1-9][A-Z0-9]{0,4}", fullmatch=True), st.integers(1, 99_999_999))
def test_every_number_fits_sixteen_characters_and_keeps_its_serial(prefix: str, serial: int) -> None:
    number = format_number(prefix, "26-27", serial)
    assert ACCEPTED.fullmatch(number)
    assert int(number.rsplit("/", 1)[1]) == serial


def test_bad_prefixes_and_serials_are_refused() -> None:
    for prefix in ("", "sgt", "0A", "A/B", "ABCDEF", "बिल"):
        with pytest.raises(PrefixInvalid):
            format_number(prefix, "26-27", 1)
    for serial in (0, -1, 10**9):
        with pytest.raises(SerialInvalid):
            format_number("SGT", "26-27", serial)


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Shree Ganesh Traders", "SGT"),
        ("Patel Provision Store and Sons", "PPS"),
        ("Ganesh", "GAN"),
        ("श्री गणेश", "INV"),
        ("", "INV"),
        ("0 7 Eleven", "7E"),
    ],
)
def test_a_prefix_comes_from_the_business_name(name: str, prefix: str) -> None:
    assert prefix_for(name) == prefix
    assert re.fullmatch(r"[A-Z1-9][A-Z0-9]{0,4}", prefix)


def test_numbers_are_compared_in_upper_case() -> None:
    assert normalised_number(" inv-001 ") == "INV-001"
