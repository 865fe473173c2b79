"""May this order go on account? Every rule that says no, in the order in which they are told.

`judge` explains; `reservations.reserve` enforces the same rules in the WHERE of one UPDATE. Cash is never blocked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db
from core.errors import DomainError, Invalid
from core.i18n import format_money
from core.money import MAX_MINOR
from credit import accounts, days
from credit.tables import Bill, CreditAccount

CREDIT, CASH = "CREDIT", "CASH"
NOT_GRANTED = "CREDIT_NOT_GRANTED"
PAUSED = "CREDIT_PAUSED"
BLOCKED = "ACCOUNT_BLOCKED"  # reserved for closed accounts; nothing sets it yet
OVERDUE = "OVERDUE_DAYS_EXCEEDED"
MAX_ORDER = "MAX_ORDER_VALUE_EXCEEDED"
LIMIT = "CREDIT_LIMIT_EXCEEDED"


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
class Verdict:
    """Allowed, or every reason why not, the first to be told first."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()

    @property
    def reason(self) -> str | None:
        """The code of the first reason; None when allowed."""
        return self.reasons[0].code if self.reasons else None

    def as_dict(self) -> dict[str, Any]:
        """`{allowed, reason, reasons}` as the API answers it."""
        return {"allowed": self.allowed, "reason": self.reason, "reasons": [one.as_dict() for one in self.reasons]}


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
    account = accounts.get(session, retailer_id)
    if payment_mode == CASH:
        return Verdict(True)
    reasons = tuple(failing(account, oldest_open(session, retailer_id), amount_minor, days.today(session)))
    return Verdict(not reasons, reasons)


def oldest_open(session: Session, retailer_id: UUID) -> Bill | None:
    """The open bill that has been due the longest."""
    found = (
        select(Bill)
        .where(Bill.org_id == db.org_of(session), Bill.retailer_id == retailer_id, Bill.open_minor > 0)
        .order_by(Bill.due_on, Bill.bill_on, Bill.reference)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return session.scalars(found).first()


def failing(account: CreditAccount, oldest: Bill | None, amount_minor: int, today: date) -> Iterator[Reason]:
    """Every rule that says no, in order: granted, paused, overdue days, order value, limit."""
    if account.limit_minor is None:
        yield Reason(NOT_GRANTED, "No credit has been granted to this account.", amount_minor)
    if account.paused_at is not None:
        yield _paused(account)
    if oldest is not None and _too_old(account, oldest, today):
        yield _overdue(account, oldest, today)
    if account.max_order_minor is not None and amount_minor > account.max_order_minor:
        yield _too_large(account, amount_minor, account.max_order_minor)
    if account.limit_minor is not None and amount_minor > accounts.position_of(account).headroom_minor:
        yield _over_limit(account, amount_minor, account.limit_minor)


def _too_old(account: CreditAccount, oldest: Bill, today: date) -> bool:
    return (
        account.max_outstanding_days is not None and days.overdue(oldest.due_on, today) > account.max_outstanding_days
    )


def _paused(account: CreditAccount) -> Reason:
    said = f": {account.pause_reason}" if account.pause_reason else ""
    return Reason(PAUSED, f"Credit is paused{said}.", facts={"pause_reason": account.pause_reason or ""})


def _overdue(account: CreditAccount, oldest: Bill, today: date) -> Reason:
    late = days.overdue(oldest.due_on, today)
    return Reason(
        OVERDUE,
        f"Bill {oldest.reference} is {late} days past due with {_money(account, oldest.open_minor)} open;"
        f" at most {account.max_outstanding_days} days are allowed.",
        facts={
            "bill_reference": oldest.reference,
            "bill_open_minor": oldest.open_minor,
            "due_on": oldest.due_on.isoformat(),
            "days_overdue": late,
            "max_outstanding_days": account.max_outstanding_days,
        },
    )


def _too_large(account: CreditAccount, amount_minor: int, most_minor: int) -> Reason:
    return Reason(
        MAX_ORDER,
        f"The order is {_money(account, amount_minor)}; one order may be at most {_money(account, most_minor)}.",
        amount_minor,
        most_minor,
        {"amount_minor": amount_minor, "max_order_minor": most_minor, "excess_minor": amount_minor - most_minor},
    )


def _over_limit(account: CreditAccount, amount_minor: int, limit_minor: int) -> Reason:
    stands = accounts.position_of(account)
    shortfall = amount_minor - stands.headroom_minor
    return Reason(
        LIMIT,
        f"The order is {_money(account, amount_minor)}, and {_money(account, stands.available_minor)} of the limit of"
        f" {_money(account, limit_minor)} is available: {_money(account, shortfall)} too much.",
        stands.outstanding_minor + stands.reserved_minor + amount_minor,
        limit_minor,
        {
            "amount_minor": amount_minor,
            "limit_minor": limit_minor,
            "outstanding_minor": stands.outstanding_minor,
            "reserved_minor": stands.reserved_minor,
            "available_minor": stands.available_minor,
            "shortfall_minor": shortfall,
        },
    )


def _money(account: CreditAccount, amount_minor: int) -> str:
    return format_money(amount_minor, account.currency, spoken="en")
