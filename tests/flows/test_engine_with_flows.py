"""The engine: order of understanding, savepoints, stale states, consent."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.tables import Conversation
from core.errors import DomainError
from flows.place_order import PlaceOrder
from orders import listing, ordering, quotes
from parties import contacts
from parties.tables import Retailer, StaffTask
from tests.chats import Chat


class Odd(DomainError):
    """A refusal that no flow knows."""


@pytest.mark.parametrize("said", ["STOP", "बंद करो", "بند کریں", "band karo"])
def test_stop_ends_automatic_messages_in_every_language_and_start_opens_them(
    chat: Chat, shop: Retailer, said: str
) -> None:
    chat.say(said)
    assert contacts.reach(chat.session, shop.id).opted_out
    assert chat.say("balance")
    chat.say("शुरू")
    assert not contacts.reach(chat.session, shop.id).opted_out


def test_stop_inside_a_sentence_stops_nothing(chat: Chat, shop: Retailer) -> None:
    chat.say("please do not stop the supply")
    assert not contacts.reach(chat.session, shop.id).opted_out


def test_stop_works_while_a_person_has_taken_over(chat: Chat, shop: Retailer) -> None:
    chat.say("human")
    chat.say("stop")
    assert contacts.reach(chat.session, shop.id).opted_out


@pytest.mark.parametrize("state", ["confirming_by_fax", "choosing_items", "clarifying"])
def test_a_state_that_a_deploy_removed_leads_to_the_menu_and_keeps_the_list(chat: Chat, state: str) -> None:
    chat.say("2 peti coke 500")
    place = chat.session.query(Conversation).one()
    place.flow, place.state = "place_order", state
    chat.session.flush()
    assert "What would you like" in chat.say("qwertz")
    assert "48 pc" in chat.say("list") or "Total" in chat.say("list")


def test_a_flow_that_a_deploy_removed_does_not_stop_an_order(chat: Chat) -> None:
    chat.say("hi")
    place = chat.session.query(Conversation).one()
    place.flow, place.state = "lottery", "guessing"
    chat.session.flush()
    chat.play([("2 peti coke 500", "48 pc"), ("yes", "placed")])


def test_what_a_refused_effect_wrote_is_undone(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(self: Any, _mode: str) -> None:
        ordering.place(self.session, self.turn.shop.id, [quotes.Wanted("COKE-500", 1, "case")], "CREDIT", "chat")
        self.memory["cart"] = {"lines": []}
        self.say("placed, or so it seemed")
        raise Odd("planted")

    chat.say("2 peti coke 500")
    monkeypatch.setattr(PlaceOrder, "_place", half)
    answer = chat.say("yes")
    assert "could not be done" in answer
    assert "so it seemed" not in answer
    assert [order.status for order in listing.page(chat.session)] == ["pending"]
    monkeypatch.undo()
    chat.play([("yes", "placed on credit")])


def test_what_the_conversation_gone_on_to_refuses_undoes_the_whole_step(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any) -> None:
        raise Odd("planted")

    chat.play([("2 peti coke 500", "48 pc"), ("change", "")])
    stood, list_before = chat.place().state, chat.place().memory["cart"]
    monkeypatch.setattr(PlaceOrder, "draft", refuse)
    answer = chat.say("5 kg sugar and 3 box qwertz")
    assert "could not be done" in answer
    assert "do not sell" not in answer
    assert "still here" in answer
    place = chat.place()
    assert (place.flow, place.state) == ("order_list", stood)
    assert place.memory["cart"] == list_before
    monkeypatch.undo()
    chat.play([("5 kg sugar", "Total"), ("yes", "placed on credit")])


def test_two_misunderstandings_bring_the_menu_and_a_person(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("qwertz", "Total"), ("qwertz", "Type *human*")])
    assert any(title == "Talk to us" for _, title in chat.choices)
    chat.play([("list", "Total"), ("yes", "placed")])


def test_a_number_chooses_from_what_was_offered_last(chat: Chat) -> None:
    chat.play([("menu", "What would you like"), ("4", "Limit"), ("5", "no bills yet")])


def test_an_old_menu_button_that_only_shows_still_works(chat: Chat) -> None:
    chat.say("menu")
    balance = next(identifier for identifier, title in chat.choices if title == "My credit")
    chat.play([("2 peti coke 500", "Total"), ("help", "You can type")])
    assert "Limit" in chat.say("My credit", ButtonPayload=balance)
    chat.play([("list", "Total"), ("yes", "placed")])


@pytest.mark.parametrize(
    "tap", ["x", ":::", "place_order:yes::999", "place_order:draft::1", "lead:wrote::1", "a:b:c:d"]
)
def test_a_tap_that_was_never_offered_does_nothing(chat: Chat, tap: str) -> None:
    chat.say("2 peti coke 500")
    assert chat.say("", ButtonPayload=tap)
    assert listing.page(chat.session, status="confirmed") == []


def test_each_message_raises_the_version_by_one_even_in_silence(chat: Chat) -> None:
    for number, said in enumerate(["hi", "2 peti coke 500", "balance", "human", "hello", "menu"], 1):
        chat.say(said)
        assert chat.place().version == number


def test_all_that_is_said_in_a_turn_is_one_message_within_whatsapps_limit(chat: Chat) -> None:
    goods = ["coke 500", "coke 250", "sprite 500", "thums up 500", "maggi 12", "parle g 5", "lux", "sugar", "tata salt"]
    chat.say(", ".join(f"2 {name}" for name in goods))
    for said in ("balance", "bills", "help", "menu", "list"):
        chat.say(said)
        assert chat.messages() == []
        chat.heard.clear()
        assert all(len(message.body) <= 1600 for message in chat.messages())


def test_names_cannot_style_a_message_or_turn_it_around(stocked: Session, shop: Retailer) -> None:
    shop.name = "*PAID* \u202e_now_ `x`"
    stocked.flush()
    answer = Chat(stocked, shop.phone).say("hi")
    assert "PAID now x" in answer
    assert "\u202e" not in answer


def test_the_office_is_told_nothing_by_ordinary_talk(chat: Chat) -> None:
    for said in ("hi", "menu", "balance", "2 peti coke 500", "qwertz"):
        chat.say(said)
    assert chat.session.query(StaffTask).count() == 0
