"""Whatever is sent, wherever the talk stands, in every language: one polite answer, no crash, nothing moved."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import flow
from bot.engine import UNREADABLE as SENTENCES
from core import clock
from core.i18n import LANGUAGES, _, speaking
from credit import bills
from credit.arrangements import Promise
from credit.bills import Posting
from credit.tables import PaymentClaim
from orders import dispatching, listing
from parties.tables import Retailer
from tests.chats import Chat
from tests.ledger import transfers

UNREADABLE: dict[str, dict[str, str]] = {
    "nothing": {"Body": ""},
    "sticker": {"Body": "", "MessageType": "sticker", "NumMedia": "1", "MediaContentType0": "image/webp"},
    "location": {"Body": "", "MessageType": "location", "Latitude": "19.07", "Longitude": "72.87"},
    "picture": {"Body": "", "MessageType": "image", "NumMedia": "1", "MediaContentType0": "image/jpeg"},
    "voice": {"Body": "", "MessageType": "audio", "NumMedia": "1", "MediaContentType0": "audio/ogg"},
    "video": {"Body": "", "MessageType": "video", "NumMedia": "1", "MediaContentType0": "video/mp4"},
    "document": {"Body": "", "MessageType": "document", "NumMedia": "1", "MediaContentType0": "application/pdf"},
    "person": {"Body": "", "MessageType": "contacts", "NumMedia": "1", "MediaContentType0": "text/vcard"},
    "unsupported": {"Body": "", "MessageType": "unsupported"},
    "reaction": {"Body": "👍", "MessageType": "reaction"},
}
ODD: list[dict[str, str]] = [
    {"Body": "\x00\x00"},
    {"Body": "?"},
    {"Body": "😀" * 400},
    {"Body": "x" * 5000},
    {"Body": "٢٣٤²①"},
    {"Body": "\u202e\u2066\u200f"},
]
TAKEN_UP = {"picture", "document"}  # these may be an answer, or open a question of their own
OWES, BILLED, PICTURE = "owes", "billed", "pictured"
STANDS = {
    "nowhere": [],
    "menu": ["menu"],
    "welcome.choosing_language": ["language"],
    "paid.asking_amount": ["paid"],
    "paid.asking_about_picture": [PICTURE],
    "pay.choosing": ["pay bill 77"],
    "promise.asking_day": [OWES, "promise"],
    "promise.confirming": [OWES, "kal dunga"],
    "statement.choosing_month": ["statement"],
    "dispute.choosing_bill": [BILLED, BILLED, "complaint"],
    "dispute.choosing_line": [BILLED, "complaint"],
    "dispute.describing": [BILLED, "complaint", "1"],
    "dispute.confirming": [BILLED, "1 carton toota nikla", "1"],
    "cancel_order.confirming": ["2 peti coke 500", "yes", "cancel R1-1"],
    "order_list.choosing_items": ["order"],
    "order_list.clarifying": ["coke 2 peti"],
    "place_order.confirming": ["2 peti coke 500"],
    "place_order.refused": ["900 peti coke 500", "yes"],
    "held_order.deciding": ["900 peti coke 500", "yes", "approve", "kept order"],
}
STATES = [stands for stands in STANDS if "." in stands]


def bring(chat: Chat, stands: str) -> None:
    """Let the talk stand there."""
    for said in STANDS[stands]:
        if said in ARRANGED:
            ARRANGED[said](chat)
        else:
            chat.say(said)
    if "." in stands:
        assert at(chat) == stands


def at(chat: Chat) -> str:
    place = chat.place()
    return f"{place.flow}.{place.state}"


def owe(chat: Chat) -> None:
    due_on = clock.today("Asia/Kolkata") - timedelta(days=3)
    shop = chat.session.query(Retailer).filter_by(phone=chat.phone).one()
    bills.post(chat.session, Posting(shop.id, "opening", "OB-1", due_on, due_on, 100_000, {"opening_balance": 100_000}))


def billed(chat: Chat) -> None:
    chat.say("2 peti coke 500")
    chat.say("yes")
    dispatching.dispatch(chat.session, listing.page(chat.session, status="confirmed")[0].id)


ARRANGED: dict[str, Callable[[Chat], object]] = {
    OWES: owe,
    BILLED: billed,
    PICTURE: lambda chat: chat.say(**UNREADABLE["picture"]),
}


def moved(session: Session) -> list[Any]:
    """Everything that an answer could have set in motion."""
    counted = [len(session.scalars(select(table)).all()) for table in (PaymentClaim, Promise)]
    return [
        len(transfers(session)),
        *counted,
        [(order.id, order.status) for order in listing.page(session) if order.status != "pending"],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stands", STANDS)
def test_every_state_answers_what_it_cannot_read_and_stays_where_it_is(
    open_chat: Callable[..., Chat], stands: str, language: str
) -> None:
    chat = open_chat(code="R1", language=language)
    bring(chat, stands)
    before = moved(chat.session)
    for kind, fields in UNREADABLE.items():
        if kind in TAKEN_UP:
            continue
        answer = chat.say(**fields)
        assert bool(answer) is ("." in stands or kind != "reaction"), kind
        assert len(answer) <= 1600
        if kind in SENTENCES:
            with speaking(language):
                assert _(SENTENCES[kind]) in answer
        if "." in stands:
            assert at(chat) == stands
    for fields in [*ODD, *(UNREADABLE[kind] for kind in sorted(TAKEN_UP))]:
        answer = chat.say(**fields)
        assert answer, fields
        assert len(answer) <= 1600
    assert moved(chat.session) == before


def test_the_list_of_states_above_is_complete() -> None:
    declared = {f"{found.name}.{state}" for found in flow.installed() for state in found.states}
    assert declared == set(STATES)


@pytest.mark.parametrize("stands", STATES)
def test_what_was_asked_is_asked_again(chat: Chat, stands: str) -> None:
    bring(chat, stands)
    asked = chat.say(**UNREADABLE["sticker"]).splitlines()[-1]
    assert chat.say(**UNREADABLE["location"]).splitlines()[-1] == asked


@pytest.mark.parametrize("stands", STATES)
@pytest.mark.parametrize("word", ["menu", "language", "help"])
def test_words_that_work_everywhere_work_in_every_state(chat: Chat, stands: str, word: str) -> None:
    bring(chat, stands)
    expected = {"menu": "What would you like to do", "language": "Which language", "help": "You can type"}
    assert expected[word] in chat.say(word)


@pytest.mark.parametrize("stands", STATES)
def test_an_order_can_be_typed_in_every_state(chat: Chat, stands: str) -> None:
    bring(chat, stands)
    answer = chat.say("5 kg sugar")
    if stands == "order_list.clarifying":  # the older question comes first, the goods are on the list
        answer = chat.say("500")
    assert "Sugar" in answer
    assert chat.place().flow == "place_order"


@pytest.mark.parametrize("stands", STATES)
@pytest.mark.parametrize("edit", [("2 nahi 3", "3 case"), ("coke hata do", "")])
def test_a_list_goes_on_after_every_other_conversation(chat: Chat, stands: str, edit: tuple[str, str]) -> None:
    """What was being talked about elsewhere neither loses the list nor lets a yes mean something else."""
    chat.say("2 peti coke 500")
    if not stands.startswith(
        ("order_list", "place_order", "cancel_order", "dispute", "held_order")
    ):  # these place orders of their own
        bring(chat, stands)
    chat.say("list")
    said, expected = edit
    answer = chat.say(said)
    assert expected in answer
    if not expected:
        assert "Coca" not in answer


def test_a_lead_is_answered_whatever_it_sends(stocked: Session) -> None:
    chat = Chat(stocked, "+919899999999")
    for fields in [*UNREADABLE.values(), *ODD]:
        assert chat.say(**fields), fields


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_of_the_menu_opens_in_every_language(open_chat: Callable[..., Chat], language: str) -> None:
    chat = open_chat(language=language)
    for number in range(1, len(flow.installed().on_menu()) + 1):
        assert chat.say("menu")
        assert chat.say(str(number))
