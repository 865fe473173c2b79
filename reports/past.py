"""What was granted and promised to a shop at the end of a past day, read from what was written down at the time.

What it owed comes from the ledger and from allocations (see ageing); terms and pauses come from the audit trail, and
promised orders from their reservations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import db
from credit import decisions, guardrails, ledger
from credit.accounts import Terms
from credit.standing import Standing
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
# What counted against a limit beside what was owed, as `credit_use` has it of today; of a shop, or beside many.
COUNTED = """
SELECT held.reserved_minor,
    CASE WHEN rules.counts_promised THEN held.reserved_minor ELSE 0 END AS promised_minor,
    CASE WHEN rules.counts_uncleared THEN (
        SELECT coalesce(sum(p.amount_minor), 0)::bigint
        FROM cheque c JOIN payment p ON p.org_id = c.org_id AND p.id = c.id
        WHERE c.org_id = %(org)s AND c.retailer_id = {retailer}
            AND p.created_at < %(until)s AND (c.ended_on IS NULL OR c.ended_on > %(as_of)s)
    ) ELSE 0 END AS uncleared_minor
FROM org_rules(%(org)s) rules CROSS JOIN LATERAL (
    SELECT coalesce(sum(r.amount_minor), 0)::bigint AS reserved_minor FROM reservation r
    WHERE r.org_id = %(org)s AND r.retailer_id = {retailer} AND r.created_at < %(until)s
        AND (r.resolved_at IS NULL OR r.resolved_at >= %(until)s)
) held
"""
# A pause that staff took over (`pause_kept`) goes on from when it began, for their reason.
_PAUSE = """
SELECT min(at) AS at, (array_agg(reason ORDER BY seq DESC))[1] AS reason FROM audit_entry
WHERE org_id = %(org)s AND chain_id = %(retailer)s AND at < %(until)s
    AND action IN ('credit.paused', 'credit.pause_kept') AND seq > (
        SELECT coalesce(max(seq), 0) FROM audit_entry
        WHERE org_id = %(org)s AND chain_id = %(retailer)s AND at < %(until)s AND action = 'credit.unpaused')
"""


@dataclass(frozen=True)
class OpenThen:
    """A bill, and what was open of it on a day."""

    reference: str
    due_on: date
    open_minor: int


@dataclass(frozen=True)
class Granted:
    """The terms that held, by their names in the audit trail and as a value, and who had paused the account when."""

    terms: dict[str, Any]
    status: str | None
    paused_at: datetime | None
    pause_reason: str | None

    @property
    def values(self) -> Terms:
        """The terms; before the account was opened nothing was granted."""
        return Terms.given(self.terms)


def granted(session: Session, retailer_id: UUID, on: date) -> Granted:
    """What held at the end of this local day; nothing is granted before the account was opened."""
    where = _where(session, retailer_id, on)
    terms = db.execute(session, _TERMS, where).scalar()
    pause = db.execute(session, _PAUSE, where).one()
    status = db.execute(session, _STATUS, where).scalar()
    return Granted(
        terms=terms or {},
        status=status or (decisions.OK if terms else None),
        paused_at=pause.at,
        pause_reason=pause.reason,
    )


def standing_then(session: Session, now: Standing, then: Granted, on: date, bills: Sequence[OpenThen]) -> Standing:
    """How the account stood at the end of this local day; `bills` are those that were open then, oldest due first.

    What other shops of the owner used of a shared limit is not told of past days.
    """
    where = _where(session, now.retailer_id, on)
    outstanding_minor = ledger.receivable(session, now.retailer_id, on)
    counted = db.execute(session, COUNTED.format(retailer="%(retailer)s"), where).one()
    reserved_minor, promised_minor, uncleared_minor = counted
    used_minor = outstanding_minor + promised_minor + uncleared_minor
    stood = under(now, then.values, on)
    stood = replace(
        stood,
        outstanding_minor=outstanding_minor,
        disputed_minor=ledger.disputed(session, now.retailer_id, on),
        reserved_minor=reserved_minor,
        promised_minor=promised_minor,
        uncleared_minor=uncleared_minor,
        used_minor=used_minor,
        limit_used_percent=max(0, used_minor) * 100 // stood.limit_minor if stood.limit_minor else 0,
        shared_limit_minor=None,
        shared_used_minor=None,
        paused_for=then.pause_reason if then.status == decisions.PAUSED else None,
        blocked_for="" if then.status == decisions.BLOCKED else None,
    )
    stood = aged(stood, bills)
    return guardrails.opened(stood)


def under(stands: Standing, terms: Terms, on: date) -> Standing:
    """The standing on another day, under the terms that held then."""
    return replace(
        stands,
        today=on,
        limit_minor=terms.limit_on(on),
        terms=terms,
    )


def aged(stood: Standing, bills: Sequence[OpenThen]) -> Standing:
    """The standing with what its bills of that day say, oldest due first; `credit_net_bills` nets those of today."""
    open_minor = sum(bill.open_minor for bill in bills)
    owed = list(_netted(bills, open_minor - stood.outstanding_minor))
    oldest, most_days = owed[0] if owed else None, stood.terms.max_outstanding_days
    latest = stood.today - timedelta(days=most_days) if most_days is not None else date.min
    so_far = accumulate(bill.open_minor for bill in owed)
    late = (bill for bill, minor in zip(owed, so_far, strict=True) if minor > stood.terms.tolerance_minor)
    since = next((bill.due_on for bill in late), stood.today)
    return replace(
        stood,
        open_minor=open_minor,
        on_account_minor=open_minor - stood.outstanding_minor,
        overdue_minor=sum(bill.open_minor for bill in owed if bill.due_on < stood.today),
        overdue_days=max(0, (stood.today - since).days),
        too_old_minor=sum(bill.open_minor for bill in owed if bill.due_on < latest),
        oldest_reference=oldest.reference if oldest else None,
        oldest_due_on=oldest.due_on if oldest else None,
        oldest_minor=oldest.open_minor if oldest else None,
    )


def _netted(bills: Sequence[OpenThen], held_minor: int) -> Iterator[OpenThen]:
    """What was left of open bills once money on account had settled the oldest."""
    for bill in bills:
        covered = max(0, min(held_minor, bill.open_minor))
        held_minor -= covered
        if bill.open_minor > covered:
            yield replace(bill, open_minor=bill.open_minor - covered)


def end_of(session: Session, on: date) -> datetime:
    """The moment at which this local day was over."""
    return datetime.combine(on + timedelta(days=1), time(), ZoneInfo(organisations.get(session).timezone))


def _where(session: Session, retailer_id: UUID, on: date) -> dict[str, Any]:
    org = str(db.org_of(session))
    return {"org": org, "retailer": str(retailer_id), "until": end_of(session, on), "as_of": on}
