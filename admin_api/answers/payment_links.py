"""Asking for money by a link, and what the gateways tell."""

from marshmallow import fields

from admin_api.answers.shape import Answer, Currency, Minor, Moment, PublicId, Shop, Word
from credit.online import LINK_STATES, OUTCOMES, PROVIDERS


class PaymentLinkOut(Answer):
    """A link; `payment_id` once it was paid."""

    id = PublicId("pln")
    retailer_id = PublicId("ret")
    retailer = Shop()
    provider = Word(PROVIDERS)
    reference = fields.String()
    amount_minor = Minor()
    currency = Currency()
    bill_id = PublicId("bil", allow_none=True)
    status = Word(LINK_STATES)
    provider_link_id = fields.String(allow_none=True)
    url = fields.String(allow_none=True)
    failure = fields.String(allow_none=True)
    payment_id = PublicId("pay", allow_none=True)
    created_at = Moment()


class GatewayEventOut(Answer):
    """An event, without its body: that names people."""

    id = PublicId("gev")
    gateway_id = PublicId("gwy")
    event_id = fields.String()
    kind = fields.String()
    outcome = Word(OUTCOMES)
    link_id = PublicId("pln", allow_none=True)
    payment_id = PublicId("pay", allow_none=True)
    provider_payment_id = fields.String(allow_none=True)
    amount_minor = Minor(allow_none=True)
    currency = fields.String(allow_none=True)
    detail = fields.String(allow_none=True)
    received_at = Moment()
