"""Rules that stop credit orders: terms, verdicts, the ladder, and what other terms would have done."""

from marshmallow import fields

from admin_api.answers import kinds
from admin_api.answers.orders import HelpsOut, ReasonOut
from admin_api.answers.shape import Answer, Currency, Day, Minor, Moment, Person, PublicId, Rows, Shop, Whole, Word
from credit import guardrails, terms
from credit.accounts import Terms
from credit.rules import LEVELS, RULES
from credit.tables import STATUSES
from orders.tables import STATUSES as ORDER_STATUSES


class VerdictOut(Answer):
    """May an order go on account: every failing rule in order; `helps` when it is a no."""

    SOMETIMES = frozenset({"helps"})

    allowed = fields.Boolean()
    reason = Word(guardrails.CODES, allow_none=True)
    reasons = Rows(ReasonOut)
    helps = fields.Nested(HelpsOut)


TermsOut = kinds.shape(
    "Terms",
    Terms.kinds(),
    "The terms of an account; `version` is what a change must name.",
    group_id=PublicId("grp", allow_none=True),
    version=Whole(),
)


class ShopTermsOut(TermsOut):  # type: ignore[misc, valid-type]  # made where the terms are read
    """The terms of a shop."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    currency = Currency()


class TriedOut(Answer):
    """One rule of a level as it was tried: it fires from `threshold` on, unless the fact was acknowledged."""

    level = Word(LEVELS)
    rule = Word(RULES)
    value = Whole(allow_none=True)
    threshold = Whole()
    fired = fields.Boolean()
    acknowledged = fields.Boolean()


class TraceOut(TriedOut):
    """What stood behind a decision: a rule as it was tried, or who decided by hand (`rule` is then what they did)."""

    SOMETIMES = frozenset({"level", "value", "threshold", "acknowledged", "by", "reason"})

    rule = fields.String()
    by = Person("by")
    reason = fields.String()


class ChangedStatusOut(Answer):
    """A shop whose status an evaluation changed, and the rules that did it."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    status_before = Word(STATUSES)
    status_after = Word(STATUSES)
    fired = fields.List(fields.String())


class EvaluatedOut(Answer):
    """What applying the rules to every shop changed."""

    changed = Rows(ChangedStatusOut)


class AtRiskOut(Answer):
    """A shop that is watched or stopped, or about to be."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    code = fields.String()
    name = fields.String()
    status = Word(STATUSES)
    wanted_status = Word(STATUSES)
    source = fields.String(allow_none=True)
    currency = Currency()
    outstanding_minor = Minor()
    overdue_minor = Minor()
    limit_used_percent = Whole(allow_none=True)
    available_minor = Minor()
    available_reason = Word(guardrails.CODES, allow_none=True)
    fired = Rows(TriedOut)
    next_step = fields.String()
    next_step_on = Day(allow_none=True)


def _thresholds() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=Whole())


class LadderOut(Answer):
    """From which value on which rule fires, by level; a rule that is not named is off."""

    watch = _thresholds()
    pause = _thresholds()
    block = _thresholds()


TriedTermsOut = kinds.shape("TriedTerms", terms.tried(), "The terms that a replay compares.")


class JudgedOut(Answer):
    """How many orders terms allow and refuse, and by which rule first."""

    allowed = Whole()
    allowed_minor = Minor()
    refused = Whole()
    refused_minor = Minor()
    by_reason = fields.Dict(keys=fields.String(), values=Whole())


class OutcomeOut(Answer):
    """What terms say of one order."""

    allowed = fields.Boolean()
    reasons = Rows(ReasonOut)


class DifferenceOut(Answer):
    """An order that comes out otherwise, and what stood in the books a moment before it."""

    order_id = PublicId("ord")
    number = fields.String(allow_none=True)
    at = Moment()
    total_minor = Minor()
    happened = Word(ORDER_STATUSES)
    outstanding_minor = Minor()
    reserved_minor = Minor()
    now = fields.Nested(OutcomeOut)
    changed = fields.Nested(OutcomeOut)


class WhatIfOut(Answer):
    """The credit orders of the last days under today's terms and under others; `truncated`: there were more."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    currency = Currency()
    days = Whole()
    orders = Whole()
    truncated = fields.Boolean()
    terms = fields.Nested(TriedTermsOut)
    changed_terms = fields.Nested(TriedTermsOut)
    now = fields.Nested(JudgedOut)
    changed = fields.Nested(JudgedOut)
    differences = Rows(DifferenceOut)
