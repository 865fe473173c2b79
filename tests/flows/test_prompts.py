"""A bare yes or number answers what the shop read last; what something came between is asked about once more."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core import clock
from core.i18n import LANGUAGES
from credit import bills, payments
from credit.bills import Posting
from credit.papers import Promise
from flows import notices
from orders import listing
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


@pytest.mark.parametrize("bare", ["ok", "👍", "1", "cash", "2", "upi", "credit"])
@pytest.mark.parametrize("between", ["balance", "maggi hai kya", "thanks", "stop"])
def test_nothing_that_may_be_meant_for_another_answer_places_an_order(chat: Chat, between: str, bare: str) -> None:
    chat.say("2 peti coke 500")
    chat.say(between)
    assert "it is once more" in chat.say(bare)
    assert placed(chat) == 0


def test_a_number_after_a_code_to_pay_with_places_nothing(chat: Chat, shop: Retailer) -> None:
    owe(chat, shop)
    chat.play([("2 peti coke 500", "Total"), ("pay", "UPI"), ("1", "it is once more")])
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


def test_thanks_for_a_payment_do_not_place_the_order_that_waits(chat: Chat, shop: Retailer) -> None:
    chat.say("2 peti coke 500")
    owe(chat, shop)
    receipt = payments.record(chat.session, payments.NewPayment(shop.id, 50_000, "cash"))
    notices.payment_received(chat.session, receipt)
    chat.play([("👍", "it is once more"), ("👍", "placed on credit")])


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
