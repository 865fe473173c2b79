"""How the organisation works: a field for each setting, made of what its section says it may hold."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

import policy
from admin_api import setting_fields
from admin_api.answers import shape
from admin_api.answers.shape import Answer
from core.options import Day, Kind, Part, Several

ELSEWHERE = {"ladder", "logo"}  # told and changed at their own addresses


def _told(kind: Kind) -> fields.Field:
    if isinstance(kind, Part):
        return fields.Nested(
            _shape(f"{kind.of.__name__}Setting", kind.of.kinds(), kind.of.__doc__, is_empty=kind.optional)
        )
    if isinstance(kind, Several):
        return fields.List(_told(kind.of))
    made = shape.Day() if isinstance(kind, Day) else setting_fields.field(kind)
    made.allow_none = kind.optional
    return made


def _shape(name: str, kinds: Mapping[str, Kind], about: str | None, *, is_empty: bool = False) -> type[Answer]:
    """A shape with a field for each of these kinds; `is_empty`: or with none, while nobody has said anything."""
    made: dict[str, Any] = {one: _told(kind) for one, kind in kinds.items()}
    return type(f"{name}Out", (Answer,), {**made, "SOMETIMES": frozenset(made if is_empty else ()), "__doc__": about})


SettingsOut = _shape(
    "Settings",
    {name: kind for name, kind in policy.kinds().items() if name not in ELSEWHERE},
    "Every setting as it holds now. Times are local HH:MM, weekdays 0 (Monday) to 6.",
)


class LogoPictureOut(Answer):
    """The picture on papers (PNG, base64), and the name under which it is kept; null: none."""

    picture = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
