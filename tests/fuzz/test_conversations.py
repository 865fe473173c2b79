"""Whatever is typed, through the engine, the flows and the database: one answer that fits the channel, nothing moved.

A yes, a tap or a typed option to a live quote may place an order; nothing else may. Each round is one shop that goes
on talking; the messages are those of messages.py, with taps, yeses and stale taps between them.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from random import Random

import pytest
from sqlalchemy.orm import Session

from bot import words
from bot.gateway import rendering
from core import clock, db
from core.outbox import OutboxMessage
from core.sending import ClaimedMessage
from flows.place_order import WORDS
from language.folding import fold
from tests.chats import Chat
from tests.fuzz import messages

ROUND = 60
ROUNDS = 200 if os.environ.get("BAHI_FUZZ") == "deep" else 5
LANGUAGES = ("en", "hi", "ur", "hi_Latn")
AGREEING = ("yes", "haan", "हाँ", "ہاں", "1", "cash", "👍")
FORGED = ("place_order:yes::1", "place_order:cash::", "::::", "x" * 300, "menu:", "cancel_order:yes:1:1")
_MOVED = """
SELECT (SELECT count(*) FROM sales_order WHERE org_id = %(org)s AND status NOT IN ('pending', 'cancelled', 'expired')),
       (SELECT count(*) FROM reservation WHERE org_id = %(org)s),
       (SELECT count(*) FROM ledger_transfer WHERE org_id = %(org)s),
       (SELECT count(*) FROM payment WHERE org_id = %(org)s)
"""


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_shop_may_type_anything(
    open_chat: Callable[..., Chat], number: int, record_property: Callable[..., None]
) -> None:
    chat, random, counted = open_chat(language=LANGUAGES[number % 4]), Random(number), Counter[str]()
    for step in range(ROUND):
        before, offered = moved(chat.session), list(chat.choices)
        how, said = _say(chat, random, number * ROUND + step)
        for heard in chat.messages():
            _fits_the_channel(heard)
        agreed = how in ("agreed", "tapped") or (how == "typed" and _agrees(said, offered))
        assert agreed or moved(chat.session) == before, f"round {number}, step {step}: {said!r} moved something"
        counted[f"conversation: {how}"] += 1
    record_property("fuzzed", dict(counted))


def _say(chat: Chat, random: Random, seed: int) -> tuple[str, str]:
    """One message; what was heard stays to be looked at."""
    draw = random.random()
    if draw < 0.08:
        said = random.choice(AGREEING)
        return "agreed", _sent(chat, said)
    if draw < 0.2 and chat.choices:
        payload, title = random.choice(chat.choices)
        return "tapped", _sent(chat, title, ButtonPayload=payload, ButtonText=title)
    if draw < 0.25:
        return "forged", _sent(chat, "x", ButtonPayload=random.choice(FORGED))
    text = messages.message(seed).text.encode("utf-8", "replace").decode()
    return "typed", _sent(chat, text[:16_000])


def _sent(chat: Chat, said: str, **fields: str) -> str:
    heard_before = set(chat.heard)
    chat.say(said, **fields)
    chat.heard = heard_before
    return said


def _agrees(said: str, offered: list[list[str]]) -> bool:
    """Is this, typed, a yes, a way to pay, or one of the options just offered?"""
    folded = fold(said)
    titles = {fold(title) for _, title in offered} | {str(place) for place in range(1, len(offered) + 1)}
    return words.answer(folded) == "yes" or folded in titles or WORDS.get(folded) in ("cash", "credit", "approve")


def _fits_the_channel(heard: OutboxMessage) -> None:
    """As free text, and with its choices."""
    now = clock.now()
    known = {one.name: getattr(heard, one.name, None) for one in fields(ClaimedMessage)}
    at_once = {"as_template": False, "created_at": now, "last_inbound_at": now}
    form = rendering.render(ClaimedMessage(**{**known, **at_once}), now)
    assert (form.body or form.content) is not None
    assert _units(form.body or "") <= rendering.MAX_TEXT
    for identifier, title in heard.choices or []:
        assert 0 < _units(title) <= rendering.MAX_ROW_TITLE
        assert 0 < len(identifier) <= rendering.MAX_CHOICE_ID
    assert len(heard.choices or []) <= rendering.MAX_ROWS
    assert heard.choices or heard.body
    for value in (form.variables or {}).values():
        assert value.strip()
        assert "\n" not in value


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def moved(session: Session) -> tuple[int, ...]:
    """What an order or a payment would change."""
    return tuple(db.execute(session, _MOVED, {"org": str(db.org_of(session))}).one())
