"""A shop's own names answer what would be asked, and nothing that the catalogue knows."""

import pytest

from orders.understanding.facts import Chosen, Context, Question
from orders.understanding.index import Index
from orders.understanding.read import understand
from tests.orders.understanding.conftest import Read, lines_of

DAL = ("TOOR-L", "CHANA-L", "MOONG-1")


def test_a_question_about_a_name_carries_the_words_that_were_typed(read: Read) -> None:
    assert read("5 kilo daal").questions[0].name == "daal"
    assert read("coke ki 2 peti").questions[0].name == "coke"
    assert read("bislery 5-6 peti").questions[0].name == ""


def test_the_answer_says_what_the_words_meant(index: Index) -> None:
    asked = Question("product_missing", "daal 5 kilo", None, "kg", DAL, "daal")
    assert understand(index, "toor 5 kg", context=Context(pending_question=asked)).chosen == Chosen("daal", "TOOR-L")
    assert understand(index, "2", context=Context(pending_question=asked)).chosen is None  # still no quantity


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("5 kilo daal", ["TOOR-L:5"]),
        ("daal ki 2 bori aur lux 1 dozen", ["TOOR-L:60", "LUX-100:12"]),
        ("coke 2 peti", ["COKE-500:48"]),
        ("coke 250 2 peti", ["COKE-250:60"]),
        ("coke 2 ltr 1 peti", ["COKE-2L:9"]),
        ("coke badi 1 peti", ["COKE-2L:9"]),
        ("chana dal 2 kg", ["CHANA-L:2"]),
        ("blue lays 10 wala 1 peti", ["LAYS-MM-10:60"]),
    ],
)
def test_an_own_name_fills_the_gap_that_the_message_leaves(read: Read, text: str, lines: list[str]) -> None:
    own = {("dal",): "TOOR-L", ("koke",): "COKE-500", ("lays",): "LAYS-CS-10"}
    found = read(text, learned=own)
    assert (found.kind, lines_of(found)) == ("order", lines)


@pytest.mark.parametrize("text", ["tel 5 ltr", "fortune 5 ltr", "blue lays 2 ladi", "aashirvaad 20 kilo"])
def test_an_own_name_never_speaks_against_the_message(read: Read, text: str) -> None:
    own = {("tel",): "SOYOIL-1", ("fortune",): "SOYOIL-1", ("lays",): "LAYS-CS-10", ("ashirvad",): "ATTA-5"}
    assert read(text, learned=own).kind == "ambiguous"


def test_an_own_name_without_a_quantity_asks_only_for_the_quantity(read: Read) -> None:
    question = read("maggi bhej dena", learned={("magi",): "MAGGI-12"}).question
    assert question is not None
    assert (question.reason, question.candidates) == ("qty_missing", ("MAGGI-12",))


def test_an_own_name_for_what_is_no_longer_sold_is_asked_about_again(read: Read) -> None:
    assert read("5 kilo daal", learned={("dal",): "MASOOR-L"}).kind == "ambiguous"


def test_an_own_name_explains_itself(read: Read) -> None:
    assert "own name" in read("5 kilo daal", learned={("dal",): "TOOR-L"}).lines[0].reason
