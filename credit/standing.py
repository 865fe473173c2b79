"""Where a retailer stands, for reading: the account's numbers and what is open, in one statement.

Browsing asks this more often than anything else, so it costs one round trip and builds no rows of the ORM.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from core.errors import NotFound
from credit.accounts import Position

_STANDING = """
SELECT a.currency, a.outstanding_minor, a.reserved_minor, coalesce(a.paused_at, a.blocked_at) IS NOT NULL AS is_paused,
    greatest(a.limit_minor, CASE WHEN a.temporary_until >= (%(now)s AT TIME ZONE g.timezone)::date
        THEN a.temporary_limit_minor END) AS limit_minor,
    g.settings->>'exposure' = 'confirmed' AS counts_reserved,
    CASE WHEN NOT (g.settings->>'cheques_counted_early')::boolean THEN 0
        ELSE credit_uncleared(a.org_id, a.retailer_id) END AS uncleared_minor,
    CASE WHEN a.group_id IS NOT NULL THEN (
        SELECT shared.limit_minor - sum(o.outstanding_minor
            + CASE WHEN g.settings->>'exposure' = 'confirmed' THEN o.reserved_minor ELSE 0 END
            + CASE WHEN NOT (g.settings->>'cheques_counted_early')::boolean THEN 0
                ELSE credit_uncleared(o.org_id, o.retailer_id) END)::bigint
        FROM credit_group shared JOIN credit_account o ON o.org_id = shared.org_id AND o.group_id = shared.id
        WHERE shared.org_id = a.org_id AND shared.id = a.group_id GROUP BY shared.limit_minor) END AS shared_left_minor,
    (SELECT json_agg(json_build_array(b.reference, b.due_on, b.open_minor))
     FROM (SELECT reference, due_on, open_minor FROM bill
           WHERE org_id = a.org_id AND retailer_id = a.retailer_id AND open_minor > 0
           ORDER BY due_on, bill_on, reference LIMIT %(limit)s) b) AS bills
FROM credit_account a JOIN organisation g ON g.org_id = a.org_id
WHERE a.org_id = %(org)s AND a.retailer_id = %(retailer)s
"""


@dataclass(frozen=True, slots=True)
class OpenBill:
    """What is left to pay of one bill."""

    reference: str
    due_on: date
    open_minor: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The account's numbers, whether credit is paused, and the open bills, oldest due first."""

    position: Position
    is_paused: bool
    bills: tuple[OpenBill, ...]


def of(session: Session, retailer_id: UUID, *, limit: int) -> Standing:
    """The retailer's standing with at most `limit` open bills. Locks nothing. Raises NotFound."""
    asked = {"org": str(db.org_of(session)), "retailer": str(retailer_id), "limit": limit, "now": clock.now()}
    row = db.execute(session, _STANDING, asked).first()
    if row is None:
        raise NotFound(kind="CreditAccount")
    bills = (OpenBill(reference, date.fromisoformat(due_on), left) for reference, due_on, left in row.bills or ())
    position = Position(
        row.currency,
        row.limit_minor,
        row.outstanding_minor,
        row.reserved_minor,
        row.counts_reserved,
        row.uncleared_minor,
        row.shared_left_minor,
    )
    return Standing(position, row.is_paused, tuple(bills))
