"""Shapes that several operations share: strict input, money, pages of a list."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from core.errors import Invalid
from core.money import MAX_MINOR

Row = TypeVar("Row")

DEFAULT_LIMIT, MAX_LIMIT = 25, 100


class Strict(Schema):
    """Input: an unknown field is an error, never ignored."""

    class Meta:
        unknown = RAISE


class PositiveMinor(fields.Integer):
    """Money in minor units: a whole number above zero; decimals and strings are refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Range(min=1, max=MAX_MINOR))
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("Must be a whole number of minor units (paise), not a decimal or a text.")
        return super()._deserialize(value, attr, data, **kwargs)


class Text(fields.String):
    """Text of at most `longest` characters without control characters; `needed` refuses blanks."""

    def __init__(self, *, longest: int = 500, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(required=needed, validate=_clean_text(longest, needed), **kwargs)


class PageQuery(Strict):
    """How much of a list, and from where."""

    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(min=1, max=MAX_LIMIT))
    cursor = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


def page(rows: Sequence[Row], limit: int, key: Callable[[Row], str], show: Callable[[Row], Any]) -> dict[str, Any]:
    """A page from `limit + 1` fetched rows: the extra one only tells that there is more."""
    shown, more = rows[:limit], len(rows) > limit
    return {
        "data": [show(row) for row in shown],
        "has_more": more,
        "next_cursor": encode(key(shown[-1])) if more else None,
    }


def encode(position: str) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode(cursor: str | None) -> str | None:
    """The position behind a cursor. Raises Invalid."""
    if cursor is None:
        return None
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Invalid("The cursor is not one of ours: use next_cursor of the page before.") from error


def _clean_text(longest: int, needed: bool) -> Callable[[str], None]:
    def check(value: str) -> None:
        if needed and not value.strip():
            raise ValidationError("Must not be empty.")
        if len(value) > longest:
            raise ValidationError(f"Must have at most {longest} characters.")
        if any(ord(letter) < 32 and letter not in "\n\t" for letter in value) or "\x7f" in value:
            raise ValidationError("Must not contain control characters.")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValidationError("Must be valid Unicode text.") from error

    return check
