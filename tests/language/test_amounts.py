"""Amounts as people type them."""

import pytest

from language import amounts


@pytest.mark.parametrize(
    ("said", "rupees"),
    [
        ("5000", 5_000),
        ("₹ 5,000", 5_000),
        ("rs.5000/-", 5_000),
        ("1,50,000.50", 150_000.5),
        ("5k", 5_000),
        ("12k upi", 12_000),
        ("1.5 lakh", 150_000),
        ("1.5L", 150_000),
        ("10 crore", 100_000_000),
        ("2 hazar 500", 2_500),
        ("1 lakh 20 hazar", 120_000),
        ("paanch hazar", 5_000),
        ("sadhe teen hazar", 3_500),
        ("dedh lakh", 150_000),
        ("do crore", 20_000_000),
        ("five hundred", 500),
        ("१.५ लाख", 150_000),
        ("पाँच हज़ार रुपये", 5_000),
        ("एक करोड़", 10_000_000),
        ("۵ ہزار", 5_000),
        ("ڈیڑھ لاکھ", 150_000),
        ("bill SGT/26-27/0001 5000", 5_000),
        ("12/11 5000 ko diye", 5_000),
        ("5000, ramesh took it", 5_000),
    ],
)
def test_an_amount_is_read_in_digits_and_words_of_every_language(said: str, rupees: float) -> None:
    assert amounts.read(said) == round(rupees * 100)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "-5",
        "−5",
        "-₹5",
        "₹-5",
        "minus 5",
        "माइनस 5",
        "0",
        "0.001",
        "1.2.3",
        "5,0",
        "5 kg sugar",
        "5000 2000",
        "9 lakh lakh",
        "9999999999999",
        "hazar",
        "5 pc",
    ],
)
def test_what_is_no_clear_amount_above_zero_is_not_guessed(said: str) -> None:
    assert amounts.read(said) is None
