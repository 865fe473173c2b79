"""The list that a chat remembers: plain data without prices, which comes back as it was kept."""

import json
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from orders import cart, catalogue
from orders.quotes import Wanted
from orders.understanding.facts import CartLine, Context, Question, ReadLine, Understanding

SUGAR = ReadLine("SUGAR", Decimal("2.5"), "kg", Decimal("2.5"))
WHICH = Question("which", "dal", Decimal(2), "kg", ("SUGAR", "RICE-L"), "dal")


def test_what_is_kept_is_json_and_comes_back_the_same(stocked: Session) -> None:
    memory: dict[str, Any] = {}
    cart.keep(memory, Understanding("order", lines=(SUGAR,), questions=(WHICH,)), catalogue.load(stocked))
    again = json.loads(json.dumps(memory))
    line = CartLine("SUGAR", Decimal("2.5"), "kg", Decimal("2.5"))
    assert cart.context(again) == Context((line,), "SUGAR", WHICH)
    assert cart.wanted(again) == [Wanted("SUGAR", Decimal("2.5"), "kg")]
    assert "4200" not in json.dumps(memory)  # its price


def test_a_line_said_again_sets_the_quantity_and_only_more_adds(stocked: Session) -> None:
    goods, memory = catalogue.load(stocked), {}
    more = ReadLine("SUGAR", Decimal(1), "kg", Decimal(1), op="add")
    for line in (SUGAR, SUGAR, more):
        cart.keep(memory, Understanding("order", lines=(line,)), goods)
    assert cart.lines(memory) == [CartLine("SUGAR", Decimal("3.5"), "kg", Decimal("3.5"))]


def test_a_question_is_over_when_its_goods_are_named(stocked: Session) -> None:
    goods, memory = catalogue.load(stocked), {}
    cart.keep(memory, Understanding("ambiguous", questions=(WHICH,)), goods)
    assert cart.has_questions(memory)
    assert not cart.has_questions(memory, beyond=1)
    cart.keep(memory, Understanding("order", lines=(SUGAR,)), goods)
    assert not cart.has_questions(memory)


def test_a_changed_list_takes_its_quote_off_the_table() -> None:
    memory: dict[str, Any] = {"cart": {"lines": [["SUGAR", "5", "kg", "5"]], "yes": "CREDIT"}}
    assert cart.yes_means(memory) == "CREDIT"
    cart.drop(memory, "SUGAR")
    assert (cart.size(memory), cart.yes_means(memory)) == (0, None)
