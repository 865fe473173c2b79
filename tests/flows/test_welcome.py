"""Hello, and the language of the chat."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from parties import contacts
from parties.tables import Retailer
from tests.chats import Chat


@pytest.mark.parametrize(
    ("language", "hello", "expected"),
    [
        ("en", "Hi!", "Hello Sharma Kirana, welcome to *Shree Ganesh Traders*"),
        ("hi", "नमस्ते", "नमस्ते Sharma Kirana जी"),
        ("ur", "السلام علیکم", "میں خوش آمدید"),
        ("hi_Latn", "ram ram", "mein aapka swagat hai"),
    ],
)
def test_hello_is_answered_with_the_shops_name_and_the_menu_in_its_language(
    open_chat: Callable[..., Chat], language: str, hello: str, expected: str
) -> None:
    chat = open_chat(language=language)
    assert expected in chat.say(hello)
    assert len(chat.choices) >= 5


def test_the_first_hello_tells_how_to_change_the_language_and_later_ones_do_not(chat: Chat) -> None:
    assert "हिन्दी" in chat.say("hello")
    assert "हिन्दी" not in chat.say("hello")


def test_the_language_is_chosen_from_a_list_by_tap_number_or_name(chat: Chat, shop: Retailer) -> None:
    chat.say("language")
    assert "अब से मैं हिंदी में" in chat.tap("हिन्दी")
    chat.play(
        [
            ("भाषा", "कौन सी भाषा"),
            ("3", "اب سے میں اردو میں"),
            ("hinglish", "ab se main"),
            ("english", "I write English"),
        ]
    )
    assert contacts.reach(chat.session, shop.id).language == "en"


def test_the_chosen_language_is_kept_for_notices_too(chat: Chat, shop: Retailer) -> None:
    chat.say("اردو")
    assert contacts.reach(chat.session, shop.id).language == "ur"
    assert "کیا کرنا چاہیں گے" in chat.say("menu")


def test_a_half_made_list_survives_a_change_of_language(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("language", "Which language"), ("hindi", "आपकी सूची (1) यहीं है")])
    chat.play([("हाँ", "एक बार फिर"), ("हाँ", "उधार पर पक्का हो गया")])


def test_a_lead_may_choose_its_language_too(stocked: Session) -> None:
    chat = Chat(stocked, "+919899999999")
    chat.say("hello")
    assert "अब से मैं हिंदी में" in chat.tap("हिन्दी")
    assert "धन्यवाद" in chat.say("गुप्ता स्टोर्स, पुणे")
