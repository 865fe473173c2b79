"""Papers that are no tax documents, and the links to documents that people were given."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Moment, PublicId, Shop, Whole, Word
from invoicing.tables import ORDER_CONFIRMATION, STATEMENT


class PaperOut(Answer):
    """A paper without what it prints."""

    id = PublicId("ppr")
    kind = Word((STATEMENT, ORDER_CONFIRMATION))
    name = fields.String()
    retailer_id = PublicId("ret")
    retailer = Shop()
    pdf_sha256 = fields.String(allow_none=True)
    created_at = Moment()


class PrintedOut(PaperOut):
    """A paper with all that it prints, as its drawing needs it."""

    content = fields.Dict()


class ShareOut(Answer):
    """A link that was given to people; not the address, which is nowhere kept."""

    id = fields.UUID()
    created_at = Moment()
    expires_at = Moment()
    revoked_at = Moment(allow_none=True)
    downloads = Whole()


class NewShareOut(ShareOut):
    """A link with its address, which is shown this once."""

    url = fields.String()


class RevokedOut(Answer):
    """How many links ended."""

    revoked = Whole()
