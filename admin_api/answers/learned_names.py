"""What a shop calls a product."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Moment, PublicId, Whole
from orders import learning


class LearnedNameOut(Answer):
    """A name and what it means."""

    id = PublicId(learning.PREFIX)
    said = fields.String()
    sku = fields.String()
    product = fields.String()
    uses = Whole()
    used_at = Moment()
    applies = fields.Boolean()
