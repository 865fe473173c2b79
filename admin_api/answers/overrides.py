"""Leave for one order to go past the rules."""

from marshmallow import fields

from admin_api.answers.orders import OrderOut
from admin_api.answers.shape import Answer, Minor, Moment, Person, PublicId, Shop, Word
from credit.tables import OVERRIDE_STATES


class OverrideOut(Answer):
    """An override: `by` asked for it, `approver` agreed, the same person where one is enough."""

    id = PublicId("ovr")
    retailer_id = PublicId("ret")
    retailer = Shop()
    order_id = PublicId("ord", attribute="reference_id")
    amount_minor = Minor()
    reason = fields.String()
    status = Word(OVERRIDE_STATES)
    requested_by = fields.String()
    by = Person("requested_by")
    approved_by = fields.String(allow_none=True)
    approver = Person("approved_by", allow_none=True)
    expires_at = Moment()


class GrantedOut(OverrideOut):
    """An override that may have placed its order."""

    order = fields.Nested(OrderOut, allow_none=True)
