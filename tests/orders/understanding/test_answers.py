"""Answers to a pending question keep what the question remembers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from language import particles
from orders.understanding.facts import Question

Read = Callable[..., Any]
COKE = Question("size_missing", "coke 2 peti", Decimal(2), "case", ("COKE-250", "COKE-500", "COKE-2L"))
DAL = Question("product_missing", "daal 5 kilo", Decimal(5), "kg", ("TOOR-L", "CHANA-L", "MOONG-1"))
OIL = Question("size_or_quantity", "5 ltr fortune", Decimal(5), "l", ("SOYOIL-5", "SOYOIL-1"))
LAYS = Question("flavour_missing", "lays 10 wala 1 peti", Decimal(1), "case", ("LAYS-MM-10", "LAYS-CS-10"))
LUX = Question("qty_missing", "lux bhejo", None, None, ("LUX-100",))
EGG = Question("unit_unclear", "30 anda", Decimal(30), None, ("EGG",))


@pytest.mark.parametrize(
    ("question", "text", "line"),
    [
        (COKE, "2", "COKE-500:48"), (COKE, "option 2", "COKE-500:48"), (COKE, "dusra wala", "COKE-500:48"),
        (COKE, "last", "COKE-2L:18"), (COKE, "500", "COKE-500:48"), (COKE, "500 ml", "COKE-500:48"),
        (COKE, "badi wali", "COKE-2L:18"), (COKE, "coke 250", "COKE-250:60"), (COKE, "500 wali 3 peti", "COKE-500:72"),
        (COKE, "दूसरा", "COKE-500:48"), (COKE, "چھوٹی والی", "COKE-250:60"), (COKE, "badi bottle", "COKE-2L:18"),
        (COKE, "بڑی بوتل", "COKE-2L:18"), (COKE, "badi 3 bottle", "COKE-2L:3"), (COKE, "badi dozen", "COKE-2L:24"),
        (DAL, "toor", "TOOR-L:5"), (DAL, "moong dal", "MOONG-1:5"), (DAL, "1", "TOOR-L:5"),
        (DAL, "चना दाल", "CHANA-L:5"),
        (OIL, "1", "SOYOIL-5:1"), (OIL, "2", "SOYOIL-1:5"), (OIL, "pehla wala", "SOYOIL-5:1"),
        (LAYS, "blue", "LAYS-MM-10:60"), (LAYS, "peela wala", "LAYS-CS-10:60"), (LAYS, "salted", "LAYS-CS-10:60"),
        (LUX, "6", "LUX-100:6"), (LUX, "2 dozen", "LUX-100:24"), (EGG, "pc", "EGG:30"), (EGG, "haan", "EGG:900"),
    ],
)  # fmt: skip
def test_an_answer_becomes_the_line(read: Read, lines_of: Read, question: Question, text: str, line: str) -> None:
    found = read(text, pending_question=question)
    assert (found.kind, lines_of(found)) == ("order", [line])


OPTION_WORDS = ["option", "Option no.", "no", "No.", "NO", "number", "Number", "numbar", "opshon"]


@pytest.mark.parametrize("word", sorted({*OPTION_WORDS, *particles.OPTION}))
@pytest.mark.parametrize("said", ["{} 2", "{}. 2", "{}2", "{} two", "2 {}", "{} 2 bhai", "haan {} 2", "{} ٢", "{} २"])
def test_an_option_is_picked_by_its_number_whatever_word_stands_beside_it(
    read: Read, lines_of: Read, word: str, said: str
) -> None:
    for question, line in ((COKE, "COKE-500:48"), (DAL, "CHANA-L:5")):
        found = read(said.format(word), pending_question=question)
        assert (found.kind, lines_of(found)) == ("order", [line])


REFUSALS = """nope, nahi, nahin, na, mat, not, cancel, nahi chahiye, ji nahi, rehne do, नहीं, नही, ना, मत, नहीं चाहिए,
    नहीं जी, रहने दो, نہیں, نہ, مت, نہیں چاہیے, رہنے دو"""


@pytest.mark.parametrize("refusal", [said.strip() for said in REFUSALS.split(",")])
def test_a_number_beside_a_no_that_says_no_number_picks_nothing(read: Read, lines_of: Read, refusal: str) -> None:
    assert lines_of(read(f"{refusal} 2", pending_question=COKE)) == []


@pytest.mark.parametrize("text", ["no", "No.", "number", "option", "no 9", "option 9", "नहीं", "نہیں"])
def test_a_word_of_options_without_one_of_their_numbers_picks_nothing(read: Read, lines_of: Read, text: str) -> None:
    assert lines_of(read(text, pending_question=COKE)) == []


@pytest.mark.parametrize(("text", "kind"), [("3 dozen lux bhej do", "order"), ("coke ka rate kya hai", "chatter")])
def test_what_is_no_answer_is_read_for_itself(read: Read, text: str, kind: str) -> None:
    found = read(text, pending_question=COKE)
    assert found.kind == kind
    assert all(line.sku == "LUX-100" for line in found.lines)


def test_half_an_answer_asks_for_the_rest(read: Read) -> None:
    question = Question("qty_and_variant_missing", "maggi bhej dena", None, None, ("MAGGI-12", "MAGGI-4PK"))
    found = read("12 wali", pending_question=question)
    assert (found.kind, found.candidates, found.reason) == ("ambiguous", ("MAGGI-12",), "qty_missing")


def test_an_answer_beside_a_cart_is_added_to_it(read: Read, cart_of: Read) -> None:
    found = read("2", "LUX-100:1:dozen", pending_question=COKE)
    assert (found.kind, cart_of(found)) == ("edit", ["LUX-100:1:dozen", "COKE-500:2:case"])
