"""What happens to a shop's credit, as values; what follows from each stands in consequences/following.py."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RoomMade:
    """More may fit on account than before: of a shop, of a group of shops, or, with neither, of anybody.

    Whatever may make room says so, and need not know whether it did. `is_judged`: the rules of the status ladder have
    looked at it already.
    """

    retailer_id: UUID | None = None
    group_id: UUID | None = None
    is_judged: bool = False


@dataclass(frozen=True, slots=True)
class PaymentTaken:
    """Money came in and was booked. `outstanding_minor` is what the shop owes after it."""

    payment_id: UUID
    retailer_id: UUID
    amount_minor: int
    currency: str
    method: str
    received_on: date
    outstanding_minor: int
    receipt_number: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentTakenBack:
    """A payment was taken out of the books again."""

    payment_id: UUID
    retailer_id: UUID
    amount_minor: int
    currency: str
    method: str
    received_on: date
    outstanding_minor: int
    receipt_number: str | None = None


@dataclass(frozen=True, slots=True)
class RefundPaid:
    """Money on account was paid back. `outstanding_minor` is what the shop owes after it."""

    refund_id: UUID
    retailer_id: UUID
    amount_minor: int
    currency: str
    method: str
    paid_on: date
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class RefundTakenBack:
    """Money that was paid back is on account again."""

    refund_id: UUID
    retailer_id: UUID
    amount_minor: int
    currency: str
    method: str
    paid_on: date
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """Money that was counted on is none: a payment was reversed, a cheque bounced or given back (`cause`)."""

    retailer_id: UUID
    cause: str


@dataclass(frozen=True, slots=True)
class CreditTakenBack:
    """A credit that is no money was taken back by itself, without the paper that says it."""

    retailer_id: UUID


@dataclass(frozen=True, slots=True)
class CreditStopped:
    """Nothing new goes on account: paused or blocked, by staff or by a rule."""

    retailer_id: UUID


@dataclass(frozen=True, slots=True)
class CreditOpened:
    """The last stop was lifted, by staff or by a rule."""

    retailer_id: UUID


@dataclass(frozen=True, slots=True)
class OverrideApproved:
    """One order may go past the rules."""

    override_id: UUID


@dataclass(frozen=True, slots=True)
class DisputeEnded:
    """A dispute about a bill ended."""

    dispute_id: UUID


@dataclass(frozen=True, slots=True)
class ClaimDeclined:
    """A payment that a shop told of is not in the bank."""

    claim_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentLinkMade:
    """A payment link has its address and can be paid."""

    link_id: UUID
