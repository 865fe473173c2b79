"""The settings as the API takes, checks and describes them: a field is made of what its section says it may hold."""

from collections.abc import Callable, Collection, Mapping
from functools import singledispatch
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from admin_api import shapes
from admin_api.shapes import Strict, Text
from core.errors import Invalid
from core.options import CLOCK_TIME, Amount, ClockTime, Day, Flag, Kind, OneOf, Part, Several, Whole, Written


def schema(name: str, kinds: Mapping[str, Kind], needed: Collection[str] = (), **others: Any) -> type[Schema]:
    """A strict schema with one field for each of these kinds."""
    made = {one: field(kind) for one, kind in kinds.items()}
    for one, kind in kinds.items():
        made[one].required = one in needed
        made[one].allow_none = kind.optional and not isinstance(kind, Part)  # an optional part is empty, never null
    return type(name, (Strict,), {**made, **others})


@singledispatch
def field(kind: Kind) -> fields.Field:
    """The field that takes values of this kind."""
    raise TypeError(f"No field takes {kind}.")


@field.register
def _whole(kind: Whole) -> fields.Field:
    return fields.Integer(strict=True, validate=validate.Range(min=kind.least, max=kind.most))


@field.register
def _amount(kind: Amount) -> fields.Field:
    return shapes.PositiveMinor(validate=validate.Range(min=kind.least, max=kind.most))


@field.register
def _flag(_kind: Flag) -> fields.Field:
    return fields.Boolean(truthy={True}, falsy={False})


@field.register
def _one_of(kind: OneOf) -> fields.Field:
    rule = validate.OneOf(list(kind.values))
    is_number = all(isinstance(value, int) for value in kind.values)
    return fields.Integer(strict=True, validate=rule) if is_number else fields.String(validate=rule)


@field.register
def _clock_time(_kind: ClockTime) -> fields.Field:
    rule = validate.Regexp(rf"{CLOCK_TIME.pattern}\Z", error="Write HH:MM.")
    return fields.String(validate=rule, metadata={"pattern": f"^{CLOCK_TIME.pattern}$"})  # as a description may have it


@field.register
def _day(_kind: Day) -> fields.Field:
    return shapes.Day()


@field.register
def _text(kind: Written) -> fields.Field:
    made = Text(longest=kind.longest, needed=kind.needed)
    made.validators.append(_fits(kind))
    return made


@field.register
def _several(kind: Several) -> fields.Field:
    rules = [validate.Length(max=kind.most), *([_each_once] if kind.is_set else [])]
    return fields.List(field(kind.of), validate=rules)


@field.register
def _part(kind: Part) -> fields.Field:
    section = kind.of

    def goes_together(_schema: Schema, data: dict[str, Any], **_: Any) -> None:
        if kind.optional and not data:
            return  # as it is told where there is none
        try:
            section.given(data)
        except Invalid as error:
            raise ValidationError(error.detail, error.facts.get("field", "_schema")) from error

    others = {"__doc__": section.__doc__, "goes_together": validates_schema(goes_together)}
    needed = () if kind.optional else section.needed()
    return fields.Nested(schema(f"{section.__name__}In", section.kinds(), needed, **others))


def _fits(kind: Kind) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        wrong = kind.problem(value)
        if wrong:
            raise ValidationError(wrong)

    return check


def _each_once(values: list[Any]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("Name each once.")
