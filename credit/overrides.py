"""Leave for one order to go past the rules: by an owner, up to an amount, for some hours, above a threshold by two.

An override never changes terms. It goes past a pause, overdue days, the order's size and limits; never past a block,
and never for a shop that was granted no credit. What it takes beyond the limit shows as the account's allowance.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid, NotFound
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts, standing
from credit.events import OverrideApproved
from credit.guardrails import BLOCKED, NOT_GRANTED, Verdict
from credit.settings import CreditSettings
from credit.tables import CreditAccount, CreditOverride

REQUESTED, APPROVED, USED, REVOKED, EXPIRED = "requested", "approved", "used", "revoked", "expired"
OPEN = (REQUESTED, APPROVED)
NEVER_PASSED = {BLOCKED, NOT_GRANTED}
MAX_SHOWN = 200


class AboveCap(DomainError):
    """The organisation caps what an override may let through."""

    code = "OVERRIDE_ABOVE_CAP"
    detail = "This is more than an override may let through."


class NotPossible(DomainError):
    """Blocked, or never granted: that takes other terms, not an exception."""

    code = "OVERRIDE_NOT_POSSIBLE"
    detail = "A blocked shop, or one without credit, needs other terms; an override does not help."


class Exists(DomainError):
    """One order, one override."""

    code = "OVERRIDE_EXISTS"
    detail = "There is an open override for this order already."


class Over(DomainError):
    """It was used, revoked, or ran out."""

    code = "OVERRIDE_OVER"
    detail = "This override has ended."


class SecondPerson(DomainError):
    """Above the threshold two people decide."""

    code = "SECOND_PERSON_NEEDED"
    detail = "Somebody else than the one who asked has to approve this."


def grant(session: Session, retailer_id: UUID, reference_id: UUID, amount_minor: int, reason: str) -> CreditOverride:
    """Let `reference_id` go past the rules up to `amount_minor`; above the threshold it waits for a second person.

    What the same person let through alone for this shop lately counts: orders cut small need two people as well.
    Locks the account row; audited. Raises Invalid, NotFound, AboveCap, NotPossible, Exists.
    """
    reason = accounts.given(reason)
    if not 0 < amount_minor <= MAX_MINOR:
        raise Invalid("An override's amount is above zero.", field="amount_minor", value=amount_minor)
    account = accounts.get(session, retailer_id, lock=True)
    ours = CreditSettings.current(session)
    if amount_minor > ours.override_max_minor:
        raise AboveCap(amount_minor=amount_minor, limit_minor=ours.override_max_minor)
    if account.blocked_at is not None or standing.of(session, retailer_id).limit_minor is None:
        raise NotPossible
    _end_stale(session, reference_id)
    if _open(session, reference_id) is not None:
        raise Exists
    who, now = audit.actor().name, clock.now()
    hours = timedelta(hours=ours.override_hours)
    lately_minor = _alone_since(session, retailer_id, who, now - hours)
    alone = amount_minor + lately_minor <= ours.override_second_minor
    override = CreditOverride(
        id=ids.new(),
        retailer_id=retailer_id,
        reference_id=reference_id,
        amount_minor=amount_minor,
        reason=reason,
        status=APPROVED if alone else REQUESTED,
        requested_by=who,
        approved_by=who if alone else None,
        created_at=now,
        expires_at=now + hours,
    )
    session.add(override)
    session.flush()
    _audit(session, "override.approved" if alone else "override.requested", override, reason)
    if alone:
        happened(session, OverrideApproved(override.id))
    return override


def approve(session: Session, override_id: UUID) -> CreditOverride:
    """The second person's yes; again: the override as it stands. Audited. Raises NotFound, Over, SecondPerson."""
    account, override = _lock(session, override_id)
    if override.status == APPROVED:
        return override
    if override.status != REQUESTED or override.expires_at <= clock.now():
        raise Over(is_now=override.status)
    if override.requested_by == audit.actor().name:
        raise SecondPerson
    if account.blocked_at is not None:
        raise NotPossible
    override.status, override.approved_by = APPROVED, audit.actor().name
    session.flush()
    _audit(session, "override.approved", override, override.reason)
    happened(session, OverrideApproved(override.id))
    return override


