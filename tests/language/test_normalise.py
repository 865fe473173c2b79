import pytest

from language.normalise import MAX_LENGTH, normalise
from language.tokens import Kind, tokenise


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("५ किलो", "5 किलो"),
        ("۱۰ کلو", "10 کلو"),
        ("1½ kg", "1 1/2 kg"),
        ("1,000 pc", "1000 pc"),
        ("coke, 2", "coke, 2"),
        ("१٫५", "1.5"),
        ("*Coke* _500_", "coke 500"),
        ("12*2", "12 x 2"),
        ("ज़ीरा माज़ा", "जीरा माजा"),
        ("كوك", "کوک"),
        ("2\u200d peti\ufe0f", "2 peti"),
        ("₹10/- wala", "rs 10 rs wala"),
        ("पेटी। लक्स", "पेटी\nलक्स"),
        ("K.G. 5", "kg 5"),
        ("\x00coke\ud800", "coke"),
    ],
)
def test_many_spellings_become_one(typed: str, normal: str) -> None:
    assert normalise(typed) == normal


def test_only_as_much_is_read_as_one_message_may_hold() -> None:
    assert len(normalise("a" * 100_000)) == MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("coke500 2peti", ["coke", "500", "2", "peti"]),
        ("parle-g x3", ["parle", "g", "x", "3"]),
        ("1 1/2 kg", ["1 1/2", "kg"]),
        ("1) lux\n2) rin", ["lux", "\n", "rin"]),
        ("1. lux\n2. rin", ["lux", "\n", "rin"]),
        ("2. lux\n5. rin", ["2", ".", "lux", "\n", "5", ".", "rin"]),
    ],
)
def test_letters_and_digits_part_and_row_numbers_vanish(text: str, parts: list[str]) -> None:
    assert [token.text for token in tokenise(text)] == parts


def test_a_times_sign_binds_only_beside_a_number() -> None:
    kinds = {token.text: token.kind for token in tokenise("x ray 2 x 3")}
    assert kinds["x"] is Kind.BIND
    assert tokenise("x ray")[0].kind is Kind.WORD
