"""An order with its lines, and what it says of its bill."""

from marshmallow import fields

from admin_api.answers.invoices import CautionOut
from admin_api.answers.shape import (
    Answer,
    Currency,
    Day,
    Measure,
    Milli,
    Minor,
    Moment,
    PublicId,
    Rows,
    Shop,
    Whole,
    Word,
)
from orders.order import SOURCES
from orders.tables import MODES, STATUSES


class OrderLineOut(Answer):
    """One product of an order: `price_minor` is of a base unit, `free_qty` comes on top in base units."""

    sku = fields.String()
    name = fields.String()
    qty = Measure()
    unit = fields.String()
    base_qty = Measure()
    base_unit = fields.String()
    free_qty = Measure()
    price_minor = Minor()
    list_price_minor = Minor(allow_none=True)
    rate_bps = Whole()
    taxable_minor = Minor()
    tax_minor = Minor()
    total_minor = Minor()


class ShortOut(Answer):
    """What falls short of a wish, in base units."""

    sku = fields.String()
    name = fields.String()
    wanted = Milli(attribute="wanted_milli")
    given = Milli(attribute="given_milli")
    base_unit = fields.String()


class ConsigneeOut(Answer):
    """Who gets the goods."""

    name = fields.String()
    address = fields.String()
    state_code = fields.String(allow_none=True)
    gstin = fields.String(allow_none=True)


class BillingOut(Answer):
    """What the order says of its bill beside the goods; what was not said is not there."""

    SOMETIMES = frozenset({"po_number", "po_on", "ship_to", "discount_bps", "discount_minor", "reverse_charge"})

    po_number = fields.String()
    po_on = Day()
    ship_to = fields.Nested(ConsigneeOut)
    discount_bps = Whole()
    discount_minor = Minor()
    reverse_charge = fields.Boolean()


class ReasonOut(Answer):
    """A rule that refused, with its numbers where it has some."""

    SOMETIMES = frozenset({"value_minor", "limit_minor"})

    code = fields.String()
    detail = fields.String()
    value_minor = Minor()
    limit_minor = Minor()


class HelpsOut(Answer):
    """What would let an order through: a payment of so much, or the order trimmed to so much; null: that would not."""

    pay_minor = Minor(allow_none=True)
    trim_to_minor = Minor(allow_none=True)


class FailureOut(Answer):
    """Why an order was refused, held or called off, as it was told then.

    A refusal by the rules of credit has a verdict's fields; one by another rule has the `facts` that decided.
    """

    SOMETIMES = frozenset({"detail", "allowed", "reason", "reasons", "helps", "facts"})

    code = fields.String()
    detail = fields.String()
    allowed = fields.Boolean()
    reason = fields.String(allow_none=True)
    reasons = Rows(ReasonOut)
    helps = fields.Nested(HelpsOut)
    facts = fields.Dict()


class OrderOut(Answer):
    """An order. `shorts` says what was wanted and is not there."""

    id = PublicId("ord")
    number = fields.String(allow_none=True)
    retailer_id = PublicId("ret")
    retailer = Shop()
    status = Word(STATUSES)
    payment_mode = Word(MODES, allow_none=True)
    currency = Currency()
    total_minor = Minor()
    source = Word(SOURCES)
    failure = fields.Nested(FailureOut, allow_none=True)
    invoice_id = PublicId("inv", allow_none=True)
    created_at = Moment()
    confirmed_at = Moment(allow_none=True)
    deliver_on = Day(allow_none=True)
    delivery_address = fields.String()
    note = fields.String()
    billing = fields.Nested(BillingOut)
    price_class = fields.String()
    shorts = Rows(ShortOut)
    lines = Rows(OrderLineOut)


class NewOrderOut(OrderOut):
    """An order as it was placed, with what about its delivery deserves a look."""

    warnings = Rows(CautionOut)


class DispatchedOut(OrderOut):
    """An order whose goods left. `notified` is false when the shop gets no message: hand over the paper."""

    notified = fields.Boolean()


class ExpiredOut(Answer):
    """How many orders nobody had confirmed for a day."""

    expired = Whole()
