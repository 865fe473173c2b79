"""Another size said to a list: it changes the line or is asked about, and is never how many."""

from collections.abc import Callable

import pytest

from tests.orders.understanding.conftest import Read

Lines = Callable[..., list[str]]
COKE = "COKE-500:2:case"


@pytest.mark.parametrize(
    ("text", "cart"),
    [
        ("2 liter wali", "COKE-2L:2:case"), ("badi wali", "COKE-2L:2:case"), ("chhoti wali bhejo", "COKE-250:2:case"),
        ("250 ml", "COKE-250:2:case"), ("nahi 250ml", "COKE-250:2:case"), ("500 nahi 250", "COKE-250:2:case"),
        ("2 litre kar do", "COKE-2L:2:case"), ("500 ki jagah 2 litre", "COKE-2L:2:case"),
        ("badi kar do", "COKE-2L:2:case"),
        ("250 nahi 500", COKE), ("500 wali", COKE), ("250 wala dena", "COKE-250:2:case"),
        ("बड़ी वाली", "COKE-2L:2:case"),
        ("2 लीटर वाली", "COKE-2L:2:case"), ("بڑی والی", "COKE-2L:2:case"), ("3 kar do", "COKE-500:3:case"),
    ],
)  # fmt: skip
def test_another_size_takes_the_place_of_the_old_one(read: Read, cart_of: Lines, text: str, cart: str) -> None:
    assert cart_of(read(text, COKE, "COKE-500")) == [cart]


@pytest.mark.parametrize(
    "text", ["750 ml wali", "1 litre wali chahiye", "250 kar do", "500 kar do", "300ml", "coke 750", "1 ltr kar do"]
)
def test_a_size_that_is_not_clear_or_not_there_is_asked_about(read: Read, cart_of: Lines, text: str) -> None:
    found = read(text, COKE, "COKE-500")
    assert (found.kind, cart_of(found)) == ("ambiguous", [COKE])
    assert "COKE-2L" in found.candidates
    assert not found.names_nothing


def test_a_size_means_the_line_that_comes_in_it(read: Read, cart_of: Lines) -> None:
    found = read("2 litre wali", f"{COKE} SUGAR:1:bag", "SUGAR")
    assert sorted(cart_of(found)) == ["COKE-2L:2:case", "SUGAR:1:bag"]


@pytest.mark.parametrize(("text", "cart"), [("5 kilo kar do", "SUGAR:5:kg"), ("2 bori kar do", "SUGAR:2:bag")])
def test_a_weight_of_loose_goods_is_how_much(read: Read, cart_of: Lines, text: str, cart: str) -> None:
    assert cart_of(read(text, "SUGAR:1:bag", "SUGAR")) == [cart]


@pytest.mark.parametrize(
    "text",
    ["coke rehne do", "nahi chahiye coke", "coke hata do", "coke mat bhejo", "coke cancel", "कोक हटा दो"],
)
def test_what_is_asked_about_can_be_left_off_by_its_name(read: Read, cart_of: Lines, text: str) -> None:
    found = read(text, "SPRITE-500:1:case", pending_question=read("coke 2 peti").question)
    assert (found.action, cart_of(found)) == ("skip_question", ["SPRITE-500:1:case"])


def test_what_is_on_the_list_is_taken_off_while_something_else_is_asked(read: Read, cart_of: Lines) -> None:
    found = read("sprite hata do", "SPRITE-500:1:case", pending_question=read("coke 2 peti").question)
    assert (found.action, cart_of(found), found.remove) == (None, [], ("SPRITE-500",))
