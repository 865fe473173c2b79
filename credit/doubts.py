"""What is probably a slip of whoever records money: a day that cannot be, cash of a moment ago, a used reference."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import db, ids
from core.errors import DomainError, Invalid
from credit import days
from credit.tables import POSTED, Bill, Payment

BEFORE_FIRST_BILL = timedelta(days=365)
CLAIMED_ELSEWHERE = "REFERENCE_CLAIMED_BY_ANOTHER_SHOP"


class LooksDouble(DomainError):
    """The same shop paid the same amount in cash a moment ago: perhaps two people recorded one payment."""

    code = "PAYMENT_LOOKS_DOUBLE"
    detail = (
        "The same amount in cash of this shop was recorded less than ten minutes ago. Is it another payment? Then send"
        " it again with confirm_duplicate: true and a new Idempotency-Key."
    )


def check_double(same_cash: UUID | None, is_meant: bool) -> None:
    """Ask once about equal cash. Raises LooksDouble."""
    if same_cash is not None and not is_meant:
        raise LooksDouble(payment_id=ids.public("pay", same_cash))


def received_on(session: Session, retailer_id: UUID, given: date | None, today: date) -> date:
    """The day on which money came, today when nobody says: none to come, and none long before there was a bill.

    Raises Invalid.
    """
    day = days.possible(given or today, "received_on")
    if day > today:
        raise Invalid("Money cannot be received in the future.", field="received_on", value=day.isoformat())
    if day < today - BEFORE_FIRST_BILL and day < _first_bill_on(session, retailer_id, today) - BEFORE_FIRST_BILL:
        raise Invalid(
            "This is more than a year before the shop's first bill.", field="received_on", value=day.isoformat()
        )
    return day


def _first_bill_on(session: Session, retailer_id: UUID, today: date) -> date:
    """The day of the shop's first bill; without one today, when it may get its first."""
    of_shop = (Bill.org_id == db.org_of(session), Bill.retailer_id == retailer_id)
    return session.scalar(select(func.min(Bill.bill_on)).where(*of_shop)) or today


def with_reference(session: Session, key: str | None) -> Payment | None:
    """The payment in the books that has this key of a reference (credit/references.py), whoever's it is."""
    same = (Payment.org_id == db.org_of(session), Payment.reference_key == key, Payment.status == POSTED)
    return session.scalars(select(Payment).where(*same).limit(1)).first() if key else None


def used_by(session: Session, new: Payment) -> dict[str, str | None]:
    """What a refusal tells of the payment that has the reference."""
    used, told = with_reference(session, new.reference_key), {"method": new.method, "reference": new.reference}
    if used is None:
        return told
    prefix = "pay" if used.kind == "payment" else "adj"
    return {**told, "payment_id": ids.public(prefix, used.id), "retailer_id": ids.public("ret", used.retailer_id)}
