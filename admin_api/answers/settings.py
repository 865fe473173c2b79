"""How the organisation works: a field for each setting, made of what its section says it may hold."""

from marshmallow import fields

import policy
from admin_api.answers import kinds
from admin_api.answers.shape import Answer

ELSEWHERE = {"ladder", "logo"}  # told and changed at their own addresses

SettingsOut = kinds.shape(
    "Settings",
    {name: kind for name, kind in policy.kinds().items() if name not in ELSEWHERE},
    "Every setting as it holds now. Times are local HH:MM, weekdays 0 (Monday) to 6.",
)


class LogoPictureOut(Answer):
    """The picture on papers (PNG, base64), and the name under which it is kept; null: none."""

    picture = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
