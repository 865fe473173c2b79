"""Shapes that several operations share: strict input, money, days, text, pages of a list."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from core.errors import Invalid
from core.money import MAX_MINOR
from credit import days

Row = TypeVar("Row")

DEFAULT_LIMIT, MAX_LIMIT = 25, 100
MAX_CURSOR = 200
MAX_ID = 40
MOST_QUANTITY = 10_000_000
NOT_OURS = "The cursor is not one of ours: use next_cursor of the page before."
TURNED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # text that reads as something else
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def _possible_day(value: date) -> None:
    if not days.EARLIEST <= value <= days.LATEST:
        raise ValidationError(f"Must lie between {days.EARLIEST} and {days.LATEST}.")


def _some_text(value: str) -> None:
    if not value.strip():
        raise ValidationError("Must not be empty.")


def _between(least: int, most: int) -> Callable[[Decimal], None]:
    def check(value: Decimal) -> None:
        if not least <= value <= most:
            raise ValidationError(f"Must lie between {least} and {most}.")

    return check


def _clean_text(value: str) -> None:
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in value):
        raise ValidationError("Must not contain control characters.")
    if not TURNED.isdisjoint(value):
        raise ValidationError("Must not contain characters that turn the direction of writing.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("Must be valid Unicode text.") from error


class Strict(Schema):
    """Input: an unknown field is an error, never ignored."""

    class Meta:
        unknown = RAISE


class Nothing(Strict):
    """No fields: an operation whose address says it all."""


class PositiveMinor(fields.Integer):
    """Money in minor units: a whole number above zero; decimals and strings are refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Range(min=1, max=MAX_MINOR))
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("Must be a whole number of minor units (paise), not a decimal or a text.")
        return super()._deserialize(value, attr, data, **kwargs)


def _thousandths(value: Decimal) -> None:
    if not 0 < value <= MOST_QUANTITY or value * 1000 % 1:
        raise ValidationError(f"Must be above 0, at most {MOST_QUANTITY}, with three decimals at most.")


class Thousandths(fields.Decimal):
    """How many of a unit, with three decimals at most."""

    def __init__(self, **kwargs: Any) -> None:
        limits = {"minimum": 0.001, "maximum": MOST_QUANTITY}  # for the description, where a Decimal would be a text
        super().__init__(places=None, validate=_thousandths, metadata=limits, **kwargs)


class Count(fields.Integer):
    """A whole number in a query: digits and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if not isinstance(value, str) or not _WHOLE.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Day(fields.Date):
    """A local date that business can be about."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=_possible_day, **kwargs)


class Quantity(fields.Decimal):
    """A quantity from `least` to `most`, exact."""

    def __init__(self, *, least: int, most: int, needed: bool = False, **kwargs: Any) -> None:
        bounds = {"minimum": least, "maximum": most}  # for the description, where a Decimal would be a text
        super().__init__(required=needed, places=None, validate=_between(least, most), metadata=bounds, **kwargs)


class Text(fields.String):
    """Text of at most `longest` characters without control characters; `needed` refuses blanks."""

    def __init__(self, *, longest: int = 500, needed: bool = False, **kwargs: Any) -> None:
        rules = [validate.Length(min=1 if needed else None, max=longest), _clean_text]
        super().__init__(required=needed, validate=[*rules, _some_text] if needed else rules, **kwargs)


class Id(fields.String):
    """A public id; whether it names anything of ours is asked of the database."""

    def __init__(self, *, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(required=needed, validate=[validate.Length(min=1, max=MAX_ID), _clean_text], **kwargs)


class PageQuery(Strict):
    """How much of a list, and from where."""

    limit = Count(load_default=DEFAULT_LIMIT, validate=validate.Range(min=1, max=MAX_LIMIT))
    cursor = Text(longest=MAX_CURSOR, load_default=None, allow_none=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, or all of one that is short enough to be told at once."""

    data: Sequence[Any]
    has_more: bool = False
    next_cursor: str | None = None


def page(
    rows: Sequence[Row], limit: int, key: Callable[[Row], str], show: Callable[[Row], Any] = lambda row: row
) -> Listed:
    """A page from `limit + 1` fetched rows: the extra one only tells that there is more."""
    shown, more = rows[:limit], len(rows) > limit
    return Listed([show(row) for row in shown], more, encode(key(shown[-1])) if more else None)


def encode(position: str) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode(cursor: str | None) -> str | None:
    """The position behind a cursor. Raises Invalid."""
    if cursor is None:
        return None
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Invalid(NOT_OURS) from error
    if "\0" in position:  # codes may hold joiners of Indian scripts, which do not print
        raise Invalid(NOT_OURS)
    return position
