"""Bill to bill: the next delivery makes the earlier invoices due, and an undone delivery gives them their days back.

A bill is due on the earliest of the day that was agreed and the days to which deliveries called it in. What each
delivery said is kept beside the bill in `called_bill`, so that undoing one leaves what the others said: to which day it
called the bill in, what had been agreed, and when that ended.
"""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db

_CALL = """
WITH called AS (
    INSERT INTO called_bill (org_id, bill_id, by_bill_id, due_on, agreed_on)
    SELECT b.org_id, b.id, %(by)s, greatest(b.bill_on, %(on)s), agreed.due_on
    FROM bill b CROSS JOIN LATERAL (
        SELECT coalesce(max(c.agreed_on), b.due_on) AS due_on
        FROM called_bill c WHERE c.org_id = b.org_id AND c.bill_id = b.id) agreed
    WHERE b.org_id = %(org)s AND b.retailer_id = %(retailer)s AND b.kind = 'invoice' AND b.open_minor > 0
        AND b.id <> %(by)s AND agreed.due_on > greatest(b.bill_on, %(on)s)
    RETURNING bill_id, due_on
)
UPDATE bill b SET due_on = called.due_on FROM called
WHERE b.org_id = %(org)s AND b.id = called.bill_id AND b.due_on > called.due_on
RETURNING 1
"""
_END = """
UPDATE called_bill SET ended_at = %(now)s WHERE org_id = %(org)s AND by_bill_id = %(by)s AND ended_at IS NULL
RETURNING bill_id
"""
_DUE_AGAIN = """
UPDATE bill b SET due_on = said.due_on FROM (
    SELECT bill_id, least(max(agreed_on), min(due_on) FILTER (WHERE ended_at IS NULL)) AS due_on
    FROM called_bill WHERE org_id = %(org)s AND bill_id = ANY(%(bills)s::uuid[]) GROUP BY bill_id
) said
WHERE b.org_id = %(org)s AND b.id = said.bill_id AND b.due_on <> said.due_on
RETURNING 1
"""


def call_in(session: Session, retailer_id: UUID, by_bill_id: UUID, on: date) -> int:
    """A delivery makes the shop's open invoices due; returns how many fell due by it. The caller locks the account."""
    keys = {"org": str(db.org_of(session)), "retailer": str(retailer_id), "by": str(by_bill_id), "on": on}
    return len(db.execute(session, _CALL, keys).all())


def give_back(session: Session, by_bill_id: UUID) -> int:
    """A delivery is undone: what it called in is due as if it had not come. Returns how many bills got days back."""
    org = str(db.org_of(session))
    ended = db.execute(session, _END, {"org": org, "by": str(by_bill_id), "now": clock.now()}).all()
    if not ended:
        return 0
    return len(db.execute(session, _DUE_AGAIN, {"org": org, "bills": [str(row.bill_id) for row in ended]}).all())
