"""Whatever is sent, wherever the talk stands: one polite answer, no crash, nothing moved."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from bot import flow
from core.i18n import LANGUAGES
from orders import listing
from tests.chats import Chat

UNREADABLE = [
    {"Body": ""},
    {"Body": "", "MessageType": "sticker", "NumMedia": "1", "MediaContentType0": "image/webp"},
    {"Body": "", "MessageType": "location", "Latitude": "19.07", "Longitude": "72.87"},
    {"Body": "", "MessageType": "image", "NumMedia": "1", "MediaContentType0": "image/jpeg"},
    {"Body": "", "MessageType": "audio", "NumMedia": "1", "MediaContentType0": "audio/ogg"},
    {"Body": "", "MessageType": "document", "NumMedia": "1", "MediaContentType0": "application/pdf"},
    {"Body": "", "MessageType": "contacts", "NumMedia": "1", "MediaContentType0": "text/vcard"},
    {"Body": "", "MessageType": "unsupported"},
    {"Body": "\x00\x00"},
    {"Body": "?"},
    {"Body": "😀" * 400},
    {"Body": "x" * 5000},
    {"Body": "٢٣٤²①"},
]
STANDS = {
    "nowhere": [],
    "menu": ["menu"],
    "welcome.choosing_language": ["language"],
    "paid.asking_amount": ["paid"],
    "pay.choosing": ["pay bill 77"],
    "cancel_order.confirming": ["2 peti coke 500", "yes", "cancel R1-1"],
    "place_order.choosing_items": ["order"],
    "place_order.clarifying": ["coke 2 peti"],
    "place_order.confirming": ["2 peti coke 500"],
    "place_order.refused": ["900 peti coke 500", "yes"],
}


@pytest.mark.parametrize("stands", STANDS)
def test_every_state_answers_what_it_cannot_read(chat: Chat, stands: str) -> None:
    for said in STANDS[stands]:
        chat.say(said)
    place = chat.place() if STANDS[stands] else None
    if "." in stands:
        assert place is not None
        assert f"{place.flow}.{place.state}" == stands
    before = listing.page(chat.session, status="confirmed")
    for fields in UNREADABLE:
        assert chat.say(**fields), fields
    assert listing.page(chat.session, status="confirmed") == before


def test_the_list_of_states_above_is_complete() -> None:
    declared = {f"{found.name}.{state}" for found in flow.installed() for state in found.states}
    assert declared == {stands for stands in STANDS if "." in stands}


def test_a_lead_is_answered_whatever_it_sends(stocked: Session) -> None:
    chat = Chat(stocked, "+919899999999")
    for fields in UNREADABLE:
        assert chat.say(**fields), fields


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_of_the_menu_opens_in_every_language(open_chat: Callable[..., Chat], language: str) -> None:
    chat = open_chat(language=language)
    for number in range(1, len(flow.installed().on_menu()) + 1):
        assert chat.say("menu")
        assert chat.say(str(number))
