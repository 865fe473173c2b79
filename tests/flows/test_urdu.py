"""In Urdu whatever reads left to right stands in isolates, in every conversation; only fixed words of ours do not."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from core import clock
from core.i18n import FSI, PDI
from orders import dispatching, listing
from tests.chats import Chat

ISOLATED = re.compile(f"{FSI}[^{FSI}{PDI}]*{PDI}")
LATIN = re.compile(r"[A-Za-z0-9₹]+")
OURS = {
    "UPI",
    "PDF",
    "5000",
    "UTR",
    "412345678901",
    "Hinglish",
    "English",
    "language",
    "APPROVE",
    "15",
    "2",
    "5",
}  # examples, names, words
BEFORE = ["hi", "menu", "help", "order", "2 peti coke 500, 5 kg sugar", "coke 2 peti", "500", "yes", "status", "cancel"]
AFTER = [
    *("bills", "bill 1", "balance", "pay", "pay bill 77", "no", "statement", "2", "kal dunga", "yes", "promise", "why"),
    *(
        "paid 500 utr 412345678901",
        "paid 600 utr 412345678901",
        "repeat",
        "usual",
        "900 peti coke 500",
        "yes",
        "cancel",
    ),
    *(
        "summary",
        "complaint",
        "1",
        "2 bottle tooti",
        "yes",
        "cancel R1-1",
        "stop",
        "start",
        "language",
        "human",
        "menu",
    ),
]


def bare(answer: str) -> set[str]:
    """Words that read left to right and stand outside isolates."""
    left = answer
    while ISOLATED.search(left):
        left = ISOLATED.sub("", left)
    return {word for word in LATIN.findall(left) if len(word) > 1 or word.isdigit()} - OURS


def test_every_insert_is_isolated(open_chat: Callable[..., Chat], home: Path) -> None:
    chat = open_chat(code="R1", language="ur", name="Sharma & Sons")
    found = {said: bare(chat.say(said)) for said in BEFORE}
    chat.play([("2 peti coke 500, 5 kg sugar", ""), ("yes", "")])
    dispatching.dispatch(chat.session, listing.page(chat.session, status="confirmed")[0].id)
    clock.advance(timedelta(days=20))
    found |= {said: bare(chat.say(said)) for said in AFTER}
    assert {said: words for said, words in found.items() if words} == {}


def test_no_answer_uses_marks_that_turn_text_around(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(language="ur")
    for said in BEFORE:
        assert not re.search("[\u202a-\u202e]", chat.say(said))
