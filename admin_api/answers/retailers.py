"""A shop."""

from marshmallow import fields

from admin_api.answers.shape import Answer, PublicId, Word
from core import i18n
from parties.tables import RETAILER_STATES


class RetailerOut(Answer):
    """A shop as it is known."""

    id = PublicId("ret")
    code = fields.String()
    name = fields.String()
    phone = fields.String()
    language = Word(i18n.LANGUAGES)
    status = Word(RETAILER_STATES)
    gstin = fields.String(allow_none=True)
    state_code = fields.String(allow_none=True)
    address = fields.String()
    price_class = fields.String()
    route = fields.String()
    sez = fields.Boolean()
