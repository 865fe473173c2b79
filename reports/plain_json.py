"""JSON whose amounts are exact: integers of minor units leave as numbers with at most two decimals, never as floats."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any


def rupees(amount_minor: int) -> Decimal:
    """Paise as rupees, without needless zeros: 3270, 131142.6, 24.05."""
    return trimmed(Decimal(amount_minor).scaleb(-2))


def trimmed(value: Decimal) -> Decimal:
    """The same number without zeros at its end."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def pieces(value: Any) -> Iterator[str]:
    """The value as JSON text; an object and the lists in it piece by piece, so that large ones are never one string."""
    if isinstance(value, dict):
        for number, (key, item) in enumerate(value.items()):
            yield f"{', ' if number else '{'}{json.dumps(key, ensure_ascii=False)}: "
            yield from _listed(item) if isinstance(item, list) else [text(item)]
        yield "}" if value else "{}"
    else:
        yield from _listed(value) if isinstance(value, list) else [text(value)]


def text(value: Any) -> str:
    """The value as JSON text; a Decimal is written as the number that it is."""
    if isinstance(value, dict):
        members = (f"{json.dumps(key, ensure_ascii=False)}: {text(item)}" for key, item in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(text, value))}]"
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def _listed(items: list[Any]) -> Iterator[str]:
    yield "["
    for number, item in enumerate(items):
        yield f", {text(item)}" if number else text(item)
    yield "]"
