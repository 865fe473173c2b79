"""Messages that took a wrong line, lost one or left an answer unread: right now, and so are their relatives.

`harmful_messages.json` were typed by retailers and failed. Those of the class "order in other talk" are not read yet:
nothing wrong is taken from them.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from language.normalise import normalise
from orders.understanding.facts import Question, context_from
from orders.understanding.index import Index
from orders.understanding.read import understand
from tests.orders.understanding.conftest import Read

Lines = Callable[..., list[str]]
MESSAGES = json.loads((Path(__file__).parent / "harmful_messages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["text"][:30])
def test_what_was_harmful_takes_only_what_was_meant_and_tells_the_rest(
    index: Index, lines_of: Lines, message: dict[str, Any]
) -> None:
    found = understand(index, message["text"], context=context_from(message.get("context")))
    assert lines_of(found) == message["lines"]
    assert list(found.unknown) == message.get("told", [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("rin 2 doz surf excel matic liquid 4", "RIN-250:24"),
        ("chini 1 bori tata sampann chana masala 3", "SUGAR:50"),
        ("fortune rice bran oil 2 sprite 1 peti", "SPRITE-500:24"),
        ("oreo 10 1 box real fruit power juice 12", "OREO-10:60"),
        ("रिन 2 दर्जन किसान मिक्स फ्रूट जैम 3", "RIN-250:24"),
    ],
)
def test_a_counted_line_of_unknown_words_is_told(read: Read, text: str, line: str) -> None:
    found = read(text)
    said = " ".join((*found.unknown, *found.unread, *(asked.text for asked in found.questions)))
    assert any(word in said for word in (text.rpartition(" ")[2], text.partition(" ")[0]))


@pytest.mark.parametrize(
    ("asked", "answer", "line"),
    [
        ("lux 2-3 dozen", "2", "LUX-100:24"),
        ("lux do teen dozen", "teen", "LUX-100:36"),
        ("chini 2-3 bori", "3", "SUGAR:150"),
        ("anda 10-12 pc", "10", "EGG:10"),
        ("sprite 2-3 peti", "do", "SPRITE-500:48"),
        ("sprite 2-3 peti", "3 peti", "SPRITE-500:72"),
        ("chini 2-3 bori", "30 kg", "SUGAR:30"),
        ("lux 2 dozen 390", "2", "LUX-100:24"),
        ("स्प्राइट 2-3 पेटी", "३", "SPRITE-500:72"),
    ],
)
def test_the_answer_is_in_the_unit_that_was_said(
    read: Read, lines_of: Lines, asked: str, answer: str, line: str
) -> None:
    question = read(asked).question
    assert question is not None
    assert lines_of(read(answer, pending_question=question)) == [line]


def test_the_question_remembers_the_unit(read: Read) -> None:
    question = read("lux 2-3 dozen").question
    assert question is not None
    assert (question.qty, question.unit) == (None, "dozen")


@pytest.mark.parametrize(
    "text",
    [
        "parso 2 peti sprite lunga", "kal subah 2 peti coke 500 mangwaunga", "2 peti sprite ka order baad me dunga",
        "shaam ko 1 bori chini likhwaunga", "कल 2 पेटी स्प्राइट लूंगा", "soch rahe hain 2 peti sprite mangwa lein",
        "2 peti sprite ka order kal denge", "next week 2 peti sprite lenge", "2 peti sprite exchange kar do",
        "sprite 2 peti kisko bheji", "2 peti sprite bhejna bhool gaye", "3 peti pepsi badal dena",
        "2 पेटी स्प्राइट बदल दो", "2 peti sprite kal bataunga", "~2 peti sprite~", "2 peti pepsi wapas le lo",
        "کل 2 پیٹی سپرائٹ لوں گا", "kal 2 peti sprite ka order dunga",
        "monday ko 2 peti sprite ka order karenge", "2 peti sprite kisne mangwai thi",
    ],
)  # fmt: skip
def test_what_is_not_for_now_not_mine_exchanged_reported_or_crossed_out_is_not_ordered(
    read: Read, lines_of: Lines, text: str
) -> None:
    assert lines_of(read(text)) == []


@pytest.mark.parametrize("ok", ["ok", "theek hai", "ji", "👍", "ठीक है"])
def test_an_ok_puts_nothing_on_the_list_that_was_only_promised(read: Read, lines_of: Lines, ok: str) -> None:
    question = read("2 peti pepsi kal bolunga").question
    assert question is not None
    assert lines_of(read(ok, pending_question=question)) == []
    assert lines_of(read("haan", pending_question=question)) == ["PEPSI-500:48"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("2 peti sprite lunga", "SPRITE-500:48"), ("2 peti sprite kal bhej dena", "SPRITE-500:48"),
        ("2 peti sprite, payment kal karunga", "SPRITE-500:48"), ("2 peti sprite lagenge", "SPRITE-500:48"),
        ("2 peti sprite bhejo uske baad bataunga", None), ("kal subah 2 peti sprite bhejna", "SPRITE-500:48"),
    ],
)  # fmt: skip
def test_what_is_wanted_now_stays_an_order(read: Read, lines_of: Lines, text: str, line: str | None) -> None:
    assert lines_of(read(text)) == ([line] if line else lines_of(read(text)))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("pepsi bhi 2 peti kar do", "PEPSI-500:48"), ("uska bhi 2 kar do", "PEPSI-500:48"),
        ("पेप्सी भी 2 पेटी कर दो", "PEPSI-500:48"), ("pepsi bhi 3 peti karo", "PEPSI-500:72"),
        ("pepsi also make it 2 case", "PEPSI-500:48"),
    ],
)  # fmt: skip
def test_this_one_too_shall_be_so_much_adds_nothing(read: Read, text: str, line: str) -> None:
    found = read(text, "SPRITE-500:2:case PEPSI-500:1:case", "PEPSI-500")
    kept = {one.sku: one.base_qty for one in found.cart or ()}
    assert f"PEPSI-500:{kept['PEPSI-500'].normalize():f}" == line


@pytest.mark.parametrize("text", ["pepsi 1 peti aur bhi", "aur 1 peti pepsi bhi jod do", "1 peti pepsi aur add kar do"])
def test_more_still_adds(read: Read, text: str) -> None:
    found = read(text, "PEPSI-500:1:case", "PEPSI-500")
    assert [line.base_qty for line in found.cart or ()] == [48]


@pytest.mark.parametrize(
    "text",
    [
        "* lux 1 doz\n* rin 2 pc", "- lux 1 doz\n- rin 2 pc", "• lux 1 doz\n• rin 2 pc", "[1] lux 1 doz\n[2] rin 2 pc",
        "1] lux 1 doz\n2] rin 2 pc", "1️⃣lux 1 doz\n2️⃣rin 2 pc", "#1. lux 1 doz\n#2. rin 2 pc",
        "1: lux - 1 doz\n2: rin - 2 pc",
        "lux 1 doz @390\nrin 2 pc @ 20 = 40\nTotal = 430",
        "lux 1 doz\nrin 2 pc\nकुल 430",
    ],
)  # fmt: skip
def test_every_way_to_write_a_list_gives_its_lines(read: Read, lines_of: Lines, text: str) -> None:
    assert lines_of(read(text)) == ["LUX-100:12", "RIN-250:2"]


@pytest.mark.parametrize("text", ["1.1/2 kg chini", "chini 1.1/2 kg", "chini 1 1/2 kg"])
def test_a_half_behind_a_dot_is_a_half(read: Read, lines_of: Lines, text: str) -> None:
    assert lines_of(read(text)) == ["SUGAR:1.5"]


@pytest.mark.parametrize("text", ["jeera 2,50 kg", "chini 1,5 kg", "jeera 10,00 kg"])
def test_a_comma_inside_a_quantity_is_asked_about(read: Read, lines_of: Lines, text: str) -> None:
    found = read(text)
    assert (lines_of(found), found.kind) == ([], "ambiguous")


def test_a_refused_variant_is_never_a_name(read: Read) -> None:
    question = read("dairy milk silk 1 box").question
    assert isinstance(question, Question)
    assert (question.reason, question.name) == ("variant_unknown", "")
    answered = read("haan", pending_question=question)
    assert answered.chosen is None


def test_what_is_crossed_out_is_gone_and_a_range_stays() -> None:
    assert normalise("~lux 1 doz~\nrin 12 pc") == "rin 12 pc"
    assert normalise("2~3 peti") == "2-3 peti"


@pytest.mark.parametrize(
    ("asked", "answer"), [("coke 500 bhej do", "24"), ("anda bhej do", "30"), ("chini bhej do", "500")]
)
def test_a_number_that_sounds_like_another_unit_is_asked_about(read: Read, asked: str, answer: str) -> None:
    found = read(answer, pending_question=read(asked).question)
    assert found.question is not None
    assert (found.lines, found.reason, str(found.question.qty)) == ((), "unit_unclear", answer)
