"""GSTIN, UIN, UPI address, IBAN and Pakistan's numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import countries
from countries.india.registration import (
    GstinInvalid,
    buyer_id_problem,
    gstin_check_character,
    gstin_problem,
    parse_gstin,
    uin_problem,
)
from countries.india.states import CURRENT_STATES
from countries.pakistan.registration import is_ntn, is_strn
from invoicing.identifiers import is_iban, is_vpa
from tests.invoicing.test_worked_examples import EXAMPLES

AUX = EXAMPLES["aux"]
PERSON = "AAPFU0939F"


@pytest.mark.parametrize("case", AUX["gstin"], ids=lambda case: repr(case["gstin"]))
def test_a_gstin_is_judged_with_its_reason(case: dict[str, object]) -> None:
    problem = gstin_problem(str(case["gstin"]))
    assert (problem is None) is case["valid"], problem


@pytest.mark.parametrize("case", [case for case in AUX["gstin"] if case["valid"]], ids=lambda case: repr(case["gstin"]))
def test_a_good_gstin_tells_its_state_and_pan(case: dict[str, str]) -> None:
    parsed = parse_gstin(case["gstin"])
    assert parsed.text == case.get("normalised", case["gstin"])
    assert parsed.state == case.get("state", "27")
    assert parsed.pan == case.get("pan", PERSON)


def test_a_bad_gstin_is_refused_with_what_is_wrong() -> None:
    with pytest.raises(GstinInvalid, match="check character"):
        parse_gstin("27AAPFU0939F1ZO")


@pytest.mark.parametrize("state", [*sorted(set(CURRENT_STATES) - {"96"}), "25", "28"])
def test_every_state_can_have_a_taxpayer(state: str) -> None:
    first = f"{state}{PERSON}1Z"
    assert gstin_problem(first + gstin_check_character(first)) is None


@given(st.text(max_size=20))
def test_no_text_can_break_the_gstin_check(text: str) -> None:
    gstin_problem(text)


@pytest.mark.parametrize("case", AUX["vpa"], ids=lambda case: case["v"])
def test_a_upi_address_is_judged(case: dict[str, object]) -> None:
    assert is_vpa(str(case["v"])) is case["valid"]


def test_a_newline_does_not_pass_as_part_of_a_upi_address() -> None:
    assert not is_vpa("ganeshtraders@okhdfcbank\n")


def test_other_numbers_are_checked_by_their_shape() -> None:
    assert is_iban("PK36 SCBL 0000 0011 2345 6702")
    assert not is_iban("PK36SCBL0000001123456703")
    assert not is_iban("PK36SCBL00000011234567\uff102")  # a digit of another width is another letter
    assert is_ntn("1234567-8")
    assert not is_ntn("12345")
    assert is_strn("32-77-8761-123-45")
    assert not is_strn("3277")


def test_states_have_names_also_under_their_old_codes() -> None:
    assert countries.get("IN").regions.name("38") == "Ladakh"
    assert countries.get("IN").regions.name("28") == "Andhra Pradesh"
    assert countries.get("IN").regions.name("99") == ""
    assert countries.get("IN").regions.name(None) == ""


@pytest.mark.parametrize("text", ["0717UNO00157UNO", " 0717uno00211un2 "])
def test_embassies_and_the_united_nations_have_numbers_of_their_own(text: str) -> None:
    assert uin_problem(text) is None
    assert buyer_id_problem(text) is None
    assert gstin_problem(text) is not None


@pytest.mark.parametrize("text", ["0717UNO00157UN0", "9617UNO00157UNO", "0717UNO00157XNO", "0717UNO0157UNO", ""])
def test_a_uin_that_cannot_exist_is_refused_with_a_reason(text: str) -> None:
    assert uin_problem(text)
    assert buyer_id_problem(text)
