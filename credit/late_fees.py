"""Late fees: simple interest on what is overdue, actual days over 365. Off by default; computed for showing, and
charged only when staff charges it.

Interest runs from the due date and the days of grace on, on what was owed each day (credit/owed_days.py): part payments
lower it from their day, and what is disputed bears none meanwhile. Nor does what money on account covers: whoever holds
a shop's money waits for none. Days on which money seemed to have come, and had not, bear interest. Charges bear none
themselves, nor does money that was paid back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db
from core.errors import DomainError, Forbidden
from credit import accounts, bills, days, numbers, owed_days
from credit.adjustments import FOUNDERS
from credit.arrangements import LateFee
from credit.owed_days import Move
from credit.settings import CreditSettings
from credit.tables import Bill

YEAR_DAYS = 365
NO_INTEREST = (bills.CHARGE, bills.REFUND)

_CHARGED = "SELECT coalesce(sum(amount_minor), 0)::bigint FROM late_fee WHERE org_id = %s AND bill_id = %s"


class NothingToCharge(DomainError):
    """Late fees are off, or the bill has none that was not charged already."""

    code = "NO_LATE_FEE"
    detail = "There is no late fee to charge: late fees are off, or the bill has none left."


@dataclass(frozen=True)
class Fee:
    """The interest of one bill until a day: all of it, what was charged of it, and what might be charged now."""

    bill_id: UUID
    reference: str
    due_on: date
    open_minor: int
    days_late: int
    accrued_minor: int
    charged_minor: int

    @property
    def due_minor(self) -> int:
        """What has not been charged yet."""
        return max(0, self.accrued_minor - self.charged_minor)


def interest(minor_days: int, rate_bps: int) -> int:
    """Simple interest on amounts times their days, at a yearly rate in hundredths of a percent; halves go up."""
    whole = 10_000 * YEAR_DAYS
    return (2 * minor_days * rate_bps + whole) // (2 * whole)


def of_shop(session: Session, retailer_id: UUID, as_of: date | None = None) -> list[Fee]:
    """The interest until the end of `as_of` (today when None) of every bill that is open now; nothing is written.

    A bill that was paid late is not listed, and can be charged all the same.
    """
    as_of = as_of or days.today(session)
    found = select(Bill).where(
        Bill.org_id == db.org_of(session),
        Bill.retailer_id == retailer_id,
        Bill.open_minor > 0,
        Bill.due_on < as_of,
        Bill.kind.not_in(NO_INTEREST),
    )
    late = session.scalars(found.order_by(Bill.due_on, Bill.id).execution_options(populate_existing=True)).all()
    moved = owed_days.moves(session, retailer_id, late[0].due_on) if late else ()
    fees = (of_bill(session, bill, as_of, moved) for bill in late)
    return [fee for fee in fees if fee.accrued_minor]


def of_bill(session: Session, bill: Bill, as_of: date, moved: Sequence[Move] | None = None) -> Fee:
    """The interest of one bill at the end of `as_of`; `moved` is what moved its shop's bills, when that was read."""
    terms = CreditSettings.current(session).late_fees
    begins = bill.due_on + timedelta(days=terms.grace_days)
    moved = owed_days.moves(session, bill.retailer_id, begins) if moved is None else moved
    minor_days = owed_days.minor_days(moved, bill, begins, as_of) if bill.kind not in NO_INTEREST else 0
    charged: int = db.execute(session, _CHARGED, (str(db.org_of(session)), str(bill.id))).scalar_one()
    return Fee(
        bill_id=bill.id,
        reference=bill.reference,
        due_on=bill.due_on,
        open_minor=bill.open_minor,
        days_late=days.overdue(bill.due_on, as_of),
        accrued_minor=interest(minor_days, terms.rate_bps),
        charged_minor=charged,
    )


def charge(session: Session, bill_id: UUID, reason: str, role: str) -> Bill:
    """Bill what has accrued on a late bill until today and was not charged yet; audited. Locks the account row.

    Raises Forbidden, Invalid, NotFound, NothingToCharge.
    """
    reason = accounts.given(reason)
    if role not in FOUNDERS:
        raise Forbidden("Late fees are charged by the owner or an admin.")
    accounts.get(session, bills.get(session, bill_id).retailer_id, lock=True)
    late, today = bills.get(session, bill_id), days.today(session)
    fee = of_bill(session, late, today)
    if not fee.due_minor:
        raise NothingToCharge
    posted = bills.post(
        session,
        bills.Posting(
            retailer_id=late.retailer_id,
            kind=bills.CHARGE,
            reference=numbers.take(session, numbers.LATE_FEE),
            bill_on=today,
            due_on=today,
            amount_minor=fee.due_minor,
            contra={"charges": fee.due_minor},
            reason=f"late fee on {late.reference}, without tax: {reason}",
        ),
    )
    session.add(
        LateFee(
            bill_id=late.id,
            charge_id=posted.id,
            amount_minor=fee.due_minor,
            through_on=today,
            created_at=clock.now(),
        )
    )
    session.flush()
    return posted
