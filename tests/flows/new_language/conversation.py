"""Played by `test_new_language.py` in a copy of the product that has got Kiswahili as data, and nothing else."""

from collections.abc import Callable

from core import i18n, templates
from core.i18n import speaking
from orders import listing
from parties import contacts, retailers
from tests.chats import Chat


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
    shop = retailers.by_code(chat.session, "S1")
    assert not contacts.reach(chat.session, shop.id).opted_out
    assert "Hutapata" in chat.say("acha ujumbe")
    assert contacts.reach(chat.session, shop.id).opted_out
    chat.say("Anza!")
    assert not contacts.reach(chat.session, shop.id).opted_out


def test_no_refuses_and_the_way_to_pay_has_its_word(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(code="S1", language="sw")
    chat.play([("mbili case coke 500", "48 pc"), ("hapana", ""), ("mbili case coke 500", ""), ("taslimu", "")])
    (order,) = listing.page(chat.session, status="confirmed")
    assert order.payment_mode == "CASH"


def test_it_is_offered_and_can_be_called_by_its_name(chat: Chat) -> None:
    chat.say("language")
    assert [title for _, title in chat.choices][-1] == "Kiswahili"
    assert "Sawa" in chat.say("Swahili")
    assert "Oda yako" in chat.say("mbili case coke 500")


def test_what_is_not_translated_yet_is_said_in_english(open_chat: Callable[..., Chat]) -> None:
    assert "no earlier order" in open_chat(language="sw").say("repeat")
    with speaking("sw"):
        assert i18n._("What do you need?") == "What do you need?"
    assert templates.get("order_refused_limit").body["sw"].startswith("Habari")
