"""May this order go on account? Every rule that says no, in the order in which they are told.

`judge` explains; `reservations.reserve` enforces the same rules in the WHERE of one UPDATE. Cash is never blocked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from core.errors import DomainError, Invalid
from core.i18n import format_money
from core.money import MAX_MINOR
from credit import accounts, days, groups
from credit.accounts import Terms
from credit.tables import CreditAccount

CREDIT, CASH = "CREDIT", "CASH"
NOT_GRANTED = "CREDIT_NOT_GRANTED"
PAUSED = "CREDIT_PAUSED"
BLOCKED = "ACCOUNT_BLOCKED"
OVERDUE = "OVERDUE_DAYS_EXCEEDED"
MAX_ORDER = "MAX_ORDER_VALUE_EXCEEDED"
LIMIT = "CREDIT_LIMIT_EXCEEDED"  # the shop's own limit, or the cap that it shares (facts: shared)
CODES = (NOT_GRANTED, PAUSED, BLOCKED, OVERDUE, MAX_ORDER, LIMIT)

# What is on account (all that bills add up to beyond what is owed) settles the oldest bills first.
_OLD = """
SELECT coalesce(sum(left_minor) FILTER (WHERE due_on < %(day)s), 0)::bigint,
    (array_agg(reference ORDER BY due_on, bill_on, reference))[1], min(due_on),
    (array_agg(left_minor ORDER BY due_on, bill_on, reference))[1]
FROM (
    SELECT reference, due_on, bill_on,
        least(open_minor, sum(open_minor) OVER oldest - (sum(open_minor) OVER () - %(outstanding)s))::bigint
            AS left_minor
    FROM bill WHERE org_id = %(org)s AND retailer_id = %(retailer)s AND open_minor > 0
    WINDOW oldest AS (ORDER BY due_on, bill_on, reference, id)
) netted WHERE left_minor > 0
"""


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


@dataclass(frozen=True)
class Books:
    """The numbers that a verdict rests on. `promised_minor` is 0 when promises do not use up the limit.

    `too_old_minor` adds up what is open past the allowed days, and `oldest` is the bill due the longest:
    (reference, due date, open amount); money on account counts against the oldest bills first. `uncleared_minor` are
    cheques that lowered what is owed before the bank has paid.
    """

    outstanding_minor: int
    promised_minor: int
    too_old_minor: int = 0
    oldest: tuple[str, date, int] | None = None
    group_cap_minor: int | None = None
    group_used_minor: int = 0
    uncleared_minor: int = 0


@dataclass(frozen=True)
class Rules:
    """What holds for an account on a day: its terms, the limit of that day, and whether it is paused or blocked."""

    terms: Terms
    limit_minor: int | None
    currency: str
    today: date
    paused: str | None = None
    blocked: str | None = None


def judge(session: Session, retailer_id: UUID, amount_minor: int, payment_mode: str = CREDIT) -> Verdict:
    """What the guardrails say to an order of this amount; changes nothing. Raises Invalid, NotFound."""
    if payment_mode not in (CREDIT, CASH):
        raise Invalid(f"The payment mode is CREDIT or CASH, not {payment_mode!r}.", field="payment_mode")
    if not 0 < amount_minor <= MAX_MINOR:
        raise Invalid("An order's amount is above zero.", field="order_amount_minor", value=amount_minor)
    account = accounts.get(session, retailer_id)
    if payment_mode == CASH:
        return Verdict(True)
    rules = rules_of(session, account)
    return verdict(rules, books_of(session, account, rules.today), amount_minor)


def verdict(rules: Rules, books: Books, amount_minor: int) -> Verdict:
    """Every rule that says no, and what would help. Pure: the what-if asks it about other rules and other days."""
    reasons = tuple(failing(rules, books, amount_minor))
    return Verdict(not reasons, reasons, helping(rules, books, amount_minor, reasons))


def undecided(session: Session, account: CreditAccount, amount_minor: int) -> Verdict:
    """A no for now: what decides changes faster than it can be read, so nothing counts as free."""
    rules = rules_of(session, account)
    books = books_of(session, account, rules.today)
    cap_minor = books.group_cap_minor if books.group_cap_minor is not None else rules.limit_minor or 0
    reason = Reason(
        LIMIT,
        f"The order is {_money(rules, amount_minor)}, and what is available changes at this moment: please try again.",
        amount_minor,
        cap_minor,
        {
            "amount_minor": amount_minor,
            "limit_minor": cap_minor,
            "shared": books.group_cap_minor is not None,
            "available_minor": 0,
            "shortfall_minor": amount_minor,
        },
    )
    return Verdict(False, (reason,))


def rules_of(session: Session, account: CreditAccount) -> Rules:
    """The rules of an account today."""
    today, terms = days.today(session), accounts.terms_of(account)
    return Rules(
        terms,
        terms.limit_on(today),
        account.currency,
        today,
        (account.pause_reason or "") if account.paused_at else None,
        (account.block_reason or "") if account.blocked_at else None,
    )


def books_of(session: Session, account: CreditAccount, today: date) -> Books:
    """The numbers of an account now."""
    oldest, too_old_minor = _old_bills(session, account, today)
    stands = accounts.position_of(session, account)
    cap = groups.standing_of(session, account.group_id) if account.group_id else None
    return Books(
        stands.outstanding_minor,
        stands.exposure_minor - stands.outstanding_minor - stands.uncleared_minor,
        too_old_minor,
        oldest,
        cap.limit_minor if cap else None,
        cap.used_minor if cap else 0,
        stands.uncleared_minor,
    )


def failing(rules: Rules, books: Books, amount_minor: int) -> Iterator[Reason]:
    """Every rule that says no, in order: blocked, granted, paused, overdue days, order value, limit, group's cap."""
    if rules.blocked is not None:
        yield _stopped(BLOCKED, "The account is blocked", "block_reason", rules.blocked)
    if rules.limit_minor is None:
        yield Reason(NOT_GRANTED, "No credit has been granted to this account.", amount_minor)
    if rules.paused is not None:
        yield _stopped(PAUSED, "Credit is paused", "pause_reason", rules.paused)
    if books.oldest is not None and books.too_old_minor > rules.terms.tolerance_minor:
        yield _overdue(rules, books, books.oldest)
    if rules.terms.max_order_minor is not None and amount_minor > rules.terms.max_order_minor:
        yield _too_large(rules, amount_minor, rules.terms.max_order_minor)
    if rules.limit_minor is not None and amount_minor > _headroom(rules, books):
        yield _over_limit(rules, books, amount_minor, rules.limit_minor)
    if books.group_cap_minor is not None and books.group_used_minor + amount_minor > books.group_cap_minor:
        yield _over_cap(rules, books, amount_minor, books.group_cap_minor)


