"""No quantity and no goods are lost silently: what is said twice, what nobody knows, and what is no plain number."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from language.numbers import parse_number
from orders.understanding.facts import CartLine, Context, Question
from orders.understanding.index import Index
from orders.understanding.read import understand

Read = Callable[..., Any]
CART = "LUX-100:1:dozen SUGAR:5:kg"


# -- one item twice -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "10 kg sugar 2 kg sugar",
        "3 kg sugar aur 2 kg chini",
        "3 kg sugar + 2 kg chini kar do",
        "5 kg sugar aur 2 kg chini kar do",
        "5 kg sugar\n6 kg sugar",
        "5 kg sugar, 5 kg sugar",
        "coke 500 2 peti, lux 1 dozen, coke 500 3 peti",
        "5 kg sugar, sorry lux 2 dozen, 3 kg sugar",
        "1 kg sugar 2 kg sugar 3 kg sugar",
        "sugar 5kg, sugar 1 kg kam kar do",
        "चीनी 5 किलो और चीनी 2 किलो",
        "چینی 5 کلو، چینی 2 کلو",
    ],
)
def test_an_item_named_twice_is_asked_once_and_is_no_line(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, [question.reason for question in found.questions]) == ("ambiguous", ["item_twice"])
    assert not {line.sku for line in found.lines} & set(found.questions[0].candidates)


def test_the_question_quotes_both_quantities(read: Read) -> None:
    question = read("3 kg sugar aur 2 kg chini").question
    assert (question.text, question.qty, question.candidates) == ("3 kg sugar, 2 kg chini", None, ("SUGAR",))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("lux 2 dozen, sorry lux 3 dozen", ["LUX-100:36"]),
        ("lux 2 dozen sorry, lux 3 dozen", ["LUX-100:36"]),
        ("lux 2 dozen\nsorry\nlux 3 dozen", ["LUX-100:36"]),
        ("sugar 5 kg no sugar 6 kg", ["SUGAR:6"]),
        ("sugar 5 kg, balki sugar 6 kg", ["SUGAR:6"]),
        ("sugar 5kg nahi, 3 kg", ["SUGAR:3"]),
        ("sugar 3 kg, lux 1 dozen, sugar 5 kg kar do", ["LUX-100:12", "SUGAR:5"]),
    ],
)
def test_a_correction_still_wins(read: Read, lines_of: Read, text: str, lines: list[str]) -> None:
    found = read(text)
    assert (found.kind, lines_of(found)) == ("order", lines)


def test_an_item_named_twice_leaves_a_cart_as_it_was(read: Read, cart_of: Read) -> None:
    found = read("2 kg sugar aur 3 kg sugar", CART)
    assert (found.kind, found.reason, cart_of(found)) == ("ambiguous", "item_twice", CART.split())


def test_the_answer_to_an_item_named_twice_is_its_whole_quantity(index: Index) -> None:
    asked = Question("item_twice", "2 kg sugar, 3 kg sugar", None, None, ("SUGAR",))
    cart = (CartLine("SUGAR", Decimal(5), "kg", Decimal(5)),)
    found = understand(index, "4 kg", context=Context(cart, "SUGAR", asked))
    assert [line.base_qty for line in found.cart or ()] == [4]


# -- goods nobody knows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("5 kg sugar, foobar, 3 kg blah", ("foobar", "3 kg blah")),
        ("5 kg sugar aur xyzzy", ("xyzzy",)),
        ("foobar\n5 kg sugar", ("foobar",)),
        ("5 kg sugar and foobar and 2 kg jeera", ("foobar",)),
        ("5 kg sugar, 3 foobar baz qux", ("3 foobar baz qux",)),
        ("5 kg sugar, foobar, payment kal dunga", ("foobar",)),
        ("5 किलो चीनी, अबकड", ("अबकड",)),
    ],
)
@pytest.mark.parametrize("cart", ["", "LUX-100:1:dozen"])
def test_a_clause_nobody_knows_is_named_beside_an_order(
    read: Read, text: str, unknown: tuple[str, ...], cart: str
) -> None:
    found = read(text, cart)
    assert (found.kind, found.unknown, found.lines[0].sku) == ("unknown", unknown, "SUGAR")


@pytest.mark.parametrize(
    "tail",
    [
        "sharma ji", "ramesh bhai", "jaldi bhejna", "aaj hi bhejna", "thanks", "please", "bas itna hi",
        "time pe bhejna", "as soon as possible", "that's all", "aur kuch nahi", "allah hafiz", "god bless",
        "zara jaldi", "bill bhi", "kal subah tak", "9876543210", "जल्दी भेजो", "بس اتنا ہی", "🙏",
    ],
)  # fmt: skip
def test_courtesy_names_and_telephone_numbers_beside_an_order_are_no_goods(
    read: Read, lines_of: Read, tail: str
) -> None:
    for text in (f"5 kg sugar, {tail}", f"{tail}\n5 kg sugar"):
        found = read(text)
        assert (found.kind, lines_of(found), found.unknown) == ("order", ["SUGAR:5"], ())


def test_goods_without_an_amount_are_asked_about_beside_a_promise_to_pay(read: Read) -> None:
    found = read("5 kg sugar, lux, payment kal dunga")
    assert (found.kind, found.reason, found.question.candidates) == ("ambiguous", "qty_missing", ("LUX-100",))


@pytest.mark.parametrize("text", ["4, 3 kg sugar", "4 peti, 3 kg sugar"])
def test_an_amount_that_belongs_to_nothing_is_asked_about(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.reason) == ("ambiguous", "number_unclear")


# -- numbers that are not plain -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1e9 kg sugar", "1.5e3 kg sugar", "-5 kg sugar", "−5 kg sugar", "sugar -5 kg", "+5 kg sugar", "1/3 kg sugar",
        "sugar: -5 kg", "-५ किलो चीनी",
    ],
)  # fmt: skip
@pytest.mark.parametrize("cart", ["", CART])
def test_a_sign_an_exponent_or_an_odd_fraction_is_asked_about(read: Read, text: str, cart: str) -> None:
    found = read(text, cart)
    assert (found.kind, found.reason, found.lines) == ("ambiguous", "number_unclear", ())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("- 5 kg sugar\n- 2 kg jeera", ["SUGAR:5", "JEERA-L:2"]),
        ("• 5 kg sugar\n• 2 kg jeera", ["SUGAR:5", "JEERA-L:2"]),
        ("sugar-5kg", ["SUGAR:5"]),
        ("चीनी-5 किलो", ["SUGAR:5"]),
        ("sugar - 5 kg", ["SUGAR:5"]),
        ("sugar 5kg +2 kg jeera", ["SUGAR:5", "JEERA-L:2"]),
        ("1/2 kg jeera, 1 3/4 kg sugar", ["JEERA-L:0.5", "SUGAR:1.75"]),
    ],
)
def test_bullets_binding_dashes_and_plain_fractions_stay_what_they_are(
    read: Read, lines_of: Read, text: str, lines: list[str]
) -> None:
    found = read(text)
    assert (found.kind, lines_of(found)) == ("order", lines)


@pytest.mark.parametrize("text", ["-5", "1e9", "1/3"])
def test_an_unclear_number_is_no_number(text: str) -> None:
    assert parse_number(text) is None


def test_an_unclear_number_chooses_no_option(index: Index) -> None:
    asked = Question("size_missing", "coke 2 peti", Decimal(2), "case", ("COKE-250", "COKE-500"))
    assert understand(index, "-2", context=Context((), None, asked)).lines == ()


@pytest.mark.parametrize("text", ["1000000 kg sugar", "1000000 peti coke 500", "9" * 4000 + " kg sugar"])
def test_a_number_of_any_length_before_a_unit_is_too_large_and_not_missing(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.reason, found.lines) == ("ambiguous", "qty_too_large", ())


# -- a refusal with its quantity ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "sugar 5kg nahi chahiye", "5 kg sugar nahi chahiye", "sugar 5kg hata do", "sugar 5 kg cancel",
        "sugar 5kg nahi", "sugar 5 nahi chahiye", "5 किलो चीनी नहीं चाहिए",
    ],
)  # fmt: skip
def test_a_refusal_that_names_the_lines_own_quantity_removes_it(read: Read, cart_of: Read, text: str) -> None:
    found = read(text, CART, "LUX-100")
    assert (found.kind, found.remove, cart_of(found)) == ("edit", ("SUGAR",), ["LUX-100:1:dozen"])


def test_a_refusal_of_a_part_is_asked_about(read: Read, cart_of: Read) -> None:
    found = read("sugar 3kg nahi chahiye", CART)
    assert (found.kind, found.reason, cart_of(found)) == ("ambiguous", "remove_or_reduce", CART.split())


def test_a_refused_quantity_with_a_new_one_is_a_correction(read: Read, cart_of: Read) -> None:
    found = read("sugar 5kg nahi, 3 kg karo", CART, "LUX-100")
    assert (found.kind, cart_of(found)) == ("edit", ["LUX-100:1:dozen", "SUGAR:3:kg"])


def test_an_amount_after_a_removal_changes_no_other_line(read: Read, cart_of: Read) -> None:
    found = read("sugar hata do, 3 karo", CART, "SUGAR")
    assert (found.kind, cart_of(found)) == ("ambiguous", CART.split())


def test_less_of_what_was_never_ordered_orders_nothing(read: Read) -> None:
    found = read("sugar 1 kg kam karo")
    assert (found.kind, found.reason, found.lines) == ("ambiguous", "not_in_cart", ())


# -- words that nobody knows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("lux 2 dozen Dettol aur rin 1 peti", ("Dettol",)),
        ("2 peti coke 500 मुरमुरा, rin 1 peti", ("मुरमुरा",)),
        ("2 peti coke 500 Sharma ji", ()),
        ("2 peti coke 500 jaldi bhejna", ()),
    ],
)
def test_a_word_nobody_knows_beside_goods_is_told(read: Read, text: str, unread: tuple[str, ...]) -> None:
    found = read(text)
    assert (found.kind, found.unread) == ("order", unread)


def test_goods_nobody_knows_are_ordered_by_also(read: Read) -> None:
    assert read("2 peti coke 500 limca bhi").unknown == ("limca",)


@pytest.mark.parametrize("text", ["lux 2 zxcv", "coke 500 2 fghij bhej do"])
def test_a_word_nobody_knows_behind_a_bare_number_may_be_a_unit_and_is_asked_about(read: Read, text: str) -> None:
    assert [question.reason for question in read(text).questions] == ["number_unclear"]


@pytest.mark.parametrize(
    ("text", "line"),
    [("lux 2 dozn", "LUX-100:24"), ("2 cartn lux", "LUX-100:144"), ("5 pakt haldi", "HALDI-100:5")],
)
def test_a_mistyped_unit_is_read_and_never_dropped(
    read: Read, lines_of: Callable[..., list[str]], text: str, line: str
) -> None:
    assert lines_of(read(text)) == [line]


def test_what_a_later_amount_takes_back_is_told(read: Read) -> None:
    [line] = read("5 kg sugar, 2 kg chini kar do").lines
    assert (line.instead, line.base_qty) == ("5 kg sugar", 2)


def test_what_is_not_sold_is_quoted_as_it_was_typed(read: Read) -> None:
    assert read("*Horlicks* 500g 3 pc").unknown == ("Horlicks* 500g 3 pc",)
    assert read("डिटॉल साबुन 6 पीस, ½ kg jeera").unknown == ("डिटोल साबुन 6 पीस",)
    assert read("डिटॉल साबुन 6 पीस").unknown == ("डिटॉल साबुन 6 पीस",)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Dt 21/11\nlux 2 dozen", ["LUX-100:24"]),
        ("21/11/2026\nlux 2 dozen", ["LUX-100:24"]),
        ("lux 1/2 dozen", ["LUX-100:6"]),
        ("hrpk 3 pc", ["HARPIC-500:3"]),
        ("moong dal do kilo, chane ki dal do katta", ["CHANA-L:60", "MOONG-1:2"]),
    ],
)
def test_dates_count_nothing_and_names_without_vowels_are_names(
    read: Read, lines_of: Callable[..., list[str]], text: str, lines: list[str]
) -> None:
    assert sorted(lines_of(read(text))) == lines


def test_a_short_name_without_vowels_is_asked_about(read: Read) -> None:
    assert [question.reason for question in read("lx 2 dozen").questions] == ["did_you_mean"]


def test_an_amount_is_not_carried_over_what_was_asked_between(read: Read) -> None:
    assert not read("ghee bhejo, pepsi ka rate kya hai, 500").lines


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("2 peti sprite ya 2 peti pepsi", ("SPRITE-500", "PEPSI-500")),
        ("pepsi 2 peti, nahi to sprite 2 peti", ("PEPSI-500", "SPRITE-500")),
        ("sprite ya pepsi 2 peti", ("SPRITE-500", "PEPSI-500")),
    ],
)
def test_alternatives_are_asked_about_and_keep_the_quantity(read: Read, text: str, offered: tuple[str, ...]) -> None:
    [question] = read(text).questions
    assert (question.reason, question.qty, question.candidates) == ("choose_one", 2, offered)


def test_alternatives_leave_the_rest_alone(read: Read, lines_of: Callable[..., list[str]]) -> None:
    found = read("lux 1 dozen, rin 2 dozen ya vim 1 box")
    assert (lines_of(found), found.candidates) == (["LUX-100:12"], ("RIN-250", "VIM-10"))


@pytest.mark.parametrize(
    "text", ["1 peti aur 6 bottle sprite", "2 peti aur 2 peti coke 500", "1 dozen aur 3 piece lux"]
)
def test_two_amounts_of_one_item_are_not_added_up_silently(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.lines) == ("ambiguous", ())


def test_an_order_is_heard_beside_a_question_about_the_account(read: Read, lines_of: Callable[..., list[str]]) -> None:
    assert lines_of(read("2 peti coke 500 aur mera balance batao")) == ["COKE-500:48"]


@pytest.mark.parametrize(
    "text",
    [
        "2 peti coke 500, kitna hua?",
        "2 peti coke 500 kitna hua",
        "2 peti coke 500, rate kya hai",
        "bill me 2 peti coke 500 kyun hai",
    ],
)
def test_a_question_about_the_goods_orders_nothing(read: Read, text: str) -> None:
    assert (read(text).kind, read(text).lines) == ("chatter", ())
