"""The UPI link and its code."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicing.upi import UpiInvalid, pay_link, qr_matrix, qr_png, reference_for
from tests.invoicing.test_worked_examples import EXAMPLES

VPA = "ganeshtraders@okhdfcbank"


@pytest.mark.parametrize("case", EXAMPLES["aux"]["upi_url"], ids=lambda case: case["in"]["tr"])
def test_a_link_is_written_exactly_as_payment_apps_want_it(case: dict[str, dict[str, object]]) -> None:
    fields = case["in"]
    link = pay_link(
        vpa=str(fields["pa"]),
        name=str(fields["pn"]),
        amount_minor=int(str(fields["amount_paise"])),
        reference=str(fields["tr"]),
        note=str(fields["tn"]),
        merchant_code=str(fields.get("mc", "")),
    )
    assert link == case["url"]


def test_a_document_number_becomes_a_reference_of_letters_and_digits() -> None:
    assert reference_for("SGT/26-27/000123") == "SGT2627000123"
    assert reference_for("बिल-१/A1") == "A1"


def test_without_an_amount_the_payer_types_it() -> None:
    assert "am=" not in pay_link(vpa=VPA, name="A")


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_name_or_note_can_add_a_field_to_the_link(name: str, note: str) -> None:
    link = pay_link(vpa=VPA, name=name, amount_minor=100, reference="A1", note=note)
    fields = parse_qs(urlsplit(link).query, keep_blank_values=True)
    assert set(fields) <= {"pa", "pn", "tr", "tn", "am", "cu"}
    assert fields["pa"] == [VPA]
    assert fields["am"] == ["1.00"]
    assert link.isascii()
    assert len(qr_matrix(link)) >= 21


@pytest.mark.parametrize(
    "wrong", [{"vpa": "a b@ybl"}, {"amount_minor": 0}, {"amount_minor": -5}, {"merchant_code": "54&"}]
)
def test_a_link_that_apps_would_refuse_is_refused_here(wrong: dict[str, object]) -> None:
    with pytest.raises(UpiInvalid):
        pay_link(**{"vpa": VPA, "name": "A", **wrong})  # type: ignore[arg-type]


def test_the_picture_is_a_png_and_always_the_same() -> None:
    link = pay_link(vpa=VPA, name="A", amount_minor=100)
    assert qr_png(link).startswith(b"\x89PNG")
    assert qr_png(link) == qr_png(link)
