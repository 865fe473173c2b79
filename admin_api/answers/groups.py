"""Shops of one owner under one cap."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Minor, PublicId, Whole


class GroupOut(Answer):
    """A group and what its shops use of the cap."""

    id = PublicId("grp")
    name = fields.String()
    limit_minor = Minor()
    used_minor = Minor()
    version = Whole()
