"""Ordering again in two taps: the last order, and what the shop usually takes; then a yes."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.i18n import LANGUAGES
from orders import catalogue, listing
from orders.order import CONFIRMED
from orders.tables import Product
from tests.chats import Chat

ORDER = "2 peti coke 500, 5 kg sugar, 1 case maggi 12"
REPEAT = {
    "en": ("Repeat last order", "repeat", "Total", "Yes, on credit", "placed on credit"),
    "hi": ("पिछला ऑर्डर दोबारा", "वही ऑर्डर", "कुल", "हाँ, उधार पर", "उधार पर पक्का हो गया"),
    "ur": ("پچھلا آرڈر دوبارہ", "وہی آرڈر", "کل", "ہاں، ادھار پر", "ادھار پر پکا"),
    "hi_Latn": ("Pichla order dobara", "wahi order", "Kul", "Haan, udhaar par", "udhaar par pakka"),
}
USUAL = {
    "en": ("My usual basket", "usual", "What you usually take"),
    "hi": ("मेरा रोज़ का सामान", "हमेशा वाला", "आप आम तौर पर"),
    "ur": ("میرا معمول کا سامان", "ہمیشہ والا", "آپ عام طور پر"),
    "hi_Latn": ("Mera usual saamaan", "hamesha wala", "Aap aam taur par"),
}
YES = {"en": "yes", "hi": "हाँ", "ur": "ہاں", "hi_Latn": "haan"}


def order(chat: Chat, text: str) -> None:
    chat.say(text)
    chat.say("yes")


def taken(session: Session) -> list[tuple[str, int, str]]:
    """The lines of the newest placed order."""
    newest = listing.page(session, status=CONFIRMED)[0]
    return [(line.sku, int(line.qty), line.unit) for line in newest.lines]


def orders_over(chat: Chat, texts: Sequence[str], days: int) -> None:
    """One order each so many days, the last one so many days ago."""
    for text in texts:
        order(chat, text)
        clock.advance(timedelta(days=days))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_repeat_order_takes_two_taps(open_chat: Callable[..., Chat], language: str) -> None:
    chat = open_chat(language=language)
    order(chat, ORDER)
    first = taken(chat.session)
    chat.say("menu")
    title, _word, total, yes, placed = REPEAT[language]
    assert total in chat.tap(title)
    assert placed in chat.tap(yes)
    assert len(listing.page(chat.session, status=CONFIRMED)) == 2
    assert taken(chat.session) == first


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_repeat_order_works_by_word_and_by_number(open_chat: Callable[..., Chat], language: str) -> None:
    chat = open_chat(language=language)
    order(chat, ORDER)
    _title, word, total, _yes, placed = REPEAT[language]
    chat.play([(word, total), (YES[language], placed), ("menu", ""), ("2", total), (YES[language], placed)])
    assert len(listing.page(chat.session, status=CONFIRMED)) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_usual_basket_takes_two_taps_a_word_or_a_number(
    open_chat: Callable[..., Chat], language: str, home: Path
) -> None:
    chat = open_chat(language=language)
    orders_over(
        chat, ["2 peti coke 500, 5 kg sugar", "3 peti coke 500, 4 kg sugar", "2 peti coke 500, 3 kg sugar"], days=7
    )
    title, word, says = USUAL[language]
    _title, _word, total, yes, placed = REPEAT[language]
    chat.say("menu")
    quoted = chat.tap(title)
    assert says in quoted
    assert total in quoted
    assert placed in chat.tap(yes)
    assert taken(chat.session) == [("COKE-500", 2, "case"), ("SUGAR", 4, "kg")]
    clock.advance(timedelta(days=7))
    chat.play([(word, says), (YES[language], placed), ("menu", ""), ("3", says)])


def test_only_what_is_due_is_proposed_and_with_a_middle_quantity(chat: Chat, home: Path) -> None:
    orders_over(chat, [f"{count} peti coke 500, 5 kg sugar" for count in (2, 9, 3)], days=10)
    order(chat, "5 kg sugar")
    answer = chat.say("usual")
    assert "3 case" in answer
    assert "ugar" not in answer


def test_without_a_rhythm_there_is_no_usual_basket(chat: Chat) -> None:
    chat.play([("usual", "I do not know yet"), (ORDER, "Total"), ("yes", "placed"), ("usual", "I do not know yet")])


def test_what_the_shop_stopped_taking_is_usual_no_longer(chat: Chat, home: Path) -> None:
    orders_over(chat, ["2 peti coke 500"] * 3, days=5)
    clock.advance(timedelta(days=30))
    assert "I do not know yet" in chat.say("usual")


@pytest.mark.parametrize("again", ["repeat", "usual"])
def test_a_list_that_was_begun_is_kept_and_added_to(chat: Chat, home: Path, again: str) -> None:
    orders_over(chat, ["2 peti coke 500", "2 peti coke 500"], days=7)
    chat.say("5 kg sugar")
    quoted = chat.say(again)
    assert "2 case" in quoted
    assert "5 kg" in quoted
    assert "quote" not in chat.say("1 peti coke 500")
    assert "1 case" in chat.say(again)


def test_what_is_not_sold_any_more_is_named_and_left_out(chat: Chat, home: Path) -> None:
    orders_over(chat, [ORDER, ORDER], days=7)
    product = chat.session.query(Product).filter_by(sku="COKE-500").one()
    product.active = False
    chat.session.flush()
    catalogue.changed(chat.session)
    for again in ("repeat", "usual"):
        quoted = chat.say(again)
        assert "5 kg" in quoted
        assert "2 case" not in quoted
        assert ("We do not sell “Coca-Cola" in quoted) is (again == "repeat")
        chat.say("cancel")


def test_an_order_of_three_lines_takes_at_most_three_messages(chat: Chat) -> None:
    chat.play(
        [("coke 2 peti, 5 kg sugar, 1 case maggi 12", "which one"), ("500", "Total"), ("yes", "placed on credit")]
    )
    assert len(taken(chat.session)) == 3
    chat.play([(ORDER, "Total"), ("yes", "placed on credit")])
    assert len(taken(chat.session)) == 3
