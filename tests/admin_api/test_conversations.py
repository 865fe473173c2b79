"""Conversations over the API: read, taken over, answered, given back; the retailer sees it, the bot is quiet."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bot import media
from bot.tables import InboundMedia
from core import clock, db
from core.i18n import LANGUAGES
from invoicing import storage
from jobs import end_hand_overs
from parties.tables import Contact, Retailer, StaffTask
from tests.admin_api.conftest import Caller
from tests.chats import Chat


class Talk:
    """A chat each message of which is committed, as the webhook does."""

    def __init__(self, org: UUID, phone: str) -> None:
        self.org, self.phone = org, phone
        self.heard: set[UUID] = set()

    def say(self, text: str = "", **fields: str) -> str:
        with db.transaction(self.org) as session:
            chat = Chat(session, self.phone)
            chat.heard = self.heard
            return chat.say(text, **fields)

    def listen(self) -> str:
        """What came without being asked for."""
        with db.transaction(self.org) as session:
            chat = Chat(session, self.phone)
            chat.heard = self.heard
            return "\n".join(message.body for message in chat.messages())


@pytest.fixture
def talk(org: UUID, make_retailer: Callable[..., Retailer]) -> Callable[..., Talk]:
    """`talk(language="hi")`: the chat of a new shop that has just said hello."""

    def make(language: str = "en") -> Talk:
        with db.transaction(org) as session:
            phone = make_retailer(session, language=language).phone
        chat = Talk(org, phone)
        chat.say("menu")
        return chat

    return make


def conversation(owner: Caller) -> str:
    found: str = owner.get("/conversations").get_json()["data"][0]["id"]
    return found


TAKEN = {
    "en": ("One of us answers you here now", "automatic answers are on again"),
    "hi": ("हम में से कोई", "फिर से चालू"),
    "ur": ("ہم میں سے کوئی", "پھر سے چالو"),
    "hi_Latn": ("hum mein se koi", "phir se chalu"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_take_over_answer_and_give_back(owner: Caller, talk: Callable[..., Talk], language: str) -> None:
    chat = talk(language)
    found = conversation(owner)
    taken = owner.post(f"/conversations/{found}/takeover", {"minutes": 60}).get_json()
    assert taken["with_staff"]["user_id"].startswith("usr_")
    on, off = TAKEN[language]
    assert on in chat.listen()
    assert chat.say("2 peti coke 500") == ""
    assert owner.post(f"/conversations/{found}/messages", {"text": "It comes at four."}).status_code == 201
    assert chat.listen() == "It comes at four."
    assert owner.post(f"/conversations/{found}/hand-back").get_json()["with_staff"] is None
    assert off in chat.listen()
    assert chat.say("balance") != ""


def test_what_everybody_said_is_read_page_by_page(owner: Caller, talk: Callable[..., Talk]) -> None:
    chat = talk()
    found = conversation(owner)
    owner.post(f"/conversations/{found}/messages", {"text": "How may I help?"})
    chat.say("my goods came broken")
    chat.say("", MessageType="location", Latitude="19.07", Longitude="72.87")
    told, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        answer = owner.get(f"/conversations/{found}/messages", **query).get_json()
        told += [(one["who"], one["kind"], one["text"][:20]) for one in answer["data"]]
        cursor = answer["next_cursor"]
        if not answer["has_more"]:
            break
    assert told == [
        ("retailer", "location", ""),
        ("retailer", "text", "my goods came broken"),
        ("staff", "text", "How may I help?"),
        ("bot", "text", "What would you like "),
        ("retailer", "text", "menu"),
    ]


def test_the_list_tells_with_whom_and_who_answers(owner: Caller, talk: Callable[..., Talk]) -> None:
    talk()
    first = conversation(owner)
    talk("ur")
    assert len(owner.get("/conversations").get_json()["data"]) == 2
    owner.post(f"/conversations/{first}/takeover", {})
    [taken] = owner.get("/conversations", with_staff="true").get_json()["data"]
    assert (taken["id"], taken["name"], taken["window_open"]) == (first, "Sharma Kirana", True)
    [other] = owner.get("/conversations", with_staff="false").get_json()["data"]
    assert (other["language"], other["with_staff"]) == ("ur", None)
    page = owner.get("/conversations", limit=1).get_json()
    rest = owner.get("/conversations", limit=1, cursor=page["next_cursor"]).get_json()
    assert {page["data"][0]["id"], rest["data"][0]["id"]} == {first, other["id"]}
    assert owner.get("/conversations", retailer_id=taken["retailer_id"]).get_json()["data"][0]["id"] == first


def test_the_bot_comes_back_when_the_time_is_over_and_says_so(
    owner: Caller, talk: Callable[..., Talk], org: UUID, home: Path
) -> None:
    chat = talk()
    owner.post(f"/conversations/{conversation(owner)}/takeover", {"minutes": 30})
    chat.listen()
    clock.advance(timedelta(minutes=29))
    assert ended(org) == 0
    assert chat.say("balance") == ""
    clock.advance(timedelta(minutes=2))
    assert ended(org) == 1
    assert "automatic answers are on again" in chat.listen()
    assert "Limit" in chat.say("balance")
    assert ended(org) == 0


def test_a_person_who_was_asked_for_has_half_a_day(talk: Callable[..., Talk], org: UUID, home: Path) -> None:
    chat = talk()
    assert "One of us will write to you" in chat.say("human")
    clock.advance(timedelta(hours=11))
    assert ended(org) == 0
    assert chat.say("2 peti coke 500") == ""
    clock.advance(timedelta(hours=2))
    assert ended(org) == 1


def test_menu_brings_the_bot_back_at_once_and_a_later_call_lasts_its_whole_time(
    owner: Caller, talk: Callable[..., Talk], org: UUID, home: Path
) -> None:
    chat = talk()
    owner.post(f"/conversations/{conversation(owner)}/takeover", {"minutes": 5})
    chat.listen()
    assert "What would you like" in chat.say("menu")
    clock.advance(timedelta(minutes=10))
    chat.say("human")
    assert ended(org) == 0
    assert chat.say("2 peti coke 500") == ""


def test_taking_over_finishes_the_call_for_a_person(owner: Caller, talk: Callable[..., Talk], org: UUID) -> None:
    chat = talk()
    chat.say("human")
    owner.post(f"/conversations/{conversation(owner)}/takeover", {})
    with db.transaction(org) as session:
        assert [task.done_at is not None for task in session.query(StaffTask).filter_by(org_id=org)] == [True]


def test_outside_the_window_nothing_can_be_written_and_nothing_is_announced(
    owner: Caller, talk: Callable[..., Talk], org: UUID
) -> None:
    chat = talk()
    found = conversation(owner)
    with db.transaction(org) as session:
        session.query(Contact).filter_by(org_id=org).one().last_inbound_at = clock.now() - timedelta(hours=25)
    answer = owner.post(f"/conversations/{found}/messages", {"text": "Hello"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "WINDOW_CLOSED")
    owner.post(f"/conversations/{found}/takeover", {})
    assert chat.listen() == ""


def test_whoever_stopped_messages_hears_of_no_comings_and_goings_but_gets_answers(
    owner: Caller, talk: Callable[..., Talk]
) -> None:
    chat = talk()
    found = conversation(owner)
    chat.say("stop")
    owner.post(f"/conversations/{found}/takeover", {})
    assert chat.listen() == ""
    owner.post(f"/conversations/{found}/messages", {"text": "As you wish."})
    assert chat.listen() == "As you wish."


def test_a_retry_sends_one_message(owner: Caller, talk: Callable[..., Talk]) -> None:
    chat = talk()
    found = conversation(owner)
    for _ in range(2):
        assert owner.post(f"/conversations/{found}/messages", {"text": "Once"}, key="k1").status_code == 201
    assert chat.listen() == "Once"


@pytest.mark.parametrize("minutes", [0, 4, 10081, "60", 1.5])
def test_a_time_that_makes_no_sense_is_refused(owner: Caller, talk: Callable[..., Talk], minutes: Any) -> None:
    talk()
    assert owner.post(f"/conversations/{conversation(owner)}/takeover", {"minutes": minutes}).status_code == 422


def test_an_analyst_reads_no_conversation_and_strangers_find_none(
    owner: Caller, talk: Callable[..., Talk], org: UUID, sign_in: Callable[..., Caller], new_org: Callable[..., UUID]
) -> None:
    talk()
    found = conversation(owner)
    assert sign_in(org, "analyst").get("/conversations").status_code == 403
    stranger = sign_in(new_org())
    assert stranger.get("/conversations").get_json()["data"] == []
    for path in ("", "/messages"):
        assert stranger.get(f"/conversations/{found}{path}").status_code == 404
    assert stranger.post(f"/conversations/{found}/takeover", {}).status_code == 404
    assert stranger.post(f"/conversations/{found}/messages", {"text": "x"}).status_code == 404
    assert owner.post(f"/conversations/{found}/hand-back").get_json()["code"] == "CONVERSATION_WITH_BOT"
    assert owner.get("/conversations", cursor="bm90aGluZw").status_code == 422


def ended(org: UUID) -> int:
    with db.transaction(org) as session:
        return end_hand_overs.run(session)["returned"]


def test_a_picture_is_read_through_its_own_conversation_only(
    owner: Caller, talk: Callable[..., Talk], org: UUID, sign_in: Callable[..., Caller], new_org: Callable[..., UUID]
) -> None:
    chat, other = talk(), talk("ur")
    other_id, found = (row["id"] for row in owner.get("/conversations").get_json()["data"])
    address = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
    chat.say("", NumMedia="1", MediaUrl0=address, MediaContentType0="image/png", MessageType="image")
    [shown] = owner.get(f"/conversations/{found}/messages").get_json()["data"][1]["media"]
    assert (shown["content_type"], shown["status"]) == ("image/png", "waiting")
    link = f"/conversations/{found}/media/{shown['id']}"
    assert owner.get(link).status_code == 404
    with db.transaction(org) as session:
        media_id = session.query(InboundMedia).filter_by(org_id=org).one().id
        media.kept(session, media_id, "image/png", "a" * 64, 3)
    storage.current().write(media.key(org, media_id), b"png")
    answer = owner.get(link)
    assert (answer.data, answer.mimetype) == (b"png", "image/png")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert owner.get(link.replace(found, other_id)).status_code == 404
    assert sign_in(new_org()).get(link).status_code == 404
    assert other.say("menu")
