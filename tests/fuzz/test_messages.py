"""What must hold for every message there can be: 20,000 at each run, a million with `make fuzz`.

One seed is one message (see messages.py). A failure names its seed and shows the message.
"""

import os
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest

from language.yes_and_no import yes_or_no
from orders.understanding.facts import CartLine, Understanding
from orders.understanding.index import Index, build
from orders.understanding.quantities import MAX_UNITS
from orders.understanding.read import understand
from orders.understanding.units import MEASURES
from tests.fuzz import messages
from tests.fuzz.messages import Message

KINDS = {"order", "edit", "ambiguous", "unknown", "chatter"}
ROUND = 5_000
ROUNDS = 200 if os.environ.get("BAHI_FUZZ") == "deep" else 4


@pytest.fixture(scope="module")
def index() -> Index:
    return build(messages.CATALOGUE)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_message_is_read_without_harm(index: Index, number: int, record_property: Callable[..., None]) -> None:
    counted: Counter[str] = Counter()
    for seed in range(number * ROUND, (number + 1) * ROUND):
        message = messages.message(seed)
        found = understand(index, message.text, context=message.context)
        wrong = _wrong(index, message, found)
        assert not wrong, f"seed {seed} ({message.kind}): {wrong}\n{message.text[:500]!r}\n{message.context}\n{found}"
        counted[f"{message.kind} read as {found.kind}"] += 1
    record_property("fuzzed", dict(counted))


def _wrong(index: Index, message: Message, found: Understanding) -> list[str]:
    """The promises that this reading breaks."""
    return [name for name, holds in PROMISES.items() if not holds(index, message, found)]


def _is_packable(index: Index, message: Message, found: Understanding) -> bool:
    lines = (*found.lines, *(found.cart or ()))
    return all(_is_sold(index, line) for line in lines if line not in message.context.cart)


def _is_as_labelled(_: Index, message: Message, found: Understanding) -> bool:
    if message.lines is None:
        return True
    taken: Counter[str] = Counter()
    for line in found.lines:
        taken[line.sku] += line.base_qty  # type: ignore[assignment]
    return found.kind == "order" and dict(taken) == message.lines


def _has_no_effect(found: Understanding, message: Message) -> bool:
    return not found.lines and not found.action and found.cart in (None, message.context.cart)


PROMISES: dict[str, Callable[[Index, Message, Understanding], bool]] = {
    "it is of a known kind": lambda _, m, found: found.kind in KINDS,
    "every line can be packed": _is_packable,
    "an order has lines and nothing open": lambda _, m, found: (
        found.kind != "order" or bool(found.lines and not found.questions and not found.unknown)
    ),
    "doubt asks": lambda _, m, found: found.kind != "ambiguous" or bool(found.questions),
    "doubt changes no list": lambda _, m, found: found.kind != "ambiguous" or found.cart in (None, (), m.context.cart),
    "chatter has no effect": lambda _, m, found: found.kind != "chatter" or _has_no_effect(found, m),
    "questions, complaints and payments have no effect": lambda _, m, found: (
        m.kind != "talk" or _has_no_effect(found, m)
    ),
    "only a yes to a list confirms": lambda _, m, found: (
        found.action != "confirm" or bool(m.context.cart and yes_or_no(m.text))
    ),
    "only a question has an answer": lambda _, m, found: found.chosen is None or bool(m.context.pending_question),
    "only what is sold is offered": lambda index, m, found: set(found.candidates) <= set(index.by_sku),
    "a plain order is read exactly": _is_as_labelled,
}


def _is_sold(index: Index, line: CartLine) -> bool:
    item = index.by_sku.get(line.sku)
    if item is None or line.unit not in item.units or line.base_qty <= 0:
        return False
    step = Decimal("0.001") if item.base_unit in MEASURES else Decimal(1)
    return line.qty * item.units[line.unit] == line.base_qty and line.base_qty % step == 0 and line.qty <= 2 * MAX_UNITS


def test_the_same_message_always_means_the_same(index: Index) -> None:
    again = build(messages.CATALOGUE)
    for seed in range(500):
        message = messages.message(seed)
        first, second = (
            understand(build_again, message.text, context=message.context) for build_again in (index, again)
        )
        assert first == second
