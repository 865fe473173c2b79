"""Promises to pay: an amount by a day. Until that day nobody is reminded; then it was kept, or it was broken.

Kept = money of at least the promised amount came in between the promise and the end of its day. Only money counts, not
adjustments, and a cheque counts when the account counts it. Money that went back (a bounced cheque) keeps nothing.
Money that came in by that day and is booked later keeps it too: a promise that was called broken in between was not.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid
from core.money import MAX_MINOR
from credit import accounts, days
from credit.arrangements import Promise

LONGEST_DAYS = 60
BOOKED_LATE = "the money came in by its day and was booked after it"

_KEPT = """
UPDATE promise p SET status = 'kept', resolved_at = %(at)s
FROM promise old
WHERE p.org_id = %(org)s AND p.retailer_id = %(retailer)s AND p.status IN ('open', 'broken')
    AND old.org_id = p.org_id AND old.id = p.id AND p.amount_minor <= (
    SELECT sum(m.amount_minor) FROM payment m
    WHERE m.org_id = p.org_id AND m.retailer_id = p.retailer_id AND m.kind = 'payment' AND m.status = 'posted'
        AND m.created_at >= p.created_at AND m.received_on <= p.promised_on)
RETURNING p.id, p.amount_minor, p.promised_on, old.status AS was
"""
_UNKEPT = """
SELECT p.id FROM promise p
WHERE p.org_id = %(org)s AND p.retailer_id = %(retailer)s AND p.status = 'kept' AND p.amount_minor > (
    SELECT coalesce(sum(m.amount_minor), 0) FROM payment m
    WHERE m.org_id = p.org_id AND m.retailer_id = p.retailer_id AND m.kind = 'payment' AND m.status = 'posted'
        AND m.created_at >= p.created_at AND m.received_on <= p.promised_on)
ORDER BY p.created_at DESC, p.id DESC
"""
_BROKEN = """
UPDATE promise SET status = 'broken', resolved_at = %(at)s
WHERE org_id = %(org)s AND status = 'open' AND promised_on < %(today)s
RETURNING id, retailer_id, amount_minor, promised_on
"""


class PromiseOpen(DomainError):
    """One promise at a time: the next one is made when this one is kept, broken or withdrawn."""

    code = "PROMISE_OPEN"
    detail = "There is an open promise to pay already."


class PromiseOver(DomainError):
    """The promise was kept, broken or withdrawn before."""

    code = "PROMISE_OVER"
    detail = "This promise is not open any more."


def make(session: Session, retailer_id: UUID, amount_minor: int, promised_on: date, note: str | None = None) -> Promise:
    """Note a promise, audited: reminders pause until its day. Locks the account row. Raises Invalid, PromiseOpen."""
    today = days.today(session)
    if not 0 < amount_minor <= MAX_MINOR:
        raise Invalid("A promised amount is above zero.", field="amount_minor", value=amount_minor)
    if not today <= promised_on <= today + timedelta(days=LONGEST_DAYS):
        raise Invalid(f"A promise is for today or one of the next {LONGEST_DAYS} days.", field="promised_on")
    accounts.get(session, retailer_id, lock=True)
    if open_promise(session, retailer_id):
        raise PromiseOpen
    promise = Promise(
        id=ids.new(),
        retailer_id=retailer_id,
        amount_minor=amount_minor,
        promised_on=promised_on,
        status="open",
        note=note,
        made_on=today,
        recorded_by=audit.actor().name,
        created_at=clock.now(),
    )
    session.add(promise)
    session.flush()  # reminders and payments ask for it in hand-written statements
    _audit(session, "made", promise.id, retailer_id, amount_minor, promised_on, note)
    return promise


def withdraw(session: Session, promise_id: UUID, reason: str) -> Promise:
    """Take a promise off (made by mistake), audited; it counts neither as kept nor as broken.

    Raises Invalid, NotFound, PromiseOver.
    """
    reason = accounts.given(reason)
    accounts.get(session, db.fetch(session, Promise, promise_id).retailer_id, lock=True)
    promise = db.fetch(session, Promise, promise_id)
    session.refresh(promise)
    if promise.status != "open":
        raise PromiseOver(state=promise.status)
    promise.status, promise.resolved_at = "withdrawn", clock.now()
    session.flush()
    _audit(session, "withdrawn", promise.id, promise.retailer_id, promise.amount_minor, promise.promised_on, reason)
    return promise


def open_promise(session: Session, retailer_id: UUID) -> UUID | None:
    """The id of the promise that is open."""
    where = (str(db.org_of(session)), str(retailer_id))
    found: UUID | None = db.execute(
        session, "SELECT id FROM promise WHERE org_id = %s AND retailer_id = %s AND status = 'open'", where
    ).scalar()
    return found


def keep(session: Session, retailer_id: UUID) -> bool:
    """Mark the open promise kept when enough money has come in; the caller holds the account's lock. Audited.

    A broken one too, when the money is dated by its day and was only booked after it: it was not broken after all.
    """
    where = {"org": str(db.org_of(session)), "retailer": str(retailer_id), "at": clock.now()}
    rows = db.execute(session, _KEPT, where).all()
    for row in sorted(rows, key=lambda row: (row.promised_on, row.id)):
        if row.was == "broken":
            _audit(session, "unbroken", row.id, retailer_id, row.amount_minor, row.promised_on, BOOKED_LATE)
        _audit(session, "kept", row.id, retailer_id, row.amount_minor, row.promised_on)
    return bool(rows)


def lose(session: Session, retailer_id: UUID) -> None:
    """Look again at kept promises after money went back; the caller holds the account's lock. Audited.

    Such a promise is broken when its day is over, else open again; unless a newer one is open and stands in its place.
    """
    where = {"org": str(db.org_of(session)), "retailer": str(retailer_id)}
    for (promise_id,) in db.execute(session, _UNKEPT, where).all():
        promise = db.fetch(session, Promise, promise_id)
        session.refresh(promise)
        replaced = open_promise(session, retailer_id) is not None
        over = promise.promised_on < days.today(session)
        promise.status = "broken" if over else "withdrawn" if replaced else "open"
        promise.resolved_at = None if promise.status == "open" else clock.now()
        session.flush()
        for verb in ("unkept", promise.status) if promise.status != "open" else ("unkept",):
            _audit(session, verb, promise_id, retailer_id, promise.amount_minor, promise.promised_on)


def settle_due(session: Session, today: date) -> list[UUID]:
    """Mark every promise broken whose day is over; returns the shops, each of them audited. For the daily job."""
    rows = db.execute(session, _BROKEN, {"org": str(db.org_of(session)), "today": today, "at": clock.now()}).all()
    for row in sorted(rows, key=lambda row: row.retailer_id):  # always in one order: each entry locks its account
        _audit(session, "broken", row.id, row.retailer_id, row.amount_minor, row.promised_on)
    return sorted({row.retailer_id for row in rows})


def _audit(
    session: Session,
    verb: str,
    promise_id: UUID,
    retailer_id: UUID,
    amount_minor: int,
    promised_on: date,
    reason: str | None = None,
) -> None:
    audit.record(
        session,
        f"promise.{verb}",
        subject=ids.public("prm", promise_id),
        retailer_id=retailer_id,
        after={"amount_minor": amount_minor, "promised_on": promised_on.isoformat()},
        reason=reason,
    )
