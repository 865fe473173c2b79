"""Calling off an order that is placed: by its number, after a yes, and only one's own."""

from collections.abc import Callable

import pytest

from credit import accounts
from orders import dispatching, listing
from parties.tables import Retailer, StaffTask
from tests.chats import Chat

ORDER = "2 peti coke 500"


def statuses(chat: Chat) -> list[str]:
    return [order.status for order in listing.page(chat.session)]


def place(chat: Chat) -> None:
    chat.play([(ORDER, "Total"), ("yes", "R1-1")])


def test_cancel_after_placing_asks_about_the_latest_order_and_a_yes_calls_it_off(chat: Chat, shop: Retailer) -> None:
    place(chat)
    chat.play([("cancel", "Shall order *R1-1*"), ("yes", "is called off")])
    assert statuses(chat) == ["cancelled"]
    assert accounts.get(chat.session, shop.id).reserved_minor == 0
    assert [task.kind for task in chat.session.query(StaffTask)] == ["order_called_off"]
    chat.play([("cancel r1-1", "called off already"), ("cancel", "nothing to cancel")])


@pytest.mark.parametrize(
    "said", ["order cancel kar do", "cancel order", "ऑर्डर रद्द कर दो", "آرڈر منسوخ کر دیں", "rehne do"]
)
def test_to_call_it_off_needs_no_number(chat: Chat, said: str) -> None:
    place(chat)
    chat.play([(said, "Shall order *R1-1*"), ("haan", "is called off")])
    assert statuses(chat) == ["cancelled"]


def test_nothing_was_ordered_is_never_said_while_an_order_stands(chat: Chat) -> None:
    place(chat)
    for goods in ("5 kg sugar", "coke 2 peti"):
        chat.say(goods)
        told = chat.say("order cancel karo")
        assert "Your order *R1-1*" in told
        assert "nothing was ordered" not in told.lower()
    assert "confirmed" in statuses(chat)


def test_no_keeps_the_order(chat: Chat) -> None:
    place(chat)
    chat.play([("cancel order R1-1", "Shall"), ("no", "stays as it is"), ("yes", "no open question")])
    assert statuses(chat) == ["confirmed"]


@pytest.mark.parametrize("said", ["R1-1 cancel karo", "रद्द R1-1", "ऑर्डर R1-1 रद्द करो", "منسوخ R1-1", "radd R1-1"])
def test_the_number_is_understood_in_every_language(chat: Chat, said: str) -> None:
    place(chat)
    assert "Shall order *R1-1*" in chat.say(said)


def test_an_order_that_left_or_is_not_known_cannot_be_called_off(chat: Chat) -> None:
    place(chat)
    chat.play([("cancel R1-9", "no order R1-9 of yours"), ("cancel R1-1", "Shall")])
    dispatching.dispatch(chat.session, listing.page(chat.session)[0].id)
    chat.play([("yes", "no longer be called off here"), ("cancel R1-1", "has left our shop already")])
    assert statuses(chat) == ["dispatched"]


def test_the_order_of_another_shop_cannot_be_called_off(chat: Chat, open_chat: Callable[..., Chat]) -> None:
    place(chat)
    assert "no order R1-1 of yours" in open_chat().say("cancel R1-1")


def test_a_list_in_the_making_survives_calling_an_order_off(chat: Chat) -> None:
    place(chat)
    chat.play([("5 kg sugar", "Total"), ("cancel R1-1", "Shall"), ("yes", "is called off")])
    chat.play([("yes", "Sugar"), ("yes", "placed")])
    assert sorted(statuses(chat)) == ["cancelled", "confirmed"]


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("en", "change", "To change it, type *cancel R1-1*"),
        ("hi", "बदलना है", "बदलने के लिए *रद्द R1-1*"),
        ("ur", "بدلنا ہے", "بدلنے کے لیے"),
        ("hi_Latn", "badalna hai", "Badalne ke liye *cancel R1-1*"),
    ],
)
def test_who_wants_to_change_a_placed_order_hears_how(
    open_chat: Callable[..., Chat], language: str, said: str, told: str
) -> None:
    chat = open_chat(code="R1", language=language)
    chat.say(ORDER)
    chat.say("yes")
    assert told in chat.say(said)
    assert statuses(chat) == ["confirmed"]
    chat.say("5 kg sugar")
    chat.say("menu")
    assert "Sugar" in chat.say(said)  # a list that was begun is what is to be changed
