import pytest

from language.yes_and_no import beyond_yes, yes_or_no


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
        "haan ji maal bhej do jaldi",
        "theek hai phir kar do",
        "yes please place my order",
        "ok final hai bhai",
        "haan mera order pakka kar do",
        "हाँ ऑर्डर कर दीजिए",
        "بالکل بھیج دیں جی",
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
        "ok wait",
        "haan ruko",
        "ok but",
        "haan call karo",
        "haan kal bhejo",
        "theek hai shaam ko",
        "bill bhej do",
        "upi bhejo",
        "qr bhej do",
        "haan list bhej do",
        "address change kar do",
        "order change kar do",
        "order khatam kar do",
        "new order karo",
        "ok add kar do",
        "haan cash",
        "udhaar likh do",
        "हाँ रुको",
        "ٹھیک ہے کل",
    ],
)
def test_anything_else_is_neither_yes_nor_no(text: str) -> None:
    assert yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("haan cash", "cash"),
        ("cash kar do bhai", "cash"),
        ("theek hai udhaar likh do", "udhaar"),
        ("ok on credit please", "on credit"),
        ("हाँ उधार", "उधार"),
        ("جی نقد", "نقد"),
        ("haan ji", ""),
        ("upi bhej do", ""),
        ("cash nahi", "cash nahi"),
        ("nope cash", "nope cash"),
        ("galat hai cash", "galat cash"),
        ("haan cash kal", "cash kal"),
    ],
)
def test_what_a_yes_says_further_is_left_when_its_words_are_taken_out(text: str, more: str) -> None:
    assert beyond_yes(text) == more
