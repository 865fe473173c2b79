"""A shop's figures in the chat, in four languages: counted by hand here, from orders, bills and payments."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from core import clock
from core.i18n import LANGUAGES
from credit import bills, payments
from credit.bills import Posting
from parties.tables import Retailer
from reports import insights
from tests.chats import Chat

SAYS = {
    "en": (
        "my figures",
        ["in figures", "180 days: 2", "Average order: ₹1,728", "on time: 50%", "every 7 days", "*usual*"],
    ),
    "hi": ("सारांश", ["आँकड़े", "180 दिनों में ऑर्डर: 2", "₹1,728", "50%", "हर 7 दिन", "*हमेशा वाला*"]),
    "ur": ("خلاصہ", ["اعداد و شمار", "\u2068180\u2069", "\u2068₹1,728\u2069", "\u206850%\u2069", "*ہمیشہ والا*"]),
    "hi_Latn": ("mera summary", ["aankde", "180 dinon mein order: 2", "₹1,728", "50%", "har 7 din", "*hamesha wala*"]),
}


def today() -> date:
    return clock.today("Asia/Kolkata")


def owe(chat: Chat, shop: Retailer, reference: str, due_on: date) -> None:
    bills.post(
        chat.session, Posting(shop.id, "opening", reference, due_on, due_on, 100_000, {"opening_balance": 100_000})
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_are_told_in_four_languages(open_chat: Callable[..., Chat], language: str, home: Path) -> None:
    chat = open_chat(code="R9", language=language)
    shop = chat.session.query(Retailer).filter_by(code="R9").one()
    for _ in range(2):
        chat.say("2 peti coke 500")
        chat.say("yes")
        clock.advance(timedelta(days=7))
    owe(chat, shop, "OB-1", today() - timedelta(days=1))
    payments.record(
        chat.session, payments.NewPayment(shop.id, 100_000, "cash", received_on=today() - timedelta(days=1))
    )
    owe(chat, shop, "OB-2", today() - timedelta(days=1))
    owe(chat, shop, "OB-3", today() + timedelta(days=3))
    said, expected = SAYS[language]
    answer = chat.say(said)
    assert [text for text in expected if text not in answer] == []
    assert "OB-3" in answer


def test_a_bill_that_was_settled_late_was_not_paid_on_time(chat: Chat, shop: Retailer) -> None:
    owe(chat, shop, "OB-1", today() - timedelta(days=5))
    payments.record(chat.session, payments.NewPayment(shop.id, 100_000, "cash"))
    insights.regenerate(chat.session, shop.id)
    facts = insights.of(chat.session, shop.id)
    assert (facts.bills_due, facts.bills_on_time, facts.on_time_percent) == (1, 0, 0)
    assert (facts.overdue_minor, facts.next_due) == (0, None)


def test_a_new_shop_has_no_average_and_no_percentage(chat: Chat) -> None:
    answer = chat.say("summary")
    assert "180 days: 0" in answer
    assert "Average" not in answer
    assert "%" not in answer


def test_what_was_paid_a_moment_ago_is_in_it(chat: Chat, shop: Retailer) -> None:
    owe(chat, shop, "OB-1", today() - timedelta(days=5))
    assert "Past due: ₹1,000" in chat.say("summary")
    payments.record(chat.session, payments.NewPayment(shop.id, 100_000, "cash"))
    assert "Past due" not in chat.say("summary")
