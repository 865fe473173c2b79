"""May this order go on account? Every rule that says no, in the order in which they are told.

They judge the figures of an account as `standing` has them, and its terms. `judge` explains; `credit_reserve` enforces
the same in the WHERE of one UPDATE, by the largest order that `credit_standing` lets through. Cash is never blocked.

What a rule allows stands here in words too (`ALLOWS`), marked for the translators, though only chats say it: it is the
rule said once more, and who adds or changes one is to say so in the same place. Which sentence is told, in which
language and with which numbers, whoever speaks decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.errors import DomainError, Invalid
from core.i18n import N_, format_money
from core.money import MAX_MINOR
from credit import days, standing
from credit.standing import Standing

CREDIT, CASH = "CREDIT", "CASH"
NOT_GRANTED = "CREDIT_NOT_GRANTED"
PAUSED = "CREDIT_PAUSED"
BLOCKED = "ACCOUNT_BLOCKED"
OVERDUE = "OVERDUE_DAYS_EXCEEDED"
MAX_ORDER = "MAX_ORDER_VALUE_EXCEEDED"
LIMIT = "CREDIT_LIMIT_EXCEEDED"  # the shop's own limit, or the cap that it shares (facts: shared)
CODES = (NOT_GRANTED, PAUSED, BLOCKED, OVERDUE, MAX_ORDER, LIMIT)
KEPT_BY_LESS = frozenset({LIMIT, MAX_ORDER})  # a smaller order may keep to these


# What a rule allows, as the shop is told it in its language; the facts of a Reason fill in the numbers.
ALLOWS = {
    OVERDUE: N_("Bills may be open for %(max_outstanding_days)s days after their due date."),
    MAX_ORDER: N_("One order on credit may be up to %(max_order_minor)s."),
    LIMIT: N_("Your credit limit is %(limit_minor)s, of which %(available_minor)s is available."),
    PAUSED: N_("Credit is on hold at present."),
}


@dataclass(frozen=True)
class Reason:
    """One rule that says no: its code, an English sentence with the numbers, and the numbers themselves."""

    code: str
    detail: str
    value_minor: int | None = None
    limit_minor: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """`{code, detail, value_minor?, limit_minor?}` as the API answers it."""
        amounts = {"value_minor": self.value_minor, "limit_minor": self.limit_minor}
        shown = {name: amount for name, amount in amounts.items() if amount is not None}
        return {"code": self.code, "detail": self.detail, **shown}


@dataclass(frozen=True)
class Helps:
    """What would let the order through: a payment of so much, or the order trimmed to so much; None = would not."""

    pay_minor: int | None = None
    trim_to_minor: int | None = None

    def as_dict(self) -> dict[str, int | None]:
        """`{pay_minor, trim_to_minor}` as the API answers it."""
        return {"pay_minor": self.pay_minor, "trim_to_minor": self.trim_to_minor}


@dataclass(frozen=True)
class Verdict:
    """Allowed, or every reason why not, the first to be told first."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    helps: Helps = Helps()

    @property
    def reason(self) -> str | None:
        """The code of the first reason; None when allowed."""
        return self.reasons[0].code if self.reasons else None

    def as_dict(self) -> dict[str, Any]:
        """`{allowed, reason, reasons}` as the API answers it, with `helps` when it is a no."""
        told = {"allowed": self.allowed, "reason": self.reason, "reasons": [one.as_dict() for one in self.reasons]}
        return told if self.allowed else {**told, "helps": self.helps.as_dict()}


class Refused(DomainError):
    """The order may not go on account. `verdict` has every reason; code and detail are the first one's."""

    code = "CREDIT_REFUSED"
    detail = "This order may not go on account."

    def __init__(self, verdict: Verdict) -> None:
        first = verdict.reasons[0]
        self.verdict = verdict
        self.code = first.code
        super().__init__(first.detail, **first.facts)


def judge(session: Session, retailer_id: UUID, amount_minor: int, payment_mode: str = CREDIT) -> Verdict:
    """What the guardrails say to an order of this amount; changes nothing. Raises Invalid, NotFound."""
    if payment_mode not in (CREDIT, CASH):
        raise Invalid(f"The payment mode is CREDIT or CASH, not {payment_mode!r}.", field="payment_mode")
    if not 0 < amount_minor <= MAX_MINOR:
        raise Invalid("An order's amount is above zero.", field="order_amount_minor", value=amount_minor)
    stands = standing.of(session, retailer_id)
    return Verdict(True) if payment_mode == CASH else verdict(stands, amount_minor)


def verdict(stands: Standing, amount_minor: int) -> Verdict:
    """Every rule that says no, and what would help. Pure: the what-if asks it about other rules and other days."""
    reasons = tuple(failing(stands, amount_minor))
    return Verdict(not reasons, reasons, helping(stands, amount_minor, reasons))


def opened(stands: Standing) -> Standing:
    """The standing with what the next orders may take, or the rule that refuses even the smallest. Pure: for past days.

    What `credit_standing` says of today is the same.
    """
    reason = verdict(stands, 1).reason
    available = 0 if reason else min(_spaces(stands))
    largest = 0 if reason else min(_bounds(stands))
    return replace(stands, available_minor=available, largest_order_minor=largest, available_reason=reason)


def undecided(stands: Standing, amount_minor: int) -> Verdict:
    """A no for now: what decides changes faster than it can be read, so nothing counts as free."""
    is_shared = stands.shared_limit_minor is not None
    cap_minor = (stands.shared_limit_minor if is_shared else stands.limit_minor) or 0
    reason = Reason(
        LIMIT,
        f"The order is {_money(stands, amount_minor)}, and what is available changes at this moment: please try again.",
        amount_minor,
        cap_minor,
        {
            "amount_minor": amount_minor,
            "limit_minor": cap_minor,
            "shared": is_shared,
            "available_minor": 0,
            "shortfall_minor": amount_minor,
        },
    )
    return Verdict(False, (reason,))


