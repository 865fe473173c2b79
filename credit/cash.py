"""Cash above what the law allows to take from one person: taken all the same, but never without a warning.

India: two lakh rupees or more from one person in a day, or for one transaction (Income-tax Act 1961, s. 269ST).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

import countries
from core import db, ids
from core.i18n import format_money
from credit.allocating import Allocated
from credit.settings import CreditSettings
from credit.tables import Payment
from parties import tasks

CASH = "cash"
WARNING = "CASH_OVER_STATUTORY_LIMIT"

_OF_BILLS = """
SELECT a.bill_id, sum(a.amount_minor)::bigint
FROM allocation a JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id AND p.method = 'cash'
WHERE a.org_id = %s AND a.bill_id = ANY(%s::uuid[]) GROUP BY a.bill_id
"""


def reached(session: Session, of_day_minor: int, applied: Sequence[Allocated], limit_minor: int | None) -> int | None:
    """The cash of a day, or of one of these bills with what is applied now, when it reaches the limit; else None.

    A bill below the limit cannot take as much, so only larger ones are asked about.
    """
    if limit_minor is None:
        return None
    large = [one for one in applied if one.bill_minor is None or one.bill_minor >= limit_minor]
    before = dict[UUID, int]()
    if large:
        named = [str(one.bill_id) for one in large]
        before = {row[0]: row[1] for row in db.execute(session, _OF_BILLS, (str(db.org_of(session)), named))}
    most_minor = max(of_day_minor, *(before.get(one.bill_id, 0) + one.amount_minor for one in large), 0)
    return most_minor if most_minor >= limit_minor else None


def ask_accountant(session: Session, payment: Payment, currency: str, most_minor: int, limit_minor: int | None) -> None:
    """A task for staff: this much cash was taken, and the law forbids it."""
    shown = format_money(most_minor, currency, spoken="en")
    tasks.ask_staff(
        session,
        "cash_over_limit",
        f"{shown} in cash from one shop for one day or one bill: the law forbids this much. Ask the accountant.",
        retailer_id=payment.retailer_id,
        facts={"payment_id": ids.public("pay", payment.id), "cash_minor": most_minor, "limit_minor": limit_minor},
        dedupe_key=f"cash:{payment.id}",
    )


def limit(country: str, ours: CreditSettings) -> int | None:
    """The amount of cash that is too much, in minor units: the organisation's setting, else the country's law."""
    return countries.get(country).cash_limit_minor if ours.cash_limit_minor is None else ours.cash_limit_minor
