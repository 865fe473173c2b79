"""People who are not customers: politeness and a task, no prices and no credit."""

from collections.abc import Callable
from dataclasses import fields

import pytest
from sqlalchemy.orm import Session

from parties import retailers
from parties.tables import Contact, Retailer, StaffTask
from tests.chats import Chat

ASKED = [
    "maggi ka rate?",
    "2 peti coke 500",
    "balance",
    "bill 102",
    "yes",
    "menu",
    "paid 5000 utr 412345678901",
    "help",
]


@pytest.mark.parametrize("asked", ASKED)
def test_an_unknown_number_learns_no_price_and_no_credit(stocked: Session, asked: str) -> None:
    chat = Chat(stocked, "+919899999999")
    answer = chat.say(asked) + chat.say(asked)
    assert "not registered" in answer
    assert "₹" not in answer
    assert "credit" not in answer.lower()


def test_people_are_told_once_of_a_lead_and_of_what_it_adds(stocked: Session) -> None:
    chat = Chat(stocked, "+919899999999")
    chat.play([("hello", "Our team has been told"), ("Verma Stores, Nashik", "passed this on")])
    for number in range(10):
        chat.say(f"hello again {number}")
    kinds = [task.kind for task in stocked.query(StaffTask)]
    assert kinds.count("new_lead") == 1
    assert kinds.count("lead_note") == 5


def test_a_lead_is_answered_in_the_script_that_it_writes(stocked: Session) -> None:
    assert "आपका नंबर अभी" in Chat(stocked, "+919899999991").say("भाव क्या है")
    assert "آپ کا نمبر ابھی" in Chat(stocked, "+919899999992").say("ریٹ کیا ہے")


def test_a_lead_that_becomes_a_customer_is_served_at_once(
    stocked: Session, make_retailer: Callable[..., Retailer]
) -> None:
    chat = Chat(stocked, "+919899999999")
    chat.say("hello")
    make_retailer(stocked, phone="+919899999999")
    stocked.flush()
    chat.play([("2 peti coke 500", "48 pc"), ("yes", "placed")])


def test_a_closed_shop_is_treated_as_a_lead(chat: Chat, shop: Retailer) -> None:
    chat.say("2 peti coke 500")
    shop.status = "closed"
    chat.session.flush()
    assert "not registered" in chat.say("yes")


def test_somebody_whose_phone_is_hidden_and_unknown_is_a_lead(stocked: Session) -> None:
    chat = Chat(stocked, "")
    answer = chat.say("balance", From="whatsapp:IN.1A2B3C", ExternalUserId="whatsapp:IN.1A2B3C")
    assert answer == ""  # nothing went to a phone
    chat.phone = "IN.1A2B3C"
    assert "not registered" in "".join(message.body for message in chat.messages())


def test_a_shop_that_hides_its_phone_later_is_known_by_the_id_it_had_shown(chat: Chat) -> None:
    chat.say("hi", ExternalUserId="whatsapp:IN.4566546130240823")
    chat.say("balance", From="whatsapp:IN.4566546130240823", ExternalUserId="whatsapp:IN.4566546130240823")
    chat.phone = "IN.4566546130240823"
    assert "₹50,000" in "".join(message.body for message in chat.messages())
    assert chat.session.query(Contact).count() == 1


def test_the_phone_that_a_shop_left_behind_hears_nothing_of_the_shop(chat: Chat, shop: Retailer) -> None:
    known = chat.say("balance")
    details = {field.name: getattr(shop, field.name) for field in fields(retailers.Details)}
    retailers.change(chat.session, shop, retailers.Details(**{**details, "phone": "+919810099999"}))
    chat.session.flush()
    assert "₹" in known
    assert "₹" not in chat.say("balance")
    assert "₹" in Chat(chat.session, "+919810099999").say("balance")
