"""Played by `test_new_language.py` in a copy of the product that has got Kiswahili as data, and nothing else."""

import calendar
from collections.abc import Callable

from sqlalchemy.orm import Session

from core import i18n, templates
from core.i18n import speaking
from orders import listing
from parties import contacts
from parties.tables import Retailer
from tests.chats import Chat


def has_stopped(session: Session) -> bool:
    """Whether shop S1 gets no more messages unasked."""
    return contacts.reach(session, session.query(Retailer).filter_by(code="S1").one().id).opted_out


def test_a_shop_orders_agrees_asks_its_balance_and_stops_messages(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(code="S1", language="sw")
    chat.play(
        [
            ("mbili case coke 500", "*Oda yako*"),
            ("tatu case coke 500", "72 pc"),
            ("kumi kg sugar", "10 kg"),
            ("ondoa coke", "Jibu *ndiyo*"),
            ("ndiyo", "Asante! Oda *S1-1*"),
            ("salio langu", "Kikomo"),
            ("menyu", "Ungependa"),
        ]
    )
    (order,) = listing.page(chat.session, status="confirmed")
    assert [(line.sku, line.base_qty_milli) for line in order.lines] == [("SUGAR", 10_000)]
    assert not has_stopped(chat.session)
    assert "Hutapata" in chat.say("acha ujumbe")
    assert has_stopped(chat.session)
    chat.say("Anza!")
    assert not has_stopped(chat.session)


def test_no_refuses_and_the_way_to_pay_has_its_word(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(code="S1", language="sw")
    chat.play([("mbili case coke 500", "48 pc"), ("hapana", ""), ("mbili case coke 500", ""), ("taslimu", "")])
    (order,) = listing.page(chat.session, status="confirmed")
    assert order.payment_mode == "CASH"


def test_it_is_offered_and_can_be_called_by_its_name(chat: Chat) -> None:
    chat.say("language")
    assert [title for _, title in chat.choices][-3:] == ["Kiswahili", "ગુજરાતી", "tlhIngan Hol"]
    assert "Sawa" in chat.say("Swahili")
    assert "Oda yako" in chat.say("mbili case coke 500")


def test_what_is_not_translated_yet_is_said_in_english(open_chat: Callable[..., Chat]) -> None:
    assert "no earlier order" in open_chat(language="sw").say("repeat")
    with speaking("sw"):
        assert i18n._("What do you need?") == "What do you need?"
    assert templates.get("order_refused_limit").body["sw"].startswith("Habari")
    assert "We have noted your payment" in open_chat(language="sw").say("paid 500 utr 412345678901")


def test_a_language_whose_months_nobody_has_written_down_has_those_of_english(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(language="tlh")
    chat.say("statement")
    assert {title.split()[0] for _, title in chat.choices} <= set(calendar.month_name)


def test_a_script_of_its_own_is_read_too(open_chat: Callable[..., Chat], stocked: Session) -> None:
    chat = open_chat(code="S1", language="gu")
    chat.play(
        [
            ("બે case coke 500", "*તમારો ઓર્ડર*"),
            ("પાંચ kg sugar", "5 kg"),
            ("૩ case coke 500", "72 pc"),
            ("યાદી", "72 pc"),
            ("હા", "આભાર! ઓર્ડર"),
            ("મારું ખાતું", "મર્યાદા"),
            ("બંધ કરો!", ""),
        ]
    )
    assert has_stopped(stocked)
    assert "નમસ્તે" in Chat(stocked, "+919899999990").say("ભાવ શું છે")  # nobody we know: the letters say the language
