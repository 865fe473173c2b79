"""Shapes of answers, made of what a section says its fields may hold; setting_fields.py makes what is taken."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from admin_api import setting_fields
from admin_api.answers.shape import Answer, Day, Minor
from core import options
from core.options import Amount, Kind, Part, Several


def shape(
    name: str, kinds: Mapping[str, Kind], about: str | None, *, is_empty: bool = False, **more: Any
) -> type[Answer]:
    """A shape with a field for each of these kinds and `more`; `is_empty`: or with none, while nobody has said any."""
    made: dict[str, Any] = {**{one: told(kind) for one, kind in kinds.items()}, **more}
    return type(f"{name}Out", (Answer,), {**made, "SOMETIMES": frozenset(made if is_empty else ()), "__doc__": about})


def told(kind: Kind) -> fields.Field:
    """The field that tells a value of this kind."""
    if isinstance(kind, Part):
        return fields.Nested(
            shape(f"{kind.of.__name__}Setting", kind.of.kinds(), kind.of.__doc__, is_empty=kind.optional)
        )
    if isinstance(kind, Several):
        return fields.List(told(kind.of))
    made = _plain(kind)
    made.allow_none = kind.optional
    return made


def _plain(kind: Kind) -> fields.Field:
    if isinstance(kind, Amount):
        return Minor()
    return Day() if isinstance(kind, options.Day) else setting_fields.field(kind)
