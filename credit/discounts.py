"""Cash discount: a commercial credit for settling a whole bill soon. No tax changes, and it goes with what settled it.

It is a share of what the bill came to after returns and other credits: what was given back is not paid soon.
The organisation's setting `cash_discount` names the percentage (in hundredths of a percent) and the days.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import db, ids
from core.errors import DomainError, Forbidden
from credit import accounts, bills, payments
from credit.adjustments import BOOKKEEPERS
from credit.payments import Receipt
from credit.settings import CreditSettings
from credit.tables import CREDIT, Bill

CASH_DISCOUNT = "cash_discount"

_PAID = """
SELECT max(received_on) FILTER (WHERE kind = 'payment') AS paid_on,
    coalesce(bool_or(kind = 'cash_discount'), false) AS is_given,
    coalesce(bool_or(kind = 'dispute'), false) AS is_contested,
    coalesce(sum(minor) FILTER (WHERE kind NOT IN ('payment', 'opening', 'cash_discount', 'dispute')), 0)::bigint
        AS credited_minor
FROM (
    SELECT p.kind, p.received_on, sum(a.amount_minor) AS minor
    FROM allocation a JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id
    WHERE a.org_id = %s AND a.bill_id = %s AND p.status = 'posted'
    GROUP BY p.id, p.kind, p.received_on HAVING sum(a.amount_minor) > 0
) settled
"""


class DiscountNotEarned(DomainError):
    """The bill was not settled in full, less the discount, by the day; or it had its discount, or is contested."""

    code = "DISCOUNT_NOT_EARNED"
    detail = "The cash discount is for bills that are paid in full by their discount day."


@dataclass(frozen=True)
class Offer:
    """What paying soon is worth: the discount, until when, and what must still be paid for it."""

    amount_minor: int
    until_on: date
    missing_minor: int
    is_earned: bool


def offer(session: Session, bill: Bill) -> Offer:
    """What the cash discount of this bill is, and whether it is earned. What is contested of it is not settled."""
    terms = CreditSettings.current(session).cash_discount
    until_on = bill.bill_on + timedelta(days=terms.within_days)
    done = db.execute(session, _PAID, (str(db.org_of(session)), str(bill.id))).one()
    worth_minor = bill.amount_minor - done.credited_minor
    amount_minor = (worth_minor * terms.percent_bps + 5_000) // 10_000  # half up
    missing_minor = max(0, bill.open_minor - amount_minor)
    in_time = done.paid_on is not None and done.paid_on <= until_on
    settles = bill.open_minor > 0 and missing_minor == 0
    is_earned = bool(amount_minor) and in_time and settles and not done.is_given and not done.is_contested
    return Offer(amount_minor, until_on, missing_minor, is_earned)


def grant(session: Session, bill_id: UUID, reason: str, role: str, reference: str | None = None) -> Receipt:
    """Give the discount that a bill has earned, under the number of its paper; audited. Locks the account row.

    Raises Forbidden, Invalid, NotFound, DiscountNotEarned (with what is missing and until when).
    """
    reason = accounts.given(reason)
    if role not in BOOKKEEPERS:
        raise Forbidden("A cash discount is given by bookkeeping.")
    accounts.get(session, bills.get(session, bill_id).retailer_id, lock=True)
    bill = bills.get(session, bill_id)
    found = offer(session, bill)
    if not found.is_earned:
        raise DiscountNotEarned(
            bill_id=ids.public("bil", bill_id),
            discount_minor=found.amount_minor,
            missing_minor=found.missing_minor,
            until_on=found.until_on.isoformat(),
        )
    return payments.record(
        session,
        payments.NewPayment(
            retailer_id=bill.retailer_id,
            amount_minor=bill.open_minor,
            method=CREDIT,
            reference=reference,
            chosen=((bill_id, bill.open_minor),),
            kind=CASH_DISCOUNT,
            note=reason,
            spread=False,
        ),
    )
