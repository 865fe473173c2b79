"""A promise to pay, made in the shop's own words, noted after a yes; until then nobody is reminded."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from core import clock
from core.i18n import LANGUAGES
from credit import bills, payments, promises
from credit.arrangements import Promise
from credit.bills import Posting
from parties.tables import Retailer
from tests.chats import Chat


def today() -> date:
    return clock.today("Asia/Kolkata")


def owe(chat: Chat, amount_minor: int = 100_000, days_late: int = 3) -> None:
    due_on = today() - timedelta(days=days_late)
    shop = chat.session.query(Retailer).filter_by(phone=chat.phone).one()
    number = f"OB-{days_late}"
    bills.post(
        chat.session,
        Posting(shop.id, "opening", number, due_on, due_on, amount_minor, {"opening_balance": amount_minor}),
    )


def promised(chat: Chat) -> list[tuple[int, date]]:
    return [(one.amount_minor, one.promised_on) for one in chat.session.query(Promise).order_by(Promise.id)]


def open_promises(chat: Chat) -> list[tuple[int, date]]:
    found = chat.session.query(Promise).filter_by(status="open")
    return [(one.amount_minor, one.promised_on) for one in found]


PROMISE = {
    "en": ("I will pay tomorrow", "Shall I note", "yes", "Yes, note it", "Thank you. Noted"),
    "hi": ("कल दूँगा", "क्या मैं नोट करूँ", "हाँ", "हाँ, नोट करें", "नोट किया"),
    "ur": ("کل دوں گا", "کیا میں نوٹ کروں", "ہاں", "ہاں، نوٹ کریں", "نوٹ کیا"),
    "hi_Latn": ("kal dunga", "Kya main note karoon", "haan", "Haan, note karein", "Note kiya"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["number", "word", "tap"])
def test_a_promise_is_noted_after_a_yes(open_chat: Callable[..., Chat], language: str, way: str) -> None:
    chat = open_chat(language=language)
    owe(chat)
    said, asked, yes, title, thanked = PROMISE[language]
    question = chat.say(said)
    assert asked in question
    assert "₹1,000" in question
    assert promised(chat) == []
    answer = chat.tap(title) if way == "tap" else chat.say("1" if way == "number" else yes)
    assert thanked in answer
    assert promised(chat) == [(100_000, today() + timedelta(days=1))]


def test_the_amount_and_the_day_can_be_said_together_or_one_after_the_other(chat: Chat) -> None:
    owe(chat)
    chat.play([("kal 600 dunga", "₹600"), ("parso", "₹600"), ("no", "nothing is noted")])
    chat.play([("payment ka vada", "On which day"), ("500 dunga", "On which day"), ("kal", "₹500"), ("yes", "Noted")])
    assert promised(chat) == [(50_000, today() + timedelta(days=1))]


def test_a_day_is_chosen_from_those_offered(chat: Chat) -> None:
    owe(chat)
    chat.play([("balance", "days late"), ("Promise a day", "On which day"), ("2", "Shall I note"), ("yes", "Noted")])
    assert promised(chat) == [(100_000, today() + timedelta(days=3))]


def test_without_an_amount_what_is_past_due_is_meant_else_everything(chat: Chat) -> None:
    owe(chat, 30_000, days_late=-5)
    assert "₹300" in chat.say("kal dunga")
    owe(chat, 100_000, days_late=3)
    assert "₹1,000" in chat.say("parso dunga")


def test_money_on_account_is_taken_off_what_is_past_due(chat: Chat) -> None:
    shop = chat.session.query(Retailer).filter_by(phone=chat.phone).one()
    payments.record(chat.session, payments.NewPayment(shop.id, 40_000, "cash"))
    owe(chat, 100_000, days_late=3)
    owe(chat, 80_000, days_late=-5)
    assert "₹600" in chat.say("kal dunga")


def test_one_promise_at_a_time_and_never_more_than_is_owed(chat: Chat) -> None:
    assert "no open bills" in chat.say("kal dunga")
    owe(chat)
    assert "nothing is noted" in chat.say("kal 5000 dunga")
    chat.play([("kal dunga", "Shall I note"), ("yes", "Noted"), ("20 din mein dunga", "Shall I change it")])
    assert len(promised(chat)) == 1


def test_a_day_too_far_away_is_asked_about(chat: Chat) -> None:
    owe(chat)
    far = today() + timedelta(days=promises.LONGEST_DAYS + 20)
    chat.play([(f"{far:%d/%m/%Y} ko dunga", "I can note a day up to"), ("kal", "Shall I note"), ("yes", "Noted")])


def test_a_promise_is_made_from_the_midst_of_an_order_which_then_goes_on(chat: Chat) -> None:
    owe(chat)
    chat.play([("2 peti coke 500", "Total"), ("kal dunga", "Shall I note"), ("yes", "Noted"), ("list", "Total")])
    chat.play([("yes", "placed")])
    assert len(promised(chat)) == 1


@pytest.mark.parametrize(
    "said",
    [
        "kal 2 peti coke 500 bhej dena",
        "kal doge kya?",
        "nahi dunga",
        "order kal dunga",
        "kal maal denge?",
        "kal aana",
        "paid 500 kal",
        "kal tak 2 peti coke 500",
    ],
)
def test_other_words_about_tomorrow_promise_nothing(chat: Chat, said: str) -> None:
    owe(chat)
    assert "Shall I note" not in chat.say(said)


def test_a_yes_a_day_later_notes_nothing(chat: Chat, home: Path) -> None:
    owe(chat)
    chat.say("parso dunga")
    clock.advance(timedelta(hours=25))
    chat.say("yes")
    assert promised(chat) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promise_is_changed_once_after_a_yes_and_then_by_people(
    open_chat: Callable[..., Chat], language: str
) -> None:
    chat = open_chat(language=language)
    owe(chat)
    said, _asked, yes, _title, thanked = PROMISE[language]
    chat.say(said)
    chat.say(yes)
    change = chat.say("parso 500 dunga")
    assert "₹1,000" in change
    assert "₹500" in change
    assert open_promises(chat) == [(100_000, today() + timedelta(days=1))]
    assert thanked in chat.say(yes)
    assert open_promises(chat) == [(50_000, today() + timedelta(days=2))]
    assert "*" in chat.say("kal 700 dunga")
    assert open_promises(chat) == [(50_000, today() + timedelta(days=2))]


def test_a_promise_that_shall_stay_stays(chat: Chat) -> None:
    owe(chat)
    chat.play(
        [("kal 600 dunga", "Shall I note"), ("yes", "Noted"), ("kal 600 dunga", "₹600"), ("ok", "no open question")]
    )
    chat.play([("promise", "is noted."), ("parso", "So far ₹600 by"), ("no", "stays as it is")])
    assert open_promises(chat) == [(60_000, today() + timedelta(days=1))]


def test_a_new_day_alone_keeps_the_amount_that_was_promised(chat: Chat) -> None:
    owe(chat)
    chat.play(
        [("kal 600 dunga", "Shall I note"), ("yes", "Noted"), ("parso dunga", "change it to ₹600"), ("1", "Noted")]
    )
    assert open_promises(chat) == [(60_000, today() + timedelta(days=2))]
