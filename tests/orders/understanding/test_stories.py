"""Goods named in stories, papers, prices and wishes: what orders nothing, and what still orders."""

from collections.abc import Callable

import pytest

from orders.understanding.facts import Understanding

Read = Callable[..., Understanding]
Told = Callable[[Understanding], list[str]]


@pytest.mark.parametrize(
    "text",
    [
        "2 peti sprite bik gayi", "sprite 2 peti utha lo", "mere paas 5 peti sprite hai", "sprite 2 peti rok do",
        "har hafte 5 peti pepsi lagti hai", "3 peti pepsi ka bill bhejo", "send invoice of 3 cases pepsi",
        "mera 5 peti pepsi ka order kaha hai", "sugar 44 ka mil raha hai market me", "pepsi 3 peti abhi nahi chahiye",
        "स्प्राइट की 2 पेटी टूट गई", "3 पेटी पेप्सी का बिल भेजो", "पेप्सी 3 पेटी अभी नहीं चाहिए",
        "میرے پاس 3 پیٹی پیپسی پڑی ہے", "پیپسی کی 3 پیٹیاں ٹوٹ گئیں", "sprite 5 cases order status",
    ],
)  # fmt: skip
def test_goods_in_a_story_order_nothing(read: Read, text: str) -> None:
    assert read(text).kind == "chatter"


@pytest.mark.parametrize(
    "text",
    [
        "5 peti sprite zxqv gayi", "colgate salt 6", "sprite pepsi 2 peti", "sugar 44 ka",
        "shayad 5 peti pepsi chahiye",
        "sprite 5 peti ❌", "pick up 3 cases pepsi",
        "coke badi ya chhoti 2 peti", "lays blue ya yellow 3 ladi",
    ],
)  # fmt: skip
def test_what_may_be_no_order_is_asked_and_takes_no_line(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.lines) == ("ambiguous", ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("sprite 2 peti (expiry check kar lena)", "SPRITE-500:48"),
        ("lux 24 purana stock mat dena", "LUX-100:24"),
        ("bisleri 5 peti nikal do", "BISLERI-1L:60"),
        ("ghee do de do", "GHEE-1:2"),
        ("2petisprite", "SPRITE-500:48"),
        ("maggi 12 ka 2 box", "MAGGI-12:48"),
        ("s.excel 1kg 6pc", "SURF-1:6"),
        ("aaj ke bill me 2 peti pepsi jod do", "PEPSI-500:48"),
        ("पेप्सी खत्म हो गई 3 पेटी भेजो", "PEPSI-500:72"),
        ("تین پیٹی پیپسی بھجوا دیجیے گا", "PEPSI-500:72"),
        ("ماچس 2 پیکٹ", "MATCH:20"),
        ("sprite 500 do peti bhej do", "SPRITE-500:48"),
        ("کوک 500 دو پیٹی", "COKE-500:48"),
    ],
)
def test_an_order_with_such_words_stays_an_order(read: Read, lines_of: Told, text: str, line: str) -> None:
    found = read(text)
    assert (found.kind, lines_of(found)) == ("order", [line])


CART = "COKE-500:2:case LUX-100:1:dozen MAGGI-12:1:box"


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("bas coke rakho baaki hata do", ["COKE-500:2:case"]),
        ("remove everything except coke", ["COKE-500:2:case"]),
        ("coke aur lux rehne do, baki cancel", ["COKE-500:2:case", "LUX-100:1:dozen"]),
        ("coke hata do baaki rehne do", ["LUX-100:1:dozen", "MAGGI-12:1:box"]),
    ],
)
def test_what_is_named_as_staying_stays(read: Read, cart_of: Told, text: str, stays: list[str]) -> None:
    found = read(text, CART, "MAGGI-12")
    assert (found.kind, cart_of(found)) == ("edit", stays)


@pytest.mark.parametrize("text", ["coke bhej do baaki rehne do", "2 nahi 3", "sab 2 2 kar do", "baaki hata do"])
def test_an_edit_of_nobody_knows_what_is_asked_and_changes_nothing(read: Read, cart_of: Told, text: str) -> None:
    found = read(text, CART, "MAGGI-12")
    assert found.kind == "ambiguous"
    assert cart_of(found) == CART.split()
