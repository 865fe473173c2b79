"""`bahi understand`: what the bot makes of messages, without a database. The same code answers in the chat."""

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TextIO

import click

from orders.understanding.facts import CartLine, ReadLine, Understanding, context_from
from orders.understanding.index import Index, build
from orders.understanding.read import understand

MAX_CATALOGUE_CHARACTERS = 100_000_000
MAX_INPUT_CHARACTERS = 20_000_000


@click.command("understand")
@click.option(
    "--catalog", required=True, type=click.File("r", encoding="utf-8"),
    help="The catalogue: a JSON object with items, unit_aliases and category_aliases.",
)  # fmt: skip
def command(catalog: TextIO) -> None:
    """Read a JSON array of messages ({id, text, context}) from stdin; print what each means as a JSON array."""
    index = _index(_read(catalog, MAX_CATALOGUE_CHARACTERS), catalog.name)
    messages = _read(sys.stdin, MAX_INPUT_CHARACTERS)
    if not isinstance(messages, list):
        raise click.UsageError("stdin: expected a JSON array of messages")
    answers = [_answer(index, message, at) for at, message in enumerate(messages, start=1)]
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    click.echo(text.encode("utf-8", "replace").decode("utf-8"))  # an id may hold half a surrogate pair


def _read(file: TextIO, limit: int) -> Any:
    name = "stdin" if file is sys.stdin else file.name
    try:
        text = file.read(limit + 1)
        if len(text) > limit:
            raise click.UsageError(f"{name}: larger than {limit} characters")
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{name}: not JSON in UTF-8: {error}") from error


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _index(catalogue: Any, name: str) -> Index:
    if not isinstance(catalogue, dict) or not isinstance(catalogue.get("items"), list):
        raise click.UsageError(f"{name}: expected an object with a list of items")
    try:
        return build(catalogue)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise click.UsageError(f"{name}: not a catalogue: {error!r}") from error


def _answer(index: Index, message: Any, at: int) -> dict[str, Any]:
    if not isinstance(message, dict) or not isinstance(message.get("text"), str):
        raise click.ClickException(f"message {at}: expected an object with a text")
    try:
        context = context_from(message.get("context"))
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise click.ClickException(f"message {at}: context is malformed: {error!r}") from error
    return {"id": message.get("id"), **_plain(understand(index, message["text"], context=context))}


def _plain(found: Understanding) -> dict[str, Any]:
    """The understanding as plain data; quantities are integers where they are whole."""
    question = found.question
    return {
        "kind": found.kind,
        "lines": [{**_quantities(line), "op": line.op, "reason": line.reason} for line in found.lines],
        "candidates": list(found.candidates),
        "unknown": list(found.unknown),
        "unread": list(found.unread),
        "action": found.action,
        "remove": list(found.remove),
        "cart": [_quantities(line) for line in found.cart] if found.cart is not None else None,
        "reason": found.reason,
        "question": None if question is None else _question(question.reason, question.qty, question.unit),
    }


def _quantities(line: ReadLine | CartLine) -> Mapping[str, Any]:
    return {"sku": line.sku, "qty": _number(line.qty), "unit": line.unit, "base_qty": _number(line.base_qty)}


def _question(reason: str, qty: Decimal | None, unit: str | None) -> Mapping[str, Any]:
    return {"reason": reason, "qty": None if qty is None else _number(qty), "unit": unit}


def _number(value: Decimal) -> int | float:
    """Quantities have at most a few decimals, which a float prints exactly."""
    return int(value) if value == int(value) else float(value)
