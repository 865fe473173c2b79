"""What credit should be, told once more in plain Python: dictionaries and sums, without a database, SQL or locks.

The state machine compares the real books with these after every step.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from credit import guardrails


@dataclass
class Bill:
    """Something owed. `key` is the order in which payments settle bills."""

    reference: str
    bill_on: date
    due_on: date
    open_minor: int

    @property
    def key(self) -> tuple[date, date, str]:
        return self.due_on, self.bill_on, self.reference


@dataclass
class Payment:
    """Money received: what each bill took, and what is left on account."""

    amount_minor: int
    method: str
    reference: str | None
    parts: dict[str, int]
    unapplied_minor: int
    is_posted: bool = True


@dataclass
class Order:
    """An order: its status in the words of the product."""

    status: str
    total_minor: int
    mode: str | None = None


@dataclass
class Promise:
    """So much until a day; what counts towards it came in since, and by then."""

    amount_minor: int
    on: date
    payments: list[Payment] = field(default_factory=list)


@dataclass
class Shop:
    """One retailer's account."""

    id: UUID
    limit_minor: int | None
    max_order_minor: int | None
    max_days: int | None
    credit_days: int
    is_paused: bool = False
    promise: Promise | None = None
    bills: dict[str, Bill] = field(default_factory=dict)
    payments: dict[UUID, Payment] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)

    @property
    def outstanding_minor(self) -> int:
        """Open bills less money on account."""
        owed = sum(bill.open_minor for bill in self.bills.values())
        return owed - sum(payment.unapplied_minor for payment in self.payments.values() if payment.is_posted)

    @property
    def reserved_minor(self) -> int:
        """What confirmed orders on account will come to."""
        return sum(one.total_minor for one in self.orders.values() if (one.status, one.mode) == ("confirmed", "CREDIT"))

    def open_bills(self) -> list[Bill]:
        """In the order in which payments settle them."""
        return sorted((bill for bill in self.bills.values() if bill.open_minor), key=lambda bill: bill.key)

    def refusals(self, amount_minor: int, today: date) -> list[str]:
        """Codes of every rule that says no to an order on account."""
        oldest = min((bill.due_on for bill in self.open_bills()), default=today)
        late = (today - oldest).days
        used = self.outstanding_minor + self.reserved_minor
        rules = {
            guardrails.NOT_GRANTED: self.limit_minor is None,
            guardrails.PAUSED: self.is_paused,
            guardrails.OVERDUE: self.max_days is not None and late > self.max_days,
            guardrails.MAX_ORDER: self.max_order_minor is not None and amount_minor > self.max_order_minor,
            guardrails.LIMIT: self.limit_minor is not None and used + amount_minor > self.limit_minor,
        }
        return [code for code, says_no in rules.items() if says_no]

    def bill(self, reference: str, amount_minor: int, today: date, days: int) -> None:
        """Owe more."""
        self.bills[reference] = Bill(reference, today, today + timedelta(days=days), amount_minor)

    def pay(self, amount_minor: int, chosen: dict[str, int]) -> tuple[dict[str, int], int]:
        """Settle named bills, then the oldest; returns what each took and what is left."""
        parts = dict(chosen)
        left = amount_minor - sum(chosen.values())
        for bill in self.open_bills():
            part = min(left, bill.open_minor - parts.get(bill.reference, 0))
            if part > 0:
                parts[bill.reference] = parts.get(bill.reference, 0) + part
                left -= part
        for reference, part in parts.items():
            self.bills[reference].open_minor -= part
        return parts, left

    def reverse(self, payment: Payment) -> None:
        """Owe again exactly what the payment settled."""
        payment.is_posted = False
        for reference, part in payment.parts.items():
            self.bills[reference].open_minor += part
        payment.unapplied_minor = 0

    def advances(self) -> list[Payment]:
        """Payments with money on account, oldest first."""
        return [payment for payment in self.payments.values() if payment.is_posted and payment.unapplied_minor]

    def apply_advances(self) -> dict[str, int]:
        """Put money on account to the oldest bills; returns what each got."""
        got: dict[str, int] = {}
        for payment in self.advances():
            for bill in self.open_bills():
                part = min(payment.unapplied_minor, bill.open_minor)
                if part:
                    payment.unapplied_minor -= part
                    bill.open_minor -= part
                    payment.parts[bill.reference] = payment.parts.get(bill.reference, 0) + part
                    got[bill.reference] = got.get(bill.reference, 0) + part
        return got

    def keep_promise(self, payment: Payment, today: date) -> None:
        """A promise is kept once enough has come in by its day."""
        if self.promise is None:
            return
        if today <= self.promise.on:
            self.promise.payments.append(payment)
        if sum(one.amount_minor for one in self.promise.payments if one.is_posted) >= self.promise.amount_minor:
            self.promise = None

    def told(self) -> dict[str, Any]:
        """What the account should say."""
        excess = self.outstanding_minor + self.reserved_minor - (self.limit_minor or 0)
        return {
            "outstanding_minor": self.outstanding_minor,
            "reserved_minor": self.reserved_minor,
            "allowance_minor": max(0, excess),
            "is_paused": self.is_paused,
            "has_promise": self.promise is not None,
            "open": {bill.reference: bill.open_minor for bill in self.open_bills()},
            "orders": {identifier: (one.status, one.total_minor) for identifier, one in self.orders.items()},
        }
