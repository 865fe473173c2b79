"""Cash above what the law allows to take from one person: taken all the same, but never without a warning.

India: two lakh rupees or more from one person in a day, or for one transaction (Income-tax Act 1961, s. 269ST).
"""

from sqlalchemy.orm import Session

from core import db, ids
from core.i18n import format_money
from credit.tables import Payment
from parties import organisations, tasks
from parties.tables import Organisation

CASH = "cash"
WARNING = "CASH_OVER_STATUTORY_LIMIT"
LAW_MINOR = {"IN": 20_000_000}

_TAKEN = """
SELECT (SELECT sum(amount_minor) FROM payment
        WHERE org_id = %(org)s AND retailer_id = %(retailer)s AND method = 'cash' AND status = 'posted'
            AND received_on = %(on)s)::bigint,
    coalesce((SELECT max(bill_minor) FROM (
        SELECT sum(other.amount_minor) AS bill_minor
        FROM allocation mine
        JOIN allocation other ON other.org_id = mine.org_id AND other.bill_id = mine.bill_id
        JOIN payment p ON p.org_id = other.org_id AND p.id = other.payment_id AND p.method = 'cash'
        WHERE mine.org_id = %(org)s AND mine.payment_id = %(payment)s
        GROUP BY other.bill_id) bills), 0)::bigint
"""


def warn(session: Session, payment: Payment, currency: str) -> tuple[str, ...]:
    """Warn when this makes the cash of a day or of a bill reach the limit: a code for the receipt, a task for staff."""
    limit_minor = limit(organisations.get(session))
    if limit_minor is None:
        return ()
    asked = {
        "org": str(db.org_of(session)),
        "retailer": str(payment.retailer_id),
        "on": payment.received_on,
        "payment": str(payment.id),
    }
    most_minor = max(db.execute(session, _TAKEN, asked).one())
    if most_minor < limit_minor:
        return ()
    shown = format_money(most_minor, currency, spoken="en")
    tasks.ask_staff(
        session,
        "cash_over_limit",
        f"{shown} in cash from one shop for one day or one bill: the law forbids this much. Ask the accountant.",
        retailer_id=payment.retailer_id,
        facts={"payment_id": ids.public("pay", payment.id), "cash_minor": most_minor, "limit_minor": limit_minor},
        dedupe_key=f"cash:{payment.id}",
    )
    return (WARNING,)


def limit(organisation: Organisation) -> int | None:
    """The amount of cash that is too much, in minor units: the organisation's setting, else the country's law."""
    own: int | None = organisations.setting(organisation, "cash_limit_minor")
    return LAW_MINOR.get(organisation.country) if own is None else own
