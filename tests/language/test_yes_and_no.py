import pytest

from language import files
from language.folding import fold
from language.patterns import expand
from language.phrases import Meaning, of
from language.yes_and_no import agreement, beyond_yes, yes_or_no


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


WHOLE_MESSAGES = {
    "yes": "yes",
    "no": "no",
    "cash": "cash",
    "upi": "cash",
    "udhaar": "credit",
    "उधार": "credit",
    "نقد": "cash",
}
BESIDE_A_YES = {said: meant for said, meant in WHOLE_MESSAGES.items() if said != "upi"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("YES!", "yes"),
        ("no", "no"),
        ("Cash.", "cash"),
        ("haan cash kar do", "cash"),
        ("ok ji udhaar likh do", "credit"),
        ("हाँ उधार", "credit"),
        ("جی نقد", "cash"),
        ("upi", "cash"),
        ("upi do", None),
        ("haan upi", None),
        ("upi bhejo", None),
        ("haan cash kal", None),
        ("haan cash nahi", None),
        ("nope cash", None),
        ("haan cash udhaar", None),
        ("haan ji bhai", None),
        ("", None),
    ],
)
def test_what_is_agreed_to_is_found_by_the_whole_message_or_beside_its_yes(text: str, meant: str | None) -> None:
    assert agreement(text, WHOLE_MESSAGES, BESIDE_A_YES) == meant


LISTED = {name: lists for name, lists in files.read("yes_and_no").items() if name in ("yes", "no")}
WHOLE = ("reads", "always", "alone")


@pytest.mark.parametrize("name", ["yes", "no"])
def test_every_word_stands_in_the_table_once(name: str) -> None:
    listed = [pattern for kind in (*WHOLE, "among") for pattern in LISTED[name][kind]]
    said = [fold(phrase) for pattern in listed for phrase in expand(pattern, {})]
    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [(phrase, Meaning(name)) for name in LISTED for kind in WHOLE for phrase in LISTED[name][kind]],
)
def test_a_listed_message_answers_whatever_was_asked(phrase: str, meaning: Meaning) -> None:
    assert fold(f" {phrase}! ") in of(meaning)


@pytest.mark.parametrize(
    ("phrase", "verdict"),
    [(phrase, name == "yes") for name in LISTED for kind in ("reads", "always") for phrase in LISTED[name][kind]],
)
def test_what_always_answers_agrees_to_a_quote_too(phrase: str, verdict: bool) -> None:
    assert yes_or_no(phrase) is verdict


@pytest.mark.parametrize("name", ["yes", "no"])
def test_what_agrees_among_other_words_answers_no_other_question(name: str) -> None:
    ways = [phrase for pattern in LISTED[name]["among"] for phrase in expand(pattern, {})]
    assert [phrase for phrase in ways if fold(phrase) in of(Meaning.YES, Meaning.NO)] == []


def test_what_says_that_something_was_read_agrees_too() -> None:
    assert fold("Ok.") in of(Meaning.ACKNOWLEDGED)
    assert fold("yes") not in of(Meaning.ACKNOWLEDGED)
    assert of(Meaning.ACKNOWLEDGED) < of(Meaning.YES)
