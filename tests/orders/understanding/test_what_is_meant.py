"""Which of two amounts is meant, and which numbers are none: classes that generated messages laid bare."""

from collections.abc import Callable

import pytest

from tests.orders.understanding.conftest import Read

Lines = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("5 kg not 3 kg sugar", "SUGAR:5"),
        ("lux 2 not 3 dozen", "LUX-100:24"),
        ("coke 500 3 peti not 2", "COKE-500:72"),
        ("sprite 3 peti not pepsi", "SPRITE-500:72"),
        ("lux 3 dozen na ki 2", "LUX-100:36"),
        ("sugar 5 kg, not 3 kg", "SUGAR:5"),
        ("sugar 5 kg nahi 3 kg", "SUGAR:3"),
    ],
)
def test_what_stands_behind_the_english_no_is_not_meant(read: Read, lines_of: Lines, text: str, line: str) -> None:
    assert lines_of(read(text)) == [line]


@pytest.mark.parametrize(
    "text",
    [
        "oreo 10 wala box",
        "clinic plus 1 wala patti",
        "pepsi 500 case bhej do",
        "gemini tin bhej do",
        "tur dal do teen kg",
        "parle g 10 wala 10 12 box",
        "lux 2 dozen rehne do 3 dozen bhejo",
        "lux 2 dozen ke badle 3 dozen",
        "lux 3 dozen bhejna 2 nahi",
        "no pepsi 3 cases",
        "2 peti sprite change karni hai",
        "pepsi 5 peti baad me bhejna",
        "agar pepsi sasti ho to 5 peti bhej do",
    ],
)
def test_a_number_that_may_mean_something_else_is_asked_about(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.lines) == ("ambiguous", ())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("mujhe pepsi 5 peti chahiye thi", ["PEPSI-500:120"]),
        ("agar stock ho to pepsi 5 peti bhej do", ["PEPSI-500:120"]),
        ("2 peti sprite aur offer ho to batao", ["SPRITE-500:48"]),
        ("good night 5 box", ["GOODKNIGHT-45:60"]),
        ("good night bhai kal 5 peti pepsi bhej dena", ["PEPSI-500:120"]),
        ("3 darjan lux pack kar do", ["LUX-100:36"]),
    ],
)
def test_wishes_and_courtesies_do_not_hide_an_order(read: Read, lines_of: Lines, text: str, lines: list[str]) -> None:
    found = read(text)
    assert (found.kind, lines_of(found)) == ("order", lines)


@pytest.mark.parametrize(
    "text",
    [
        "ande 2 case wala order kab aayega",
        "malik se baat karni hai",
        "upi id bhejo",
        "order mat bhejo abhi",
        "good night",
        "maggi 4 pack 5 dozen bacha hai",
    ],
)
def test_talk_about_orders_and_people_orders_nothing(read: Read, text: str) -> None:
    assert read(text, cart="LUX-100:1:dozen").kind == "chatter"


@pytest.mark.parametrize(
    ("text", "cart"),
    [
        ("rin 250g 5 hi bhejna", ["RIN-250:5:case", "LUX-100:2:dozen"]),
        ("5 hi rakhna", ["RIN-250:5:case", "LUX-100:2:dozen"]),
        ("rin 5 not 3", ["RIN-250:5:case", "LUX-100:2:dozen"]),
        ("rin 250g double kar do", ["RIN-250:6:case", "LUX-100:2:dozen"]),
        ("rin 250g rehne do", ["LUX-100:2:dozen"]),
        ("rin aur 2 peti bhejo", ["RIN-250:5:case", "LUX-100:2:dozen"]),
        ("rin hata ke vim kar do", ["VIM-10:3:case", "LUX-100:2:dozen"]),
        ("rin 5 peti, 3 nahi", ["RIN-250:5:case", "LUX-100:2:dozen"]),
    ],
)
def test_an_edit_keeps_size_unit_and_quantity_apart(read: Read, cart_of: Lines, text: str, cart: list[str]) -> None:
    assert cart_of(read(text, cart="RIN-250:3:case LUX-100:2:dozen", last="RIN-250")) == cart
