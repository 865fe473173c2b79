"""Credit promised to confirmed orders: taken in one statement, given back exactly once."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids, logs, metrics
from core.errors import DomainError, Invalid
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts, booking, guardrails, overrides, standing
from credit.events import RoomMade
from credit.guardrails import Verdict
from credit.tables import Reservation

POSTED, VOIDED, EXPIRED = "posted", "voided", "expired"
LOOKS = 3  # how often a no that cannot be explained is looked at again

_RESERVE = """
SELECT credit_reserve(p_org => %(org)s, p_retailer => %(retailer)s, p_id => %(id)s, p_reference => %(reference)s,
    p_amount => %(amount)s, p_at => %(at)s, p_entry => %(entry)s, p_actor => %(actor)s, p_subject => %(subject)s,
    p_after => %(after)s, p_request => %(request)s, p_body => %(body)s)
"""
_log = logs.get("reservations")


class ReservationOver(DomainError):
    """The reservation is not this retailer's, or it has ended already."""

    code = "RESERVATION_NOT_LIVE"
    detail = "The credit that was reserved for this has been released or used already."


def reserve(session: Session, retailer_id: UUID, reference_id: UUID, amount_minor: int) -> UUID:
    """Promise credit to what `reference_id` names; returns the reservation's id. One round trip, audited.

    All guardrails stand in the WHERE of one UPDATE: no order slips between a check and its effect. When they say no,
    an approved override for this reference is used up. Raises guardrails.Refused with every reason, Invalid, NotFound.
    """
    if not 0 < amount_minor <= MAX_MINOR:
        raise Invalid("The amount to reserve is above zero.", field="amount_minor", value=amount_minor)
    taken = _take(session, retailer_id, reference_id, amount_minor)
    return taken if taken is not None else _decide(session, retailer_id, reference_id, amount_minor)


def live(session: Session, reference_id: UUID) -> Reservation | None:
    """What is still reserved for `reference_id`."""
    found = select(Reservation).where(
        Reservation.org_id == db.org_of(session),
        Reservation.reference_id == reference_id,
        Reservation.status == "live",
    )
    return session.scalars(found.execution_options(populate_existing=True)).first()


def void(session: Session, reference_id: UUID, status: str = VOIDED) -> bool:
    """Release what is reserved for `reference_id`; audited. False when nothing is reserved (any more).

    `status` is voided (called off) or expired. Locks the account row.
    """
    if status not in (VOIDED, EXPIRED):
        raise ValueError(f"a reservation is voided or expired, not {status!r}")
    found = live(session, reference_id)
    if found is None:
        return False
    accounts.get(session, found.retailer_id, lock=True)
    amount = _end(session, found.id, found.retailer_id, status)
    if amount is None:
        return False
    booking.book(session, found.retailer_id, reserved_minor=-amount)
    audit.record(
        session,
        f"reservation.{status}",
        subject=ids.public("rsv", found.id),
        retailer_id=found.retailer_id,
        before={"amount_minor": amount, "reference_id": str(reference_id)},
    )
    happened(session, RoomMade(found.retailer_id))
    return True


def shrink(session: Session, reference_id: UUID, amount_minor: int) -> bool:
    """Promise less to `reference_id` than before; audited. False when as little or nothing is reserved.

    Locks the account row.
    """
    found = live(session, reference_id)
    if found is None:
        return False
    accounts.get(session, found.retailer_id, lock=True)
    row = db.execute(
        session,
        "UPDATE reservation r SET amount_minor = %(less)s FROM reservation old"
        " WHERE r.org_id = %(org)s AND r.id = %(id)s AND r.status = 'live' AND r.amount_minor > %(less)s"
        " AND old.org_id = r.org_id AND old.id = r.id RETURNING old.amount_minor",
        {"less": amount_minor, "org": str(db.org_of(session)), "id": str(found.id)},
    ).first()
    if row is None:
        return False
    booking.book(session, found.retailer_id, reserved_minor=amount_minor - row.amount_minor)
    audit.record(
        session,
        "reservation.shrunk",
        subject=ids.public("rsv", found.id),
        retailer_id=found.retailer_id,
        before={"amount_minor": row.amount_minor},
        after={"amount_minor": amount_minor, "reference_id": str(reference_id)},
    )
    happened(session, RoomMade(found.retailer_id))
    return True


