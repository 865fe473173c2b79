"""Credit as founders see it: the dashboard, one shop's profile and statement, whether it may take more."""

from typing import Any

from marshmallow import fields

from admin_api.answers.guardrails import TermsOut, TraceOut, TriedOut, VerdictOut
from admin_api.answers.shape import Answer, Currency, Day, Minor, Moment, Person, PublicId, Rows, Shop, Whole, Word
from credit.guardrails import CODES
from credit.tables import METHODS, PAYMENT_STATES, STATUSES
from parties.tables import RETAILER_STATES
from reports import risk

STOPS = ("paused", "blocked")  # what credit may have stopped, whatever the shop's own status


class BucketOut(Answer):
    """What is so old, and of how many shops."""

    name = fields.String()
    amount_minor = Minor()
    retailers = Whole()


class AttentionOut(Answer):
    """A shop to look at: why, and what happens by itself next."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    name = fields.String()
    outstanding_minor = Minor()
    overdue_minor = Minor()
    oldest_overdue_days = Whole()
    limit_used_percent = Whole(allow_none=True)
    reasons = fields.List(Word(risk.REASONS))
    fired = Rows(TriedOut)
    next_step = fields.String()
    next_step_on = Day(allow_none=True)


class DashboardOut(Answer):
    """Open bills by age, and the shops to look at, at the end of a day.

    The buckets add up to `open_minor`; `outstanding_minor` is that less money on account, and so is `overdue_minor` of
    what is past due.
    """

    as_of_on = Day()
    currency = Currency()
    open_minor = Minor()
    on_account_minor = Minor()
    outstanding_minor = Minor()
    overdue_minor = Minor()
    buckets = Rows(BucketOut)
    attention = Rows(AttentionOut)


class OpenBillOut(Answer):
    """A bill that is not settled yet."""

    bill_id = PublicId("bil")
    invoice_number = fields.String()
    bill_on = Day()
    due_on = Day()
    amount_minor = Minor()
    open_minor = Minor()
    days_overdue = Whole()


class LastPaymentOut(Answer):
    """A payment as it stood on the day of the profile."""

    id = PublicId("pay")
    amount_minor = Minor()
    unapplied_minor = Minor()
    method = Word(METHODS)
    reference = fields.String(allow_none=True)
    receipt_number = fields.String(allow_none=True)
    received_on = Day()
    status = Word(PAYMENT_STATES)


class TermsThenOut(TermsOut):
    """The terms that held on the day of a profile; of a past day what the audit trail has of them, so perhaps none."""

    SOMETIMES = frozenset(TermsOut._declared_fields)


class Recorded(fields.Nested):
    """What the API tells of a record that may hold more."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        told = {name: value[name] for name in self.schema.fields if name in value}
        return super()._serialize(told, attr, obj, **kwargs)


class ProfileOut(Answer):
    """One shop's credit on a day. `credit_status` and the terms are unknown on a day before its account was opened.

    `available_minor` is 0 while not even the smallest order would be taken; then `available_reason` is the rule.
    """

    retailer_id = PublicId("ret")
    retailer = Shop()
    code = fields.String()
    name = fields.String()
    status = Word((*RETAILER_STATES, *STOPS))
    credit_status = Word(STATUSES, allow_none=True)
    as_of_on = Day()
    currency = Currency()
    limit_minor = Minor(allow_none=True)
    open_minor = Minor()
    on_account_minor = Minor()
    outstanding_minor = Minor()
    overdue_minor = Minor()
    disputed_minor = Minor()
    reserved_minor = Minor()
    uncleared_minor = Minor()
    available_minor = Minor()
    available_reason = Word(CODES, allow_none=True)
    paused_at = Moment(allow_none=True)
    pause_reason = fields.String(allow_none=True)
    paused_by = Person("paused_by", allow_none=True)
    open_bills = Rows(OpenBillOut)
    last_payments = Rows(LastPaymentOut)
    guardrails = Recorded(TermsThenOut)


class MovementOut(Answer):
    """One movement of a statement, with the balance after it."""

    on = Day()
    kind = fields.String()
    reference = fields.String()
    receipt_number = fields.String(allow_none=True)
    method = Word(METHODS, allow_none=True)
    due_on = Day(allow_none=True)
    note = fields.String()
    debit_minor = Minor()
    credit_minor = Minor()
    balance_minor = Minor()


class StatementOut(Answer):
    """Every movement of a period."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    code = fields.String()
    name = fields.String()
    currency = Currency()
    from_on = Day()
    to_on = Day()
    opening_minor = Minor()
    debits_minor = Minor()
    credits_minor = Minor()
    closing_minor = Minor()
    open_minor = Minor()
    on_account_minor = Minor()
    outstanding_minor = Minor()
    disputed_minor = Minor()
    lines = Rows(MovementOut)


class DecisionOut(Answer):
    """A decision about a shop's status, and the rules behind it."""

    at = Moment()
    cause = fields.String()
    status_before = Word(STATUSES)
    status_after = Word(STATUSES)
    trace = Rows(TraceOut)


class EvaluationOut(VerdictOut):
    """May this shop take anything on account now, why it has its status, and what comes next."""

    retailer_id = PublicId("ret")
    retailer = Shop()
    currency = Currency()
    available_minor = Minor()
    available_reason = Word(CODES, allow_none=True)
    largest_order_minor = Minor()
    status = Word(STATUSES)
    since_at = Moment(allow_none=True)
    source = fields.String(allow_none=True)
    status_reason = fields.String(allow_none=True)
    wanted_status = Word(STATUSES)
    trace = Rows(TriedOut)
    next_step = fields.String()
    next_step_on = Day(allow_none=True)
    decisions = Rows(DecisionOut)
