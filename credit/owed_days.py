"""What was owed of a bill on each day that is over: what it left open, once money on account had settled the oldest.

This is how an account stands today (credit/standing.py), told for every day. Money that was taken back never came: days
on which it seemed to have come count as if it had not. Another credit that was taken back was there until then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from credit.tables import Bill
from parties import organisations

# Bills that were settled before the first day that is asked about add up to nothing, and are not told.
_MOVES = """
WITH credit AS (
    SELECT id, amount_minor, received_on, status,
        coalesce(reversed_on, (reversed_at AT TIME ZONE %(zone)s)::date) AS gone_on
    FROM payment
    WHERE org_id = %(org)s AND retailer_id = %(retailer)s AND NOT (kind = 'payment' AND status = 'reversed')
), part AS (
    SELECT a.bill_id, a.amount_minor, coalesce(a.applied_on, CASE WHEN a.amount_minor > 0 THEN c.received_on
        ELSE coalesce(c.gone_on, (a.created_at AT TIME ZONE %(zone)s)::date) END) AS moved_on
    FROM allocation a JOIN credit c ON c.id = a.payment_id WHERE a.org_id = %(org)s
)
SELECT bill_id, greatest(moved_on, %(since)s) AS moved_on, sum(minor)::bigint AS minor, due_on, bill_on, reference
FROM (
    SELECT id AS bill_id, bill_on AS moved_on, amount_minor AS minor FROM bill
    WHERE org_id = %(org)s AND retailer_id = %(retailer)s
    UNION ALL SELECT bill_id, moved_on, -amount_minor FROM part
    UNION ALL SELECT NULL, moved_on, -amount_minor FROM part
    UNION ALL SELECT NULL, received_on, amount_minor FROM credit
    UNION ALL SELECT NULL, gone_on, -amount_minor FROM credit WHERE status = 'reversed'
) move
LEFT JOIN bill ON bill.org_id = %(org)s AND bill.id = move.bill_id
GROUP BY bill_id, greatest(moved_on, %(since)s), due_on, bill_on, reference HAVING sum(minor) <> 0
ORDER BY moved_on
"""


@dataclass(frozen=True, slots=True)
class Move:
    """More was open on a bill from a day on, or less; without a bill it was on account. `place` orders bills by age."""

    bill_id: UUID | None
    on: date
    minor: int
    place: tuple[date, date, str, UUID] | None


def moves(session: Session, retailer_id: UUID, since: date) -> Sequence[Move]:
    """All that moved a shop's bills and its money on account, by day; what came before `since` stands on that day."""
    zone = organisations.get(session).timezone
    asked = {"org": str(db.org_of(session)), "retailer": str(retailer_id), "zone": zone, "since": since}
    return [
        Move(bill_id, on, minor, (due_on, bill_on, reference, bill_id) if bill_id else None)
        for bill_id, on, minor, due_on, bill_on, reference in db.execute(session, _MOVES, asked)
    ]


def minor_days(moved: Sequence[Move], bill: Bill, begins: date, ends: date) -> int:
    """What was owed of the bill at the end of each day from `begins` to the day before `ends`, added up."""
    place = (bill.due_on, bill.bill_on, bill.reference, bill.id)
    own = beyond = total = 0  # what the bill left open; what older bills left open beyond money on account
    since = begins
    for move in moved:
        until = min(max(move.on, since), ends)
        total += _owed(own, beyond) * (until - since).days
        since = until
        if move.bill_id == bill.id:
            own += move.minor
        elif move.place is None:
            beyond -= move.minor
        elif move.place < place:
            beyond += move.minor
    return total + _owed(own, beyond) * max(0, (ends - since).days)


def _owed(own: int, beyond: int) -> int:
    return max(0, min(own, own + beyond))
