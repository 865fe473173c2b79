"""What a message does to a cart, and when it must ask and change nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from orders.understanding.facts import CartLine, Context
from orders.understanding.index import Index
from orders.understanding.read import understand

Read = Callable[..., Any]
CART = "COKE-500:2:case LUX-100:1:dozen MAGGI-12:1:box"
TWO_COKES = "COKE-500:2:case COKE-2L:1:case"


@pytest.mark.parametrize(
    ("text", "cart"),
    [
        ("3 karo", "COKE-500:2:case LUX-100:3:dozen MAGGI-12:1:box"),
        ("nahi 4", "COKE-500:2:case LUX-100:4:dozen MAGGI-12:1:box"),
        ("2 dozen nahi 3", "COKE-500:2:case LUX-100:3:dozen MAGGI-12:1:box"),
        ("make it 5", "COKE-500:2:case LUX-100:5:dozen MAGGI-12:1:box"),
        ("maggi 3 kar do", "COKE-500:2:case LUX-100:1:dozen MAGGI-12:3:box"),
        ("change lux to 5 dozen", "COKE-500:2:case LUX-100:5:dozen MAGGI-12:1:box"),
        ("coke 500 3 peti", "COKE-500:3:case LUX-100:1:dozen MAGGI-12:1:box"),
        ("coke 1 peti aur bhej do", "COKE-500:3:case LUX-100:1:dozen MAGGI-12:1:box"),
        ("aur 2", "COKE-500:2:case LUX-100:3:dozen MAGGI-12:1:box"),
        ("sprite bhi 1 peti", f"{CART} SPRITE-500:1:case"),
        ("coke 1 peti kam kar do", "COKE-500:1:case LUX-100:1:dozen MAGGI-12:1:box"),
        ("maggi 12 pc kam kar do", "COKE-500:2:case LUX-100:1:dozen MAGGI-12:0.5:box"),
        ("lux aur maggi hata do", "COKE-500:2:case"),
        ("please remove coke and lux", "MAGGI-12:1:box"),
        ("coke nahi chahiye", "LUX-100:1:dozen MAGGI-12:1:box"),
        ("कोक हटा दो", "LUX-100:1:dozen MAGGI-12:1:box"),
        ("کوک ہٹا دو", "LUX-100:1:dozen MAGGI-12:1:box"),
        ("coke hata do sprite 2 peti jod do", "LUX-100:1:dozen MAGGI-12:1:box SPRITE-500:2:case"),
        ("coke ki jagah pepsi", "PEPSI-500:2:case LUX-100:1:dozen MAGGI-12:1:box"),
        ("send pepsi instead of coke", "PEPSI-500:2:case LUX-100:1:dozen MAGGI-12:1:box"),
        ("maggi nahi yippee", "COKE-500:2:case LUX-100:1:dozen YIPPEE-12:1:box"),
        ("500 ki jagah 250 kar do", "COKE-250:2:case LUX-100:1:dozen MAGGI-12:1:box"),
        ("lux ki jagah lifebuoy 2 dozen", "COKE-500:2:case LIFEBUOY-125:2:dozen MAGGI-12:1:box"),
    ],
)
def test_an_edit_leaves_exactly_this_cart(read: Read, cart_of: Read, text: str, cart: str) -> None:
    found = read(text, CART, "LUX-100")
    assert (found.kind, cart_of(found)) == ("edit", cart.split())


@pytest.mark.parametrize(
    "text",
    [
        "hata do",
        "coke 3",
        "pepsi hata do",
        "coke 250 hata do",
        "coke 1 peti hata do",
        "lux 1 dozen kam karo",
        "lux kam karo",
        "coke ke badle thumsup",
        "nahi",
        "3 peti",
        "lux hata do aur lays 1 peti",
    ],
)
def test_a_doubtful_edit_asks_and_changes_nothing(read: Read, cart_of: Read, text: str) -> None:
    found = read(text, CART, "LUX-100")
    assert (found.kind, cart_of(found), found.lines) == ("ambiguous", CART.split(), ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("badi coke hata do", "COKE-500:2:case"),
        ("500 wali hata do", "COKE-2L:1:case"),
        ("coke 2 litre hata do", "COKE-500:2:case"),
        ("dono coke hata do", ""),
    ],
)
def test_a_size_tells_two_lines_of_one_name_apart(read: Read, cart_of: Read, text: str, left: str) -> None:
    assert cart_of(read(text, TWO_COKES, "COKE-2L")) == left.split()


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("cancel", "cancel_cart"),
        ("sab hata do", "cancel_cart"),
        ("ok", "confirm"),
        ("haan bhej do", "confirm"),
        ("same order repeat", "repeat_last"),
    ],
)
def test_whole_messages_act_on_the_whole_cart(read: Read, text: str, action: str) -> None:
    assert read(text, CART, "LUX-100").action == action


def test_a_line_whose_item_left_the_catalogue_stays_in_the_cart(index: Index) -> None:
    gone = CartLine("GONE", Decimal(1), "pc", Decimal(1))
    found = understand(index, "2 peti pepsi", context=Context((gone,)))
    assert [line.sku for line in found.cart or ()] == ["GONE", "PEPSI-500"]


LIST = "COKE-500:2:case LUX-100:1:dozen SUGAR:10:kg"


@pytest.mark.parametrize(
    ("text", "cart"),
    [
        ("double kar do", "COKE-500:2:case LUX-100:1:dozen SUGAR:20:kg"),
        ("aadha kar do", "COKE-500:2:case LUX-100:1:dozen SUGAR:5:kg"),
        ("coke double kar do", "COKE-500:4:case LUX-100:1:dozen SUGAR:10:kg"),
        ("कोक दुगना कर दो", "COKE-500:4:case LUX-100:1:dozen SUGAR:10:kg"),
        ("pehla wala hata do", "LUX-100:1:dozen SUGAR:10:kg"),
        ("last item remove", "COKE-500:2:case LUX-100:1:dozen"),
        ("item 2 hatao", "COKE-500:2:case SUGAR:10:kg"),
        ("2 number wala nikal do", "COKE-500:2:case SUGAR:10:kg"),
        ("bas lux hata do", "COKE-500:2:case SUGAR:10:kg"),
        ("lux rehne do", "COKE-500:2:case SUGAR:10:kg"),
        ("pehla cancel", "LUX-100:1:dozen SUGAR:10:kg"),
        ("dusra wala 3 kar do", "COKE-500:2:case LUX-100:3:dozen SUGAR:10:kg"),
        ("ek aur lux", "COKE-500:2:case LUX-100:2:dozen SUGAR:10:kg"),
        ("ek aur peti coke", "COKE-500:3:case LUX-100:1:dozen SUGAR:10:kg"),
        ("replace lux with rin", "COKE-500:2:case RIN-250:1:dozen SUGAR:10:kg"),
        ("change coke to pepsi", "PEPSI-500:2:case LUX-100:1:dozen SUGAR:10:kg"),
        ("coke 2 peti ki jagah 3 peti", "COKE-500:3:case LUX-100:1:dozen SUGAR:10:kg"),
        ("चीनी 10 की जगह 20 किलो", "COKE-500:2:case LUX-100:1:dozen SUGAR:20:kg"),
    ],
)
def test_lines_are_edited_by_place_by_factor_and_by_more(
    read: Read, cart_of: Callable[..., list[str]], text: str, cart: str
) -> None:
    assert cart_of(read(text, LIST, last="SUGAR")) == cart.split()


@pytest.mark.parametrize(
    "text",
    [
        "sab double kar do",
        "bas coke rehne do",
        "coke 2 peti hi rehne do",
        "cancel mat karo",
        "lux cancel mat karo",
        "lux mat hatao",
        "dont cancel",
        "sprite ya maaza 1 peti daal do",
        "item 9 hata do",
        "lux 2",
        "badi wali cancel karo",
        "double",
    ],
)
def test_an_edit_that_could_mean_two_things_is_asked_about(
    read: Read, cart_of: Callable[..., list[str]], text: str
) -> None:
    found = read(text, LIST, last="LUX-100" if text == "double" else None)
    assert found.kind == ("edit" if text == "double" else "ambiguous")
    assert text == "double" or cart_of(found) == LIST.split()