def failing(stands: Standing, amount_minor: int) -> Iterator[Reason]:
    """Every rule that says no, in order: blocked, granted, paused, overdue days, order value, limit, shared limit."""
    if stands.blocked_for is not None:
        yield _stopped(BLOCKED, "The account is blocked", "block_reason", stands.blocked_for)
    if stands.limit_minor is None:
        yield Reason(NOT_GRANTED, "No credit has been granted to this account.", amount_minor)
    if stands.paused_for is not None:
        yield _stopped(PAUSED, "Credit is paused", "pause_reason", stands.paused_for)
    if stands.oldest_due_on is not None and stands.is_too_old:
        yield _overdue(stands, stands.oldest_due_on)
    most = stands.terms.max_order_minor
    if most is not None and amount_minor > most:
        yield _too_large(stands, amount_minor, most)
    yield from _beyond(stands, amount_minor)


def helping(stands: Standing, amount_minor: int, reasons: tuple[Reason, ...]) -> Helps:
    """The payment after which, and the amount to which trimmed, this order would be allowed.

    More than is owed is paid in advance: money on account widens what is available, and prepay works by nothing else.
    """
    codes = {reason.code for reason in reasons}
    pay = trim = None
    if codes and codes <= {LIMIT, OVERDUE}:
        missing = [amount_minor - space for space in _spaces(stands)]
        pay = max(*missing, stands.too_old_minor - stands.terms.tolerance_minor)
    if codes and codes <= KEPT_BY_LESS:
        fits = min(_bounds(stands))
        trim = fits if fits > 0 else None
    return Helps(pay, trim)


def _beyond(stands: Standing, amount_minor: int) -> Iterator[Reason]:
    own, *shared = _spaces(stands)
    if stands.limit_minor is not None and amount_minor > own:
        yield _over_limit(stands, amount_minor, stands.limit_minor)
    for space in shared:
        if amount_minor > space:
            yield _over_shared_limit(stands, amount_minor, space)


def _spaces(stands: Standing) -> list[int]:
    """What is left of the limit, and of the one that shops of one owner share; below zero after a cut."""
    own = (stands.limit_minor or 0) - stands.used_minor
    if stands.shared_limit_minor is None or stands.shared_used_minor is None:
        return [own]
    return [own, stands.shared_limit_minor - stands.shared_used_minor]


def _bounds(stands: Standing) -> list[int]:
    """What each rule that a smaller order can keep to lets through."""
    most = stands.terms.max_order_minor
    return [*_spaces(stands), *([] if most is None else [most])]


def _stopped(code: str, what: str, name: str, why: str) -> Reason:
    return Reason(code, f"{what}: {why}." if why else f"{what}.", facts={name: why})


def _overdue(stands: Standing, due_on: date) -> Reason:
    late, most = days.overdue(due_on, stands.today), stands.terms.max_outstanding_days
    return Reason(
        OVERDUE,
        f"Bill {stands.oldest_reference} is {late} days past due with {_money(stands, stands.oldest_minor or 0)} open;"
        f" at most {most} days are allowed.",
        facts={
            "bill_reference": stands.oldest_reference,
            "bill_open_minor": stands.oldest_minor,
            "due_on": due_on.isoformat(),
            "days_overdue": late,
            "max_outstanding_days": most,
            "too_old_minor": stands.too_old_minor,
            "tolerance_minor": stands.terms.tolerance_minor,
        },
    )


def _too_large(stands: Standing, amount_minor: int, most_minor: int) -> Reason:
    return Reason(
        MAX_ORDER,
        f"The order is {_money(stands, amount_minor)}; one order may be at most {_money(stands, most_minor)}.",
        amount_minor,
        most_minor,
        {"amount_minor": amount_minor, "max_order_minor": most_minor, "excess_minor": amount_minor - most_minor},
    )


def _over_limit(stands: Standing, amount_minor: int, limit_minor: int) -> Reason:
    space = limit_minor - stands.used_minor
    available, shortfall = max(0, space), amount_minor - space
    return Reason(
        LIMIT,
        f"The order is {_money(stands, amount_minor)}, and {_money(stands, available)} of the limit of"
        f" {_money(stands, limit_minor)} is available: {_money(stands, shortfall)} too much.",
        stands.used_minor + amount_minor,
        limit_minor,
        {
            "amount_minor": amount_minor,
            "limit_minor": limit_minor,
            "outstanding_minor": stands.outstanding_minor,
            "reserved_minor": stands.promised_minor,
            "uncleared_minor": stands.uncleared_minor,
            "available_minor": available,
            "shortfall_minor": shortfall,
        },
    )


def _over_shared_limit(stands: Standing, amount_minor: int, space: int) -> Reason:
    limit_minor = stands.shared_limit_minor or 0
    return Reason(
        LIMIT,
        f"The order is {_money(stands, amount_minor)}, and {_money(stands, max(0, space))} of the"
        f" {_money(stands, limit_minor)} that the owner's shops share is available:"
        f" {_money(stands, amount_minor - space)} too much.",
        limit_minor - space + amount_minor,
        limit_minor,
        {
            "amount_minor": amount_minor,
            "limit_minor": limit_minor,
            "shared": True,
            "available_minor": max(0, space),
            "shortfall_minor": amount_minor - space,
        },
    )


def _money(stands: Standing, amount_minor: int) -> str:
    return format_money(amount_minor, stands.currency, spoken="en")
