"""Words mean the same in every script and spelling."""

import pytest

from bot import words
from language.folding import fold


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("STOP", "stop"), ("stop.", "stop"), ("बंद करो", "stop"), ("بند", "stop"), ("band karo", "stop"),
        ("Start", "start"), ("शुरू", "start"), ("شروع", "start"), ("*menu*", "menu"), ("मेनू", "menu"), ("مینو", "menu"),
        ("cancel!", "cancel"), ("रद्द करें", "cancel"), ("منسوخ", "cancel"), ("मदद", "help"), ("مدد", "help"),
        ("HUMAN", "human"), ("बात करनी है", "human"), ("بات کرنی ہے", "human"), ("baat karni hai", "human"),
        ("भाषा", "language"), ("زبان", "language"), ("हिन्दी", "language"), ("Urdu", "language"),
        ("don't stop", None), ("menu card 2 box", None), ("", None),
    ],
)  # fmt: skip
def test_words_that_work_everywhere_are_whole_messages(said: str, meant: str | None) -> None:
    assert words.everywhere(fold(said)) == meant


@pytest.mark.parametrize(
    "said",
    [
        "STOP!!", "please stop", "stop pls", "stop messages", "STOP ALL", "mat bhejo message", "stop karo bhai",
        "message band kar do bhai", "messages band karo", "stop sending", "मैसेज मत भेजो", "मैसेज बंद करो",
        "band kar dijiye please", "no more messages", "don't send messages", "message nahi chahiye", "SMS band karo",
        "मुझे मैसेज मत भेजना", "میسج مت بھیجیں", "پیغام بند کریں", "tang mat karo", "aap message mat kiya karo",
        "roz roz message mat bhejo", "unsubscribe me", "reminder band karo", "मैसेज भेजना बंद करें",
    ],
)  # fmt: skip
def test_every_polite_stop_is_heard(said: str) -> None:
    assert words.everywhere(fold(said)) == "stop"


@pytest.mark.parametrize(
    "said",
    [
        "order band karo", "dukaan band hai", "band mat karo", "rok do", "stop 2 peti", "message nahi aaya",
        "message bhejo", "mat bhejo", "credit band kyon", "stop the order", "delivery band karo", "band gobhi 2 kg",
    ],
)  # fmt: skip
def test_what_else_ends_or_is_not_sent_stops_no_messages(said: str) -> None:
    assert words.everywhere(fold(said)) != "stop"


@pytest.mark.parametrize("said", ["yes", "Haan", "हाँ", "हां", "जी हाँ", "ہاں", "ok", "OK!", "👍", "👍🏽", "पक्का"])
def test_yes_is_understood_in_every_script(said: str) -> None:
    assert words.answer(fold(said)) == "yes"


@pytest.mark.parametrize("said", ["no", "Nahi", "नहीं", "نہیں", "👎"])
def test_no_is_understood_in_every_script(said: str) -> None:
    assert words.answer(fold(said)) == "no"


@pytest.mark.parametrize(("said", "language"), [("भाव क्या", "hi"), ("ریٹ کیا", "ur"), ("rate kya", None), ("", None)])
def test_the_script_suggests_a_language(said: str, language: str | None) -> None:
    assert words.script(said) == language
