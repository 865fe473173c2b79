import pytest

from orders.understanding.words import yes_or_no


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "YES!",
        "ok bhai",
        "haan ji",
        "haan confirm",
        "theek hai bhej do",
        "👍",
        "👍🏽",
        "✅",
        "हाँ",
        "ठीक है जी",
        "जी हां",
        "ہاں جی",
        "ٹھیک ہے",
        "کر دیں",
        "ok done",
        "y",
        "pakka bhai",
        "kar do",
    ],
)
def test_yes_is_heard_in_every_language(text: str) -> None:
    assert yes_or_no(text) is True


@pytest.mark.parametrize(
    "text",
    ["no", "nahi", "nahin ji", "nope", "mat bhejo", "👎", "❌", "नहीं", "नहीं जी", "نہیں", "نہ", "rehne do", "cancel"],
)
def test_no_is_heard_in_every_language(text: str) -> None:
    assert yes_or_no(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bhai",
        "haan nahi",
        "ok 2",
        "ok thanks",
        "haan kya?",
        "yes?",
        "👍👎",
        "coke",
        "haan coke bhej do",
        "menu",
        "kal",
    ],
)
def test_anything_else_is_neither_yes_nor_no(text: str) -> None:
    assert yes_or_no(text) is None