def cover(session: Session, retailer_id: UUID, reference_id: UUID, amount_minor: int) -> UUID:
    """What is promised to `reference_id`, raised to this amount where it is less; returns the reservation's id.

    A rise is taken as any credit is: all guardrails look at the whole amount. Audited. Locks the account row when
    something rises. Raises guardrails.Refused with every reason; the caller's transaction ends with it.
    """
    found = live(session, reference_id)
    if found is not None and found.amount_minor >= amount_minor:
        return found.id
    if found is not None:
        accounts.get(session, retailer_id, lock=True)
        before_minor = _end(session, found.id, retailer_id, VOIDED) or 0
        booking.book(session, retailer_id, reserved_minor=-before_minor)
        audit.record(
            session,
            f"reservation.{VOIDED}",
            subject=ids.public("rsv", found.id),
            retailer_id=retailer_id,
            before={"amount_minor": before_minor, "reference_id": str(reference_id)},
            reason=f"raised to {amount_minor}",
        )
    return reserve(session, retailer_id, reference_id, amount_minor)


def use(session: Session, reservation_id: UUID, retailer_id: UUID) -> int:
    """End a reservation because its bill is being posted; returns its amount. The caller holds the account's lock.

    Raises ReservationOver.
    """
    amount = _end(session, reservation_id, retailer_id, POSTED)
    if amount is None:
        raise ReservationOver(reservation_id=ids.public("rsv", reservation_id))
    return amount


def _decide(session: Session, retailer_id: UUID, reference_id: UUID, amount_minor: int) -> UUID:
    """After a no: explain it, use an override, or reserve what was freed meanwhile.

    The locks keep the numbers of the account as they are. What they do not keep are the organisation's settings, and
    what other shops of the owner are paid: when explaining and taking differ, both look again.
    """
    account = accounts.get(session, retailer_id, lock=True)
    for _ in range(LOOKS):
        verdict = guardrails.judge(session, retailer_id, amount_minor)
        if verdict.reasons:
            override_id = overrides.take(session, account, reference_id, amount_minor, verdict)
            if override_id is not None:
                return _reserve_over_limit(session, retailer_id, reference_id, amount_minor, verdict, override_id)
            raise _refused(verdict)
        taken = _take(session, retailer_id, reference_id, amount_minor)
        if taken is not None:
            return taken
    _log.warning("credit.reserve_undecided", retailer_id=ids.public("ret", retailer_id), amount_minor=amount_minor)
    raise _refused(guardrails.undecided(standing.of(session, retailer_id), amount_minor))


def _refused(verdict: Verdict) -> guardrails.Refused:
    metrics.REFUSALS.labels(verdict.reason).inc()
    return guardrails.Refused(verdict)


def _take(session: Session, retailer_id: UUID, reference_id: UUID, amount_minor: int) -> UUID | None:
    reservation_id, at, who = ids.new(), clock.now(), audit.actor()
    subject = ids.public("rsv", reservation_id)
    after = {"amount_minor": amount_minor, "reference_id": str(reference_id)}
    taken = db.execute(
        session,
        _RESERVE,
        {
            "org": str(db.org_of(session)),
            "retailer": str(retailer_id),
            "id": str(reservation_id),
            "reference": str(reference_id),
            "amount": amount_minor,
            "at": at,
            "entry": str(ids.new()),
            "actor": who.name,
            "subject": subject,
            "after": db.json(after),
            "request": who.request_id,
            "body": audit.canonical("credit.reserved", subject, at, who, None, after, None),
        },
    ).scalar()
    return reservation_id if taken else None


def _reserve_over_limit(
    session: Session, retailer_id: UUID, reference_id: UUID, amount_minor: int, no: Verdict, override_id: UUID
) -> UUID:
    """Reserve past the rules; the caller holds the account's lock. The excess shows as the account's allowance."""
    reservation = Reservation(
        id=ids.new(),
        retailer_id=retailer_id,
        reference_id=reference_id,
        amount_minor=amount_minor,
        status="live",
        created_at=clock.now(),
    )
    session.add(reservation)
    session.flush()
    totals = booking.book(session, retailer_id, reserved_minor=amount_minor)
    audit.record(
        session,
        "credit.reserved_by_override",
        subject=ids.public("rsv", reservation.id),
        retailer_id=retailer_id,
        after={
            "amount_minor": amount_minor,
            "reference_id": str(reference_id),
            "override": ids.public("ovr", override_id),
            "past": [reason.code for reason in no.reasons],
            "allowance_minor": totals.allowance_minor,
        },
    )
    return reservation.id


def _end(session: Session, reservation_id: UUID, retailer_id: UUID, status: str) -> int | None:
    row = db.execute(
        session,
        "UPDATE reservation SET status = %s, resolved_at = %s"
        " WHERE org_id = %s AND id = %s AND retailer_id = %s AND status = 'live' RETURNING amount_minor",
        (status, clock.now(), str(db.org_of(session)), str(reservation_id), str(retailer_id)),
    ).first()
    return row[0] if row else None
