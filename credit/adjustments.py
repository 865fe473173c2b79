"""Adjustments: credits that are no money, each of a kind that says why, by somebody whose role may give it.

A commercial credit: it lowers what is owed and carries no tax. What a tax document must say (a return with GST) is said
by a credit note of the invoicing side.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core.errors import Forbidden, Invalid
from credit import accounts, bills, payments
from credit.allocating import BillShare, OverAllocated
from credit.payments import Receipt
from credit.tables import CREDIT

OWNER = frozenset({"owner"})
FOUNDERS = OWNER | {"admin"}
BOOKKEEPERS = FOUNDERS | {"accountant"}

MAY_GIVE = {
    "return": BOOKKEEPERS,
    "damage": BOOKKEEPERS,
    "short_supply": BOOKKEEPERS,
    "rate_difference": BOOKKEEPERS,
    "expiry": BOOKKEEPERS,
    "scheme_claim": FOUNDERS,
    "goodwill": FOUNDERS,
    "write_off": OWNER,
}
WRITE_OFF = "write_off"


@dataclass(frozen=True)
class Adjustment:
    """A credit to give. With `bill_id` it settles that bill first; `role` is the giver's; `on` None = today."""

    retailer_id: UUID
    kind: str
    amount_minor: int
    reason: str
    role: str
    bill_id: UUID | None = None
    on: date | None = None
    reference: str | None = None  # of the paper that says it


def create(session: Session, new: Adjustment) -> Receipt:
    """Give a credit: settles its bill, or the oldest ones; what is more stays on account. Locks the account, audited.

    Only open bills are written off, never more. Raises Invalid, Forbidden, NotFound, allocating.OverAllocated.
    """
    reason = accounts.given(new.reason)
    allow(new.kind, new.role)
    accounts.get(session, new.retailer_id, lock=True)
    return payments.record(
        session,
        payments.NewPayment(
            retailer_id=new.retailer_id,
            amount_minor=new.amount_minor,
            method=CREDIT,
            reference=new.reference,
            received_on=new.on,
            chosen=_chosen(session, new),
            kind=new.kind,
            note=reason,
            spread=new.bill_id is None,
            whole=new.kind == WRITE_OFF,
        ),
    )


def reverse(session: Session, adjustment_id: UUID, reason: str, role: str) -> Receipt:
    """Take a credit back, by a role that may give it: the same bills are open again. Raises like payments.reverse."""
    given = payments.get(session, adjustment_id)
    if given.kind == payments.PAYMENT:
        raise Invalid("This is a payment, not an adjustment.", field="adjustment_id")
    if given.kind in MAY_GIVE:
        allow(given.kind, role)
    return payments.reverse(session, adjustment_id, reason)


def allow(kind: str, role: str) -> None:
    """Refuse a kind that does not exist, and a role that may not give it. Raises Invalid, Forbidden."""
    if kind not in MAY_GIVE:
        raise Invalid(f"The kind is one of {', '.join(MAY_GIVE)}.", field="kind", value=kind)
    if role not in MAY_GIVE[kind]:
        raise Forbidden(f"An adjustment of this kind needs one of these roles: {', '.join(sorted(MAY_GIVE[kind]))}.")


def _chosen(session: Session, new: Adjustment) -> tuple[BillShare, ...]:
    """The bill's part of the credit. The rest of a return stays on account; a write-off has no rest."""
    if new.bill_id is None:
        return ()
    open_minor = bills.of(session, new.retailer_id, new.bill_id).open_minor
    if new.kind == WRITE_OFF and new.amount_minor > open_minor:
        raise OverAllocated(open_minor=open_minor, amount_minor=new.amount_minor)
    part_minor = min(new.amount_minor, open_minor)
    return ((new.bill_id, part_minor),) if part_minor > 0 else ()
