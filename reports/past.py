"""What was granted and promised to a shop at the end of a past day, read from what was written down at the time.

What it owed comes from the ledger and from allocations (see ageing); terms and pauses come from the audit trail, and
promised orders from their reservations.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import db
from credit import accounts, decisions
from parties import organisations

_TERMS = """
SELECT after FROM audit_entry
WHERE org_id = %(org)s AND chain_id = %(retailer)s AND at < %(until)s AND action IN ('account.opened', 'terms.changed')
ORDER BY seq DESC LIMIT 1
"""
_STATUS = """
SELECT status_after FROM credit_evaluation
WHERE org_id = %(org)s AND retailer_id = %(retailer)s AND at < %(until)s ORDER BY at DESC, id DESC LIMIT 1
"""
_UNCLEARED = """
SELECT coalesce(sum(p.amount_minor), 0)::bigint
FROM cheque c JOIN payment p ON p.org_id = c.org_id AND p.id = c.id
WHERE c.org_id = %(org)s AND c.retailer_id = %(retailer)s AND p.created_at < %(until)s
    AND (c.ended_on IS NULL OR c.ended_on > %(on)s)
"""
# A pause that staff took over (`pause_kept`) goes on from when it began, for their reason.
_PAUSE = """
SELECT min(at) AS at, (array_agg(reason ORDER BY seq DESC))[1] AS reason FROM audit_entry
WHERE org_id = %(org)s AND chain_id = %(retailer)s AND at < %(until)s
    AND action IN ('credit.paused', 'credit.pause_kept') AND seq > (
        SELECT coalesce(max(seq), 0) FROM audit_entry
        WHERE org_id = %(org)s AND chain_id = %(retailer)s AND at < %(until)s AND action = 'credit.unpaused')
"""
_RESERVED = """
SELECT coalesce(sum(amount_minor), 0)::bigint FROM reservation
WHERE org_id = %(org)s AND retailer_id = %(retailer)s AND created_at < %(until)s
    AND (resolved_at IS NULL OR resolved_at >= %(until)s)
"""


@dataclass(frozen=True)
class Granted:
    """Terms by their names in the audit trail, what was reserved, the status, and the pause if there was one.

    `uncleared_minor` are cheques that had lowered what was owed and were not cleared yet.
    """

    terms: dict[str, Any]
    reserved_minor: int
    uncleared_minor: int
    status: str | None
    paused_at: datetime | None
    pause_reason: str | None

    def limit_on(self, day: date) -> int | None:
        """The limit that held on this day, a temporary one included."""
        until = self.terms.get("temporary_until")
        current = self.terms.get("temporary_limit_minor") if until and day <= date.fromisoformat(until) else None
        return max((limit for limit in (self.terms.get("limit_minor"), current) if limit is not None), default=None)


def granted(session: Session, retailer_id: UUID, on: date) -> Granted:
    """What held at the end of this local day; nothing is granted before the account was opened."""
    zone = ZoneInfo(organisations.get(session).timezone)
    until = datetime.combine(on + timedelta(days=1), time(), zone)
    where = {"org": str(db.org_of(session)), "retailer": str(retailer_id), "until": until, "on": on}
    terms = db.execute(session, _TERMS, where).scalar()
    pause = db.execute(session, _PAUSE, where).one()
    status = db.execute(session, _STATUS, where).scalar()
    counts_uncleared = accounts.counts_uncleared(session)
    return Granted(
        terms=terms or {},
        reserved_minor=db.execute(session, _RESERVED, where).scalar_one(),
        uncleared_minor=db.execute(session, _UNCLEARED, where).scalar_one() if counts_uncleared else 0,
        status=status or (decisions.OK if terms else None),
        paused_at=pause.at,
        pause_reason=pause.reason,
    )
