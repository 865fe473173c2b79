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
    """The value as JSON text, piece by piece; a Decimal is written as the number that it is."""
    if isinstance(value, dict):
        yield from _joined("{", "}", (_member(key, item) for key, item in value.items()))
    elif isinstance(value, list | tuple):
        yield from _joined("[", "]", (pieces(item) for item in value))
    elif isinstance(value, Decimal):
        yield format(value, "f")
    else:
        yield json.dumps(value, ensure_ascii=False)


def _member(key: str, value: Any) -> Iterator[str]:
    yield json.dumps(key, ensure_ascii=False) + ": "
    yield from pieces(value)


def _joined(start: str, end: str, parts: Iterator[Iterator[str]]) -> Iterator[str]:
    yield start
    for number, part in enumerate(parts):
        if number:
            yield ", "
        yield from part
    yield end
