"""Whether a message belongs to a conversation is asked of one after the other; no two may claim the same message.

Then the order decides nothing but what is greedy: those recognise nearly anything, and are asked after all others.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import flow, ingress
from bot.flow import START, Flow
from bot.turn import Turn, begin
from core import db, ids
from language import files
from tests.chats import Chat
from tests.flows.scenes import SCENES

TESTS = Path(__file__).parents[1]
LABELLED = [*sorted((TESTS / "orders" / "understanding").glob("*.json")), *sorted((TESTS / "flows").glob("*.json"))]


def labelled() -> Iterator[str]:
    """Everything that people are known to write."""
    for path in LABELLED:
        yield from (message["text"] for message in json.loads(path.read_text(encoding="utf-8")))


def played() -> Iterator[str]:
    """The lines of the scenes, in four languages."""
    for scene in SCENES.values():
        for line in scene:
            yield from (said for said in ([line] if isinstance(line, str) else line) if not said.startswith("("))


def listed() -> Iterator[str]:
    """Every whole message that has a meaning."""
    for phrases in files.read("phrases")["meanings"].values():
        yield from phrases


KNOWN = sorted({*labelled(), *played(), *listed()})


@pytest.fixture
def turn(chat: Chat) -> Turn:
    """A turn of a shop that talks about nothing."""
    form = {
        "MessageSid": "SM" + "0" * 32,
        "AccountSid": chat.line.account_sid,
        "From": f"whatsapp:{chat.phone}",
        "To": f"whatsapp:{chat.line.number}",
        "Body": "hello",
    }
    incoming = ingress.read([(name.encode(), value.encode()) for name, value in form.items()])
    found = begin(chat.session, flow.installed(), chat.line, incoming)
    assert isinstance(found, Turn)
    return found


def claiming(turn: Turn, said: str) -> list[type[Flow]]:
    """Who recognises this, asked each by itself."""
    message = replace(turn.message, id=ids.new(), text=said)
    return [
        found
        for found in flow.installed().serving(lead=False)
        if found(replace(turn, message=message, noted={}), START).recognise(message)
    ]


def test_the_order_is_the_one_that_is_written_down() -> None:
    page = (db.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    told = page.split("asked in this order: ")[1].split(".")[0]
    assert re.findall(r"`(\w+)`", told) == [found.name for found in flow.installed()]


def test_the_known_messages_are_all_that_are_labelled() -> None:
    assert len(LABELLED) >= 13
    assert len(KNOWN) >= 2000


def claimed_twice(turn: Turn, besides: str = "") -> dict[str, list[str]]:
    """The known messages that more than one conversation claims; `besides` takes up what the others leave."""
    twice = {}
    for said in KNOWN:
        found = [one for one in claiming(turn, said) if one.name != besides]
        plain = [one.name for one in found if not one.greedy]
        greedy = [one.name for one in found if one.greedy]
        if len(plain) > 1 or len(greedy) > 1:
            twice[said] = plain + greedy
    return twice


def test_no_two_conversations_claim_one_of_the_known_messages(turn: Turn) -> None:
    assert claimed_twice(turn) == {}


def test_nor_do_they_while_a_list_is_kept_but_for_the_one_that_takes_up_what_is_left(turn: Turn) -> None:
    turn.place.memory["cart"] = {"lines": [["COKE-500", "2", "case", "48"]]}
    assert [found.name for found in flow.installed()][-1] == "said_otherwise"
    assert [found.name for found in claiming(turn, "yes")] == ["order_list", "said_otherwise"]
    assert claimed_twice(turn, besides="said_otherwise") == {}
