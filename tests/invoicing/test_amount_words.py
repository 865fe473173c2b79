"""Amounts in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from invoicing.amount_words import AmountNotInWords, amount_in_words, number_in_words


@pytest.mark.parametrize(
    ("amount_minor", "words"),
    [
        (0, "Zero Rupees Only"),
        (1, "One Paisa Only"),
        (50, "Fifty Paise Only"),
        (101, "One Rupee and One Paisa Only"),
        (10000, "One Hundred Rupees Only"),
        (10_00_00_000_00, "Ten Crore Rupees Only"),
        (1205_00_00_000_00, "One Thousand Two Hundred and Five Crore Rupees Only"),
    ],
)
def test_an_amount_reads_like_an_invoice(amount_minor: int, words: str) -> None:
    assert amount_in_words(amount_minor) == words


@given(st.integers(0, 10**9 - 1))
def test_numbers_agree_with_the_reference_library(number: int) -> None:
    expected = num2words(number, lang="en_IN").replace(",", "").replace("-", " ")
    assert number_in_words(number).lower() == expected


@pytest.mark.parametrize("amount_minor", [-1, 10**15 + 1])
def test_an_amount_beyond_any_bill_is_refused(amount_minor: int) -> None:
    with pytest.raises(AmountNotInWords):
        amount_in_words(amount_minor)
