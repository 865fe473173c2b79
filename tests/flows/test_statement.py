"""The statement of a month as a PDF, from the menu, by word and by naming the month, in four languages."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from core import clock
from core.i18n import LANGUAGES, format_month, speaking
from core.outbox import OutboxMessage
from invoicing.tables import Paper
from language import dates
from tests.chats import Chat

WORDS = {"en": "statement", "hi": "स्टेटमेंट", "ur": "سٹیٹمنٹ", "hi_Latn": "hisaab bhejo"}
LAST_MONTH = {
    "en": "statement last month",
    "hi": "पिछले महीने का हिसाब",
    "ur": "پچھلے مہینے کا حساب",
    "hi_Latn": "pichle mahine ka hisaab",
}


def month(back: int) -> date:
    first = clock.today("Asia/Kolkata").replace(day=1)
    for _ in range(back):
        first = dates.before(first)
    return first


def sent(chat: Chat) -> tuple[str, str]:
    """The period of the statement that was sent last, in one message."""
    paper = chat.session.query(Paper).order_by(Paper.id.desc()).first()
    message = chat.session.query(OutboxMessage).order_by(OutboxMessage.id.desc()).first()
    assert paper is not None
    assert message is not None
    assert message.attachment == {"kind": "paper", "id": str(paper.id)}
    return paper.content["from_on"], paper.content["to_on"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["number", "word", "tap"])
def test_a_month_is_chosen(open_chat: Callable[..., Chat], language: str, way: str) -> None:
    chat = open_chat(language=language)
    chat.say(WORDS[language])
    with speaking(language):
        name = format_month(month(1))
    assert name in (chat.tap(name) if way == "tap" else chat.say("2" if way == "number" else name))
    assert sent(chat) == (str(month(1)), str(dates.last_of(month(1))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_month_is_named_at_once(open_chat: Callable[..., Chat], language: str) -> None:
    chat = open_chat(language=language)
    chat.say(LAST_MONTH[language])
    assert sent(chat)[0] == str(month(1))


def test_this_month_goes_until_today_and_nobody_gets_a_month_to_come(chat: Chat) -> None:
    chat.say("is mahine ka statement")
    assert sent(chat) == (str(month(0)), str(clock.today("Asia/Kolkata")))
    chat.play(
        [("statement", "Which month"), (f"{clock.today('Asia/Kolkata') + timedelta(days=40):%m/%Y}", "Which month")]
    )
    chat.play([("no", "All right")])


def test_an_old_choice_still_sends_its_month(chat: Chat, home: Path) -> None:
    chat.say("menu")
    chat.tap("Statement")
    clock.advance(timedelta(hours=30))
    answer = chat.tap(format_month(month(2)))
    assert "earlier message" in answer or "Your statement" in answer