def revoke(session: Session, override_id: UUID, reason: str) -> CreditOverride:
    """Take an override back before it is used; audited. Raises Invalid, NotFound, Over."""
    reason = accounts.given(reason)
    _, override = _lock(session, override_id)
    if override.status not in OPEN:
        raise Over(is_now=override.status)
    return _end(session, override, REVOKED, reason)


def take(session: Session, account: CreditAccount, reference_id: UUID, amount_minor: int, no: Verdict) -> UUID | None:
    """Use up the override for `reference_id` if there is one that covers this; returns its id.

    The caller holds the account's lock. None when there is none, it waits for approval, has run out, is too small, or
    a rule stands that none goes past.
    """
    if {reason.code for reason in no.reasons} & NEVER_PASSED:
        return None
    override = _open(session, reference_id)
    if override is None or override.status != APPROVED or override.retailer_id != account.retailer_id:
        return None
    if amount_minor > override.amount_minor or override.expires_at <= clock.now():
        return None
    _end(session, override, USED, override.reason)
    return override.id


def expire(session: Session) -> int:
    """End what ran out; returns how many. Audited."""
    stale = select(CreditOverride).where(
        CreditOverride.org_id == db.org_of(session),
        CreditOverride.status.in_(OPEN),
        CreditOverride.expires_at <= clock.now(),
    )
    found = session.scalars(stale.order_by(CreditOverride.retailer_id)).all()
    for override in found:
        _, locked = _lock(session, override.id)
        if locked.status in OPEN:
            _end(session, locked, EXPIRED, "its time ran out")
    return len(found)


def get(session: Session, override_id: UUID) -> CreditOverride:
    """One override as it is in the database now. Raises NotFound."""
    override = session.get(CreditOverride, (db.org_of(session), override_id), populate_existing=True)
    if override is None:
        raise NotFound(kind="CreditOverride")
    return override


def page(session: Session, retailer_id: UUID | None = None, status: str | None = None) -> Sequence[CreditOverride]:
    """Overrides, newest first."""
    found = select(CreditOverride).where(CreditOverride.org_id == db.org_of(session))
    if retailer_id is not None:
        found = found.where(CreditOverride.retailer_id == retailer_id)
    if status is not None:
        found = found.where(CreditOverride.status == status)
    return session.scalars(found.order_by(CreditOverride.created_at.desc()).limit(MAX_SHOWN)).all()


def _open(session: Session, reference_id: UUID) -> CreditOverride | None:
    found = select(CreditOverride).where(
        CreditOverride.org_id == db.org_of(session),
        CreditOverride.reference_id == reference_id,
        CreditOverride.status.in_(OPEN),
    )
    return session.scalars(found.execution_options(populate_existing=True)).first()


def _alone_since(session: Session, retailer_id: UUID, who: str, since: datetime) -> int:
    """What this person let through for a shop without a second one, and that stands or was used, in minor units."""
    found = select(func.coalesce(func.sum(CreditOverride.amount_minor), 0)).where(
        CreditOverride.org_id == db.org_of(session),
        CreditOverride.retailer_id == retailer_id,
        CreditOverride.requested_by == who,
        CreditOverride.approved_by == who,
        CreditOverride.status.in_((APPROVED, USED)),
        CreditOverride.created_at > since,
    )
    return int(session.scalars(found).one())


def _end_stale(session: Session, reference_id: UUID) -> None:
    found = _open(session, reference_id)
    if found is not None and found.expires_at <= clock.now():
        _end(session, found, EXPIRED, "its time ran out")


def _lock(session: Session, override_id: UUID) -> tuple[CreditAccount, CreditOverride]:
    """The account, locked, and the override as it is once the lock is ours."""
    account = accounts.get(session, get(session, override_id).retailer_id, lock=True)
    return account, get(session, override_id)


def _end(session: Session, override: CreditOverride, status: str, reason: str) -> CreditOverride:
    override.status, override.ended_at = status, clock.now()
    session.flush()
    _audit(session, f"override.{status}", override, reason)
    return override


def _audit(session: Session, action: str, override: CreditOverride, reason: str) -> None:
    audit.record(
        session,
        action,
        subject=ids.public("ovr", override.id),
        retailer_id=override.retailer_id,
        after={
            "status": override.status,
            "amount_minor": override.amount_minor,
            "reference_id": str(override.reference_id),
            "requested_by": override.requested_by,
            "approved_by": override.approved_by,
            "expires_at": override.expires_at.isoformat(),
        },
        reason=reason,
    )