def helping(rules: Rules, books: Books, amount_minor: int, reasons: tuple[Reason, ...]) -> Helps:
    """The payment after which, and the amount to which trimmed, this order would be allowed.

    More than is owed is paid in advance: money on account widens what is available, and prepay works by nothing else.
    """
    codes = {reason.code for reason in reasons}
    spaces = [_headroom(rules, books)]
    if books.group_cap_minor is not None:
        spaces.append(books.group_cap_minor - books.group_used_minor)
    pay = trim = None
    if codes and codes <= {LIMIT, OVERDUE}:
        missing = [amount_minor - space for space in spaces]
        pay = max(*missing, books.too_old_minor - rules.terms.tolerance_minor)
    if codes and codes <= {LIMIT, MAX_ORDER}:
        most = rules.terms.max_order_minor
        fits = min(spaces if most is None else [*spaces, most])
        trim = fits if fits > 0 else None
    return Helps(pay, trim)


def _headroom(rules: Rules, books: Books) -> int:
    return (rules.limit_minor or 0) - books.outstanding_minor - books.promised_minor - books.uncleared_minor


def _old_bills(session: Session, account: CreditAccount, today: date) -> tuple[tuple[str, date, int] | None, int]:
    """The oldest open bill and the sum of those past the allowed days; nothing when age is no rule."""
    if account.max_outstanding_days is None:
        return None, 0
    latest = today - timedelta(days=account.max_outstanding_days)
    asked = {
        "org": str(db.org_of(session)),
        "retailer": str(account.retailer_id),
        "day": latest,
        "outstanding": account.outstanding_minor,
    }
    total, reference, due_on, open_minor = db.execute(session, _OLD, asked).one()
    return ((reference, due_on, open_minor) if reference is not None else None), total


def _stopped(code: str, what: str, name: str, why: str) -> Reason:
    return Reason(code, f"{what}: {why}." if why else f"{what}.", facts={name: why})


def _overdue(rules: Rules, books: Books, oldest: tuple[str, date, int]) -> Reason:
    reference, due_on, open_minor = oldest
    late, most = days.overdue(due_on, rules.today), rules.terms.max_outstanding_days
    return Reason(
        OVERDUE,
        f"Bill {reference} is {late} days past due with {_money(rules, open_minor)} open;"
        f" at most {most} days are allowed.",
        facts={
            "bill_reference": reference,
            "bill_open_minor": open_minor,
            "due_on": due_on.isoformat(),
            "days_overdue": late,
            "max_outstanding_days": most,
            "too_old_minor": books.too_old_minor,
            "tolerance_minor": rules.terms.tolerance_minor,
        },
    )


def _too_large(rules: Rules, amount_minor: int, most_minor: int) -> Reason:
    return Reason(
        MAX_ORDER,
        f"The order is {_money(rules, amount_minor)}; one order may be at most {_money(rules, most_minor)}.",
        amount_minor,
        most_minor,
        {"amount_minor": amount_minor, "max_order_minor": most_minor, "excess_minor": amount_minor - most_minor},
    )


def _over_limit(rules: Rules, books: Books, amount_minor: int, limit_minor: int) -> Reason:
    headroom = _headroom(rules, books)
    available, shortfall = max(0, headroom), amount_minor - headroom
    return Reason(
        LIMIT,
        f"The order is {_money(rules, amount_minor)}, and {_money(rules, available)} of the limit of"
        f" {_money(rules, limit_minor)} is available: {_money(rules, shortfall)} too much.",
        limit_minor - headroom + amount_minor,
        limit_minor,
        {
            "amount_minor": amount_minor,
            "limit_minor": limit_minor,
            "outstanding_minor": books.outstanding_minor,
            "reserved_minor": books.promised_minor,
            "uncleared_minor": books.uncleared_minor,
            "available_minor": available,
            "shortfall_minor": shortfall,
        },
    )


def _over_cap(rules: Rules, books: Books, amount_minor: int, cap_minor: int) -> Reason:
    free = cap_minor - books.group_used_minor
    return Reason(
        LIMIT,
        f"The order is {_money(rules, amount_minor)}, and {_money(rules, max(0, free))} of the"
        f" {_money(rules, cap_minor)} that the owner's shops share is available:"
        f" {_money(rules, amount_minor - free)} too much.",
        books.group_used_minor + amount_minor,
        cap_minor,
        {
            "amount_minor": amount_minor,
            "limit_minor": cap_minor,
            "shared": True,
            "available_minor": max(0, free),
            "shortfall_minor": amount_minor - free,
        },
    )


def _money(rules: Rules, amount_minor: int) -> str:
    return format_money(amount_minor, rules.currency, spoken="en")
