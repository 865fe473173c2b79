"""Money on account put to bills later: by hand, or to the next bill when the organisation's setting says so; and back.

What is owed in all stays the same; only which bills are open changes. No transfer is booked: the money came in once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, db, ids
from core.errors import DomainError
from core.events import happened
from credit import accounts, allocating, booking, days
from credit.allocating import Allocated, BillShare
from credit.events import RoomMade
from credit.settings import CreditSettings

_HELD = """
SELECT id, kind, unapplied_minor FROM payment
WHERE org_id = %s AND retailer_id = %s AND status = 'posted' AND unapplied_minor > 0
ORDER BY received_on, created_at, id
"""
_IS_PAPER = """
SELECT id FROM cheque WHERE org_id = %s AND retailer_id = %s AND state IN ('received', 'deposited')
"""
# What was applied and stands, by credit; one that was taken back settles nothing.
_APPLIED = """
SELECT p.id, p.kind, p.unapplied_minor, b.reference, sum(a.amount_minor)::bigint, max(a.applied_on)
FROM allocation a
JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id AND p.status = 'posted'
JOIN bill b ON b.org_id = a.org_id AND b.id = a.bill_id
WHERE a.org_id = %s AND a.bill_id = %s AND a.applied_on IS NOT NULL
GROUP BY p.id, p.kind, p.unapplied_minor, b.reference HAVING sum(a.amount_minor) > 0 ORDER BY p.id
"""


class NothingHeld(DomainError):
    """There is no money on account to apply."""

    code = "NOTHING_ON_ACCOUNT"
    detail = "There is no money on account, or no open bill to put it to."


@dataclass(frozen=True)
class Advance:
    """A credit with money on account: its id, its kind, and what no bill has taken."""

    id: UUID
    kind: str
    unapplied_minor: int


def held(session: Session, retailer_id: UUID) -> list[Advance]:
    """What is on account, oldest first: the order in which it is applied."""
    rows = db.execute(session, _HELD, (str(db.org_of(session)), str(retailer_id)))
    return [Advance(*row) for row in rows]


def held_minor(session: Session, retailer_id: UUID) -> int:
    """How much is on account: money and other credits that no bill took."""
    return sum(one.unapplied_minor for one in held(session, retailer_id))


def money(session: Session, retailer_id: UUID) -> list[Advance]:
    """What is on account and can be paid back: a cheque that the bank has not paid is paper. Oldest first."""
    paper = {row.id for row in db.execute(session, _IS_PAPER, (str(db.org_of(session)), str(retailer_id)))}
    return [one for one in held(session, retailer_id) if one.id not in paper]


def settle(session: Session, retailer_id: UUID, advances: Sequence[Advance], share: Allocated) -> None:
    """Put these advances, oldest first, to one bill. The caller holds the account's lock."""
    _distribute(session, retailer_id, advances, [share])


def take_off(session: Session, retailer_id: UUID, bill_id: UUID, reason: str, on: date) -> list[Allocated]:
    """Put what was applied to a bill back on account; returns the parts, below zero. Audited.

    Money that came for the bill stays on it: only what was on account before. None leaves before the day it was put
    there. The caller holds the account's lock.
    """
    taken = list[Allocated]()
    for credit_id, kind, unapplied_minor, bill, part_minor, applied_on in db.execute(
        session, _APPLIED, (str(db.org_of(session)), str(bill_id))
    ).all():
        part = Allocated(bill_id, bill, -part_minor)
        booking.book(session, retailer_id, shares=booking.Shares(credit_id, [part], max(on, applied_on)))
        audit.record(
            session,
            "advance.taken_off",
            subject=_public(credit_id, kind),
            retailer_id=retailer_id,
            before={"unapplied_minor": unapplied_minor},
            after={"unapplied_minor": unapplied_minor + part_minor, "bills": {bill: -part_minor}},
            reason=reason,
        )
        taken.append(part)
    return taken


def apply(session: Session, retailer_id: UUID, chosen: Sequence[BillShare] = ()) -> list[Allocated]:
    """Put money on account to the named bills, or to the oldest ones; returns what each bill got. Audited.

    Locks the account row. Raises NothingHeld, Invalid, NotFound, allocating.OverAllocated (more than is held or open).
    """
    accounts.get(session, retailer_id, lock=True)
    advances = held(session, retailer_id)
    whole_minor = sum(one.unapplied_minor for one in advances)
    if not whole_minor:
        raise NothingHeld
    parts = allocating.plan(session, retailer_id, whole_minor, chosen, spread=not chosen)
    if not parts:
        raise NothingHeld
    _distribute(session, retailer_id, advances, parts)
    happened(session, RoomMade(retailer_id))
    return parts


def apply_to_new(session: Session, retailer_id: UUID, bill_id: UUID, open_minor: int) -> int:
    """Put money on account to a bill that was just posted, if the setting says so; returns how much.

    The caller holds the account's lock.
    """
    if not CreditSettings.current(session).apply_advances:
        return 0
    advances = held(session, retailer_id)
    part_minor = min(open_minor, sum(one.unapplied_minor for one in advances))
    if not part_minor:
        return 0
    _distribute(
        session, retailer_id, advances, allocating.plan(session, retailer_id, part_minor, ((bill_id, part_minor),))
    )
    return part_minor


def _distribute(session: Session, retailer_id: UUID, advances: Sequence[Advance], parts: Sequence[Allocated]) -> None:
    """Fill the bills from the advances, oldest advance first."""
    left = {one.bill_id: one.amount_minor for one in parts}
    for advance in advances:
        available, taken = advance.unapplied_minor, list[Allocated]()
        for part in parts:
            share = min(available, left[part.bill_id])
            if share:
                taken.append(Allocated(part.bill_id, part.reference, share))
                left[part.bill_id], available = left[part.bill_id] - share, available - share
        if taken:
            _put(session, retailer_id, advance, taken)


def _put(session: Session, retailer_id: UUID, advance: Advance, taken: Sequence[Allocated]) -> None:
    total = sum(one.amount_minor for one in taken)
    booking.book(session, retailer_id, shares=booking.Shares(advance.id, taken, days.today(session)))
    audit.record(
        session,
        "advance.applied",
        subject=_public(advance.id, advance.kind),
        retailer_id=retailer_id,
        before={"unapplied_minor": advance.unapplied_minor},
        after={
            "unapplied_minor": advance.unapplied_minor - total,
            "bills": {one.reference: one.amount_minor for one in taken},
        },
    )


def _public(credit_id: UUID, kind: str) -> str:
    return ids.public("pay" if kind == "payment" else "adj", credit_id)
