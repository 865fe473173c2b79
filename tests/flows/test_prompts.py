"""A bare yes or number answers what the shop read last; what something came between is asked about once more."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot import handing_over, replies
from core import clock, events
from core.i18n import LANGUAGES
from credit import bills, payments
from credit.arrangements import Promise
from credit.bills import Posting
from orders import dispatching, listing
from parties import users
from parties.tables import Retailer
from tests.chats import Chat
from tests.flows.scenes import COKE, YES

ONCE_MORE = ("it is once more", "एक बार फिर", "ایک بار پھر", "ek baar phir")
BALANCE = ("balance", "बकाया", "بقایا", "kitna baki hai")


def placed(chat: Chat) -> int:
    return len(listing.page(chat.session, status="confirmed"))


def owe(chat: Chat, shop: Retailer) -> None:
    due_on = clock.today("Asia/Kolkata") - timedelta(days=3)
    bills.post(chat.session, Posting(shop.id, "opening", "OB-1", due_on, due_on, 100_000, {"opening_balance": 100_000}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_yes_after_another_answer_shows_the_quote_once_more(open_chat: Callable[..., Chat], language: str) -> None:
    place, chat = LANGUAGES.index(language), open_chat(language=language)
    chat.say(COKE[place])
    chat.say(BALANCE[place])
    again = chat.say(YES[place])
    assert ONCE_MORE[place] in again
    assert "1,728" in again
    assert placed(chat) == 0
    chat.say(YES[place])
    assert placed(chat) == 1


@pytest.mark.parametrize("bare", ["ok", "👍", "cash", "upi", "credit"])
@pytest.mark.parametrize("between", ["balance", "maggi hai kya", "thanks", "stop"])
def test_nothing_that_may_be_meant_for_another_answer_places_an_order(chat: Chat, between: str, bare: str) -> None:
    chat.say("2 peti coke 500")
    chat.say(between)
    assert "it is once more" in chat.say(bare)
    assert placed(chat) == 0


@pytest.mark.parametrize("between", ["balance", "maggi hai kya", "thanks", "stop"])
@pytest.mark.parametrize("number", ["1", "2", "१", "۲"])
def test_a_number_after_another_answer_places_nothing(chat: Chat, between: str, number: str) -> None:
    chat.play([("2 peti coke 500", "Total"), (between, ""), (number, "A number alone orders nothing")])
    assert placed(chat) == 0


def test_a_number_after_a_code_to_pay_with_places_nothing(chat: Chat, shop: Retailer) -> None:
    owe(chat, shop)
    chat.play([("2 peti coke 500", "Total"), ("pay", "UPI"), ("1", "A number alone orders nothing")])
    assert placed(chat) == 0
    assert "placed on credit" in chat.tap("Yes, on credit")


def test_a_button_of_the_quote_still_acts_since_it_says_what_it_means(chat: Chat) -> None:
    chat.say("2 peti coke 500")
    chat.say("balance")
    assert "placed on credit" in chat.tap("Yes, on credit")


def test_a_change_that_is_typed_needs_no_second_asking(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "48 pc"), ("balance", "Limit"), ("2 nahi 3", "72 pc"), ("yes", "placed on credit")])


def test_a_question_that_nobody_interrupted_is_answered_by_yes(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "48 pc"), ("qwertz", "Total"), ("yes", "placed on credit")])


@pytest.fixture
def thanked(chat: Chat, shop: Retailer) -> Chat:
    """An order waits for its yes, and then a payment was booked and the shop was thanked."""
    chat.say("2 peti coke 500")
    owe(chat, shop)
    payments.record(chat.session, payments.NewPayment(shop.id, 50_000, "cash"))
    events.follow(chat.session)
    return chat


@pytest.mark.parametrize("said", ["👍", "ok", "theek hai", "ठीक है", "جی"])
def test_an_ok_to_the_thanks_for_a_payment_does_not_place_the_order_that_waits(thanked: Chat, said: str) -> None:
    assert any(again in thanked.say(said) for again in ONCE_MORE)
    assert placed(thanked) == 0


@pytest.mark.parametrize("said", ["yes", "haan", "cash", "confirm karo"])
def test_a_yes_after_a_notice_that_asks_nothing_answers_the_question(thanked: Chat, said: str) -> None:
    thanked.say(said)
    assert placed(thanked) == 1


def test_an_ok_to_the_list_of_orders_calls_no_order_off(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed"), ("cancel R1-1", "be called off?")])
    chat.play([("status", "being packed"), ("ok", "be called off?")])
    assert placed(chat) == 1
    chat.play([("ok", "is called off")])


def test_an_ok_to_the_balance_promises_nothing(chat: Chat, shop: Retailer) -> None:
    owe(chat, shop)
    chat.play([("kal dunga", "Shall I note"), ("balance", "days late"), ("ok", "Shall I note")])
    assert chat.session.query(Promise).count() == 0
    chat.play([("ok", "Noted")])


def test_a_list_that_waited_for_another_question_is_shown_before_a_yes_places_it(chat: Chat, shop: Retailer) -> None:
    owe(chat, shop)
    chat.play(
        [("2 peti coke 500", "Total"), ("kal dunga", "Shall I note"), ("yes", "Noted"), ("yes", "*Total: ₹1,728*")]
    )
    assert placed(chat) == 0
    chat.play([("yes", "placed on credit")])


@pytest.mark.parametrize(
    ("language", "asked", "tap"),
    [
        ("en", "Shall I put Pepsi 500 ml PET, 3 case, on your list?", "Yes, put it on"),
        ("hi", "क्या Pepsi 500 ml PET, 3 पेटी, सूची में डाल दूँ?", "हाँ, डाल दें"),
        ("ur", "\u20683\u2069 پیٹی، فہرست میں ڈال دوں؟", "ہاں، ڈال دیں"),
        ("hi_Latn", "Kya Pepsi 500 ml PET, 3 peti, list mein daal doon?", "Haan, daal dein"),
    ],
)
@pytest.mark.parametrize("way", ["tap", "word", "number"])
def test_goods_whose_verb_is_not_clear_are_asked_about_with_their_quantity(
    open_chat: Callable[..., Chat], language: str, asked: str, tap: str, way: str
) -> None:
    chat = open_chat(language=language)
    assert asked in chat.say("no pepsi 3 cases")
    yes = YES[LANGUAGES.index(language)]
    answer = chat.tap(tap) if way == "tap" else chat.say("1" if way == "number" else yes)
    assert "1,851.12" in answer
    assert placed(chat) == 0


def test_goods_that_were_not_wanted_stay_off_the_list(chat: Chat) -> None:
    chat.play([("5 kg sugar", "Total"), ("no pepsi 3 cases", "Shall I put"), ("no", "Sugar")])
    assert "Pepsi" not in chat.say("list")


@pytest.mark.parametrize("answer", ["3", "99", "9 wala"])
def test_a_number_that_is_no_option_is_asked_about_with_the_same_question(chat: Chat, answer: str) -> None:
    chat.play([("2 peti coke 500", "Total"), ("maggi", "“maggi”: which one"), (answer, "“maggi”: which one")])
    chat.play([("1", "How much of Maggi Masala Noodles"), ("12", "Maggi")])


def test_a_question_about_long_names_writes_them_in_full(chat: Chat) -> None:
    asked = chat.say("surf 2 packet")
    assert "• Surf Excel Easy Wash 1 kg\n• Surf Excel Easy Wash 500 g" in asked
    assert [title for _, title in chat.choices] == ["Surf Excel Easy… 1 kg", "Surf Excel Easy… 500 g"]
    assert "Surf Excel Easy Wash 500 g: 2 pc" in chat.say("Surf Excel Easy… 500 g")


def test_a_number_does_not_describe_what_is_wrong_with_goods(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed")])
    dispatching.dispatch(chat.session, listing.page(chat.session, status="confirmed")[0].id)
    chat.play([("complaint", "what is it about"), ("1", "What is wrong"), ("1", "What is wrong")])
    chat.play([("2 bottles leak", "Problem: 2 bottles leak"), ("1", "our team has it")])


AGREEING = ["haan bhej do", "yes send it", "order confirm karo", "हाँ भेज दो", "ہاں بھیج دو"]


@pytest.mark.parametrize("said", AGREEING)
def test_a_longer_yes_to_a_quote_of_yesterday_places_nothing(chat: Chat, home: Path, said: str) -> None:
    chat.say("2 peti coke 500")
    clock.advance(timedelta(hours=25))
    assert "*Total: ₹1,728*" in chat.say(said)
    assert placed(chat) == 0
    chat.play([(said, "placed on credit")])


@pytest.mark.parametrize("said", AGREEING)
def test_a_longer_yes_that_a_person_may_have_asked_for_places_nothing(chat: Chat, said: str) -> None:
    chat.say("2 peti coke 500")
    meena = users.create(chat.session, email="meena@example.in", role="owner", password="a" * 20, name="Meena")
    replies.reply(chat.session, chat.place().id, meena.id, "Shall I send you the new price list?")
    handing_over.give_back(chat.session, chat.place().id)
    events.follow(chat.session)
    chat.say(said)
    assert placed(chat) == 0


@pytest.mark.parametrize("said", AGREEING)
def test_a_longer_yes_after_another_answer_brings_the_quote_again(chat: Chat, said: str) -> None:
    chat.play([("2 peti coke 500", "Total"), ("balance", "Limit"), (said, "it is once more"), (said, "placed on")])


@pytest.mark.parametrize(
    ("language", "said", "title", "dropped"),
    [
        ("en", "no", "Drop the list", "Your list is dropped"),
        ("hi", "नहीं", "सूची छोड़ दें", "सूची"),
        ("ur", "نہیں", "فہرست چھوڑ دیں", "فہرست"),
        ("hi_Latn", "nahi", "List chhod dein", "list"),
    ],
)
def test_a_second_no_shows_the_list_again_and_how_to_drop_it(
    open_chat: Callable[..., Chat], language: str, said: str, title: str, dropped: str
) -> None:
    chat = open_chat(language=language)
    chat.say(COKE[LANGUAGES.index(language)])
    first = chat.say(said)
    assert chat.say(said) == first
    assert dropped in chat.tap(title)
    assert listing.page(chat.session, status="pending") == []


@pytest.mark.parametrize(
    ("language", "said", "answer"),
    [
        ("en", "thank you so much", "You are welcome"),
        ("hi", "बहुत धन्यवाद भाई", "धन्यवाद"),
        ("ur", "بہت شکریہ بھائی", "شکریہ"),
        ("hi_Latn", "ok thanks bhai", "dhanyavaad"),
        ("en", "mera balance batao", "Limit:"),
        ("hi", "मेरा बकाया कितना है", "सीमा"),
        ("ur", "میرا بقایا کتنا ہے", "50,000"),
        ("hi_Latn", "mera kitna baki hai", "50,000"),
        ("en", "mujhe baat karni hai", "One of us will write"),
        ("hi", "मुझे बात करनी है", "*मेनू*"),
    ],
)
def test_thanks_the_balance_and_a_person_are_understood_in_other_words(
    open_chat: Callable[..., Chat], language: str, said: str, answer: str
) -> None:
    assert answer in open_chat(language=language).say(said)


@pytest.mark.parametrize(
    ("language", "said", "answer"),
    [
        ("en", "ok", "no open question"),
        ("en", "❤️", "no open question"),
        ("hi", "👍", "मेरा कोई सवाल बाकी नहीं"),
        ("ur", "ٹھیک ہے", "میرا کوئی سوال باقی نہیں"),
        ("hi_Latn", "theek hai", "mera koi sawaal baaki nahi"),
    ],
)
def test_an_ok_after_an_order_is_taken_as_one_and_places_nothing(
    open_chat: Callable[..., Chat], language: str, said: str, answer: str
) -> None:
    place, chat = LANGUAGES.index(language), open_chat(language=language)
    chat.say(COKE[place])
    chat.say(YES[place])
    assert answer in chat.say(said)
    assert placed(chat) == 1
