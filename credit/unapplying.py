"""An applied advance undone: the bill is open again, and the money is on account as it was. What is owed stays.

Whatever a bill earned by being settled goes with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core.errors import DomainError
from core.events import happened
from credit import accounts, advances, bills, days, payments
from credit.allocating import Allocated
from credit.events import CreditTakenBack
from credit.tables import Bill


class NothingApplied(DomainError):
    """No money on account was put to this bill, or it was taken off again."""

    code = "NOTHING_APPLIED"
    detail = "No money on account was put to this bill: what came for the bill itself is reversed as a payment."


@dataclass(frozen=True)
class TakenOff:
    """The bill, and what left it: parts below zero."""

    bill: Bill
    parts: Sequence[Allocated]


def undo(session: Session, bill_id: UUID, reason: str) -> TakenOff:
    """Put what was applied to a bill back on account, audited: the bill is open again. Locks the account row.

    Raises Invalid, NotFound, NothingApplied, and what bills.get raises.
    """
    reason = accounts.given(reason)
    retailer_id = bills.get(session, bill_id).retailer_id
    accounts.get(session, retailer_id, lock=True)
    refuse_refund(bills.get(session, bill_id))
    parts = take_off(session, retailer_id, bill_id, reason)
    if not parts:
        raise NothingApplied
    return TakenOff(bills.get(session, bill_id), parts)


def take_off(
    session: Session, retailer_id: UUID, bill_id: UUID, reason: str, on: date | None = None
) -> list[Allocated]:
    """The same as of a day (today), without the checks of a door; the caller holds the account's lock."""
    parts = advances.take_off(session, retailer_id, bill_id, reason, on or days.today(session))
    if payments.lose_discounts(session, parts, reason):
        happened(session, CreditTakenBack(retailer_id))
    return parts


def refuse_refund(bill: Bill) -> None:
    """What was paid back is not on account, until the refund is taken back. Raises NothingApplied."""
    if bill.kind == bills.REFUND:
        raise NothingApplied("This money was paid back: reverse the refund.")
