"""Payment claims: what somebody says was paid. Staff verify one, which records the payment, or reject it.

A claim never moves the ledger. While it waits, reminders keep still. A reference stands for one transfer: a claim whose
reference is booked already, or waits with another shop, is kept without holding it, and staff look at both.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts, cheques, doubts, payments, references
from credit.arrangements import Cheque
from credit.cheques import NewCheque
from credit.events import ClaimDeclined
from credit.payments import NewPayment, Receipt
from credit.references import CHEQUE
from credit.tables import POSTED, Payment, PaymentClaim
from parties import retailers, tasks

Row = TypeVar("Row", Payment, PaymentClaim)

CLAIMED, VERIFIED, REJECTED = "claimed", "verified", "rejected"
REFERENCE_FOLLOWS = timedelta(days=3)


class ClaimResolved(DomainError):
    """A claim is verified or rejected once."""

    code = "CLAIM_RESOLVED"
    detail = "This claim has been verified or rejected already."


class ClaimKnown(DomainError):
    """The same reference is told of once."""

    code = "CLAIM_KNOWN"
    detail = "A claim with this reference is waiting already."


@dataclass(frozen=True)
class NewClaim:
    """What was said. Amount, reference and method may be missing: people say what they know."""

    retailer_id: UUID
    amount_minor: int | None = None
    reference: str | None = None
    method: str | None = None
    message_id: UUID | None = None  # the message that brought a picture of it

    @property
    def key(self) -> str | None:
        """What its reference is compared by. Raises Invalid."""
        return references.of_claim(self.retailer_id, self.method, self.reference)


@dataclass(frozen=True)
class ClaimSeen:
    """Where a reference stands already: in the books, or with a claim that waits. `retailer_id` is whose."""

    retailer_id: UUID
    payment_id: UUID | None = None
    claim_id: UUID | None = None

    def told(self) -> dict[str, str | None]:
        """For staff."""
        return {
            "seen_payment_id": ids.public("pay", self.payment_id) if self.payment_id else None,
            "seen_claim_id": ids.public("clm", self.claim_id) if self.claim_id else None,
            "seen_retailer_id": retailers.public_id(self.retailer_id),
        }


def seen(session: Session, new: NewClaim) -> ClaimSeen | None:
    """Where the claim's reference stands: booked for whichever shop, or waiting with another. Raises Invalid."""
    key = new.key
    paid = doubts.with_reference(session, key)
    if paid is not None:
        return ClaimSeen(paid.retailer_id, payment_id=paid.id)
    other = with_key(session, key, CLAIMED)
    return ClaimSeen(other.retailer_id, claim_id=other.id) if other and other.retailer_id != new.retailer_id else None


def record(session: Session, new: NewClaim) -> PaymentClaim | None:
    """Keep a claim and ask staff to check it; None when this reference is waiting already. Raises Invalid, NotFound.

    One whose reference was `seen` does not hold it, and staff are told where it stands.
    """
    _check(new)
    shop = retailers.get(session, new.retailer_id)
    if _is_waiting(session, new):
        return None
    known = _hold(session, new)
    claim = PaymentClaim(
        id=ids.new(),
        retailer_id=new.retailer_id,
        amount_minor=new.amount_minor,
        reference=new.reference,
        reference_key=None if known else new.key,
        method=new.method,
        message_id=new.message_id,
        status=CLAIMED,
        freezes_reminders=True,
        created_at=clock.now(),
        recorded_by=audit.actor().name,
    )
    session.add(claim)
    session.flush()
    tasks.ask_staff(
        session,
        "payment_claimed",
        f"{shop.name} says that a payment was made. Please check the bank and record it.",
        retailer_id=shop.id,
        facts={
            "claim_id": ids.public("clm", claim.id),
            "amount_minor": new.amount_minor,
            "reference": new.reference,
            "message_id": ids.public("msg", new.message_id) if new.message_id else None,
        },
        dedupe_key=_task(claim),
    )
    _tell_staff(session, claim, known)
    return claim


def seen_elsewhere(session: Session, told: Sequence[PaymentClaim]) -> dict[UUID, ClaimSeen]:
    """Where the references of these claims stand beside them, by claim: for whoever looks at a list of them."""
    keys = {one.id: references.of_claim(one.retailer_id, one.method, one.reference) for one in told}
    named = {key for key in keys.values() if key}
    paid = {one.reference_key: one for one in _all_with(session, Payment, named, POSTED)}
    waiting = {one.reference_key: one for one in _all_with(session, PaymentClaim, named, CLAIMED)}
    found = dict[UUID, ClaimSeen]()
    for claim in told:
        booked_as, other = paid.get(keys[claim.id]), waiting.get(keys[claim.id])
        if booked_as is not None and booked_as.id != claim.payment_id:
            found[claim.id] = ClaimSeen(booked_as.retailer_id, payment_id=booked_as.id)
        elif claim.status == CLAIMED and other is not None and other.id != claim.id:
            found[claim.id] = ClaimSeen(other.retailer_id, claim_id=other.id)
    return found


def with_key(session: Session, key: str | None, *states: str) -> PaymentClaim | None:
    """The newest claim that holds this key of a reference (credit/references.py), in one of these states."""
    same = (
        PaymentClaim.org_id == db.org_of(session),
        PaymentClaim.reference_key == key,
        PaymentClaim.status.in_(states),
    )
    newest = select(PaymentClaim).where(*same).order_by(PaymentClaim.created_at.desc(), PaymentClaim.id.desc())
    return session.scalars(newest.limit(1)).first() if key else None


def booked(session: Session, retailer_id: UUID, reference: str) -> Payment | None:
    """The payment of this shop that is in the books with this reference, however it is written."""
    paid = doubts.with_reference(session, references.key(None, reference))
    return paid if paid is not None and paid.retailer_id == retailer_id else None


def noted(session: Session, retailer_id: UUID, reference: str) -> PaymentClaim | None:
    """The claim of this shop with this reference that waits, or was found right, however it is written."""
    key = references.key(None, reference)
    held = with_key(session, key, CLAIMED, VERIFIED)
    if held is not None and held.retailer_id == retailer_id:
        return held
    return next((one for one in _waiting(session, retailer_id) if references.key(None, one.reference) == key), None)


def keep_proof(session: Session, message_id: UUID, sha256: str) -> PaymentClaim | None:
    """Note what the picture of a claim is; one that another claim came with is for staff to look at.

    Returns the claim of this message, if there is one.
    """
    org = PaymentClaim.org_id == db.org_of(session)
    claim = session.scalars(select(PaymentClaim).where(org, PaymentClaim.message_id == message_id).limit(1)).first()
    if claim is None:
        return None
    claim.proof_sha256 = sha256
    session.flush()
    earlier = session.scalars(
        select(PaymentClaim).where(org, PaymentClaim.proof_sha256 == sha256, PaymentClaim.id != claim.id).limit(1)
    ).first()
    if earlier is not None:
        tasks.ask_staff(
            session,
            "payment_proof_seen_before",
            "The picture of this payment was sent before with another claim. Please look at both.",
            retailer_id=claim.retailer_id,
            facts={"claim_id": ids.public("clm", claim.id), "earlier_claim_id": ids.public("clm", earlier.id)},
            dedupe_key=f"proof:{claim.id}",
        )
    return claim


def without_reference(session: Session, retailer_id: UUID, amount_minor: int | None = None) -> PaymentClaim | None:
    """The newest claim of this shop that waits and holds no reference yet, if it is of the last days.

    One of `amount_minor` comes before all others.
    """
    found = select(PaymentClaim).where(
        PaymentClaim.org_id == db.org_of(session),
        PaymentClaim.retailer_id == retailer_id,
        PaymentClaim.status == CLAIMED,
        PaymentClaim.reference_key.is_(None),
        PaymentClaim.created_at > clock.now() - REFERENCE_FOLLOWS,
    )
    newest = PaymentClaim.created_at.desc(), PaymentClaim.id.desc()
    is_this = (PaymentClaim.amount_minor == amount_minor).desc().nulls_last()
    order = newest if amount_minor is None else (is_this, *newest)
    return session.scalars(found.order_by(*order).limit(1)).first()


def add_reference(session: Session, claim_id: UUID, reference: str) -> PaymentClaim:
    """Write the reference to a claim that came without one, or with one that stood elsewhere; audited.

    Raises ClaimResolved, NotFound, Invalid.
    """
    claim = _lock(session, claim_id)
    told = NewClaim(claim.retailer_id, reference=reference, method=claim.method)
    _check(told)
    if claim.reference_key is not None:
        raise Invalid("This claim has a reference already.", field="reference")
    known = _hold(session, told)
    claim.reference, claim.reference_key = reference, None if known else told.key
    session.flush()
    _tell_staff(session, claim, known)
    audit.record(
        session,
        "claim.referenced",
        subject=ids.public("clm", claim.id),
        retailer_id=claim.retailer_id,
        after={"reference": reference},
    )
    return claim


def get(session: Session, claim_id: UUID) -> PaymentClaim:
    """One claim. Raises NotFound."""
    return db.fetch(session, PaymentClaim, claim_id)


def verify(session: Session, claim_id: UUID, paid: NewPayment) -> Receipt:
    """Record the payment that a claim told of, audited; `paid` says what the bank really shows.

    Without a reference in `paid` the claim's own is taken. Locks the account row. Raises ClaimResolved, NotFound,
    Invalid (another shop's claim; a cheque, see verify_cheque) and what payments.record raises.
    """
    if paid.method == CHEQUE:
        raise Invalid("A claimed cheque is taken in as a cheque.", field="method")
    claim = _lock(session, claim_id, paid.retailer_id)
    receipt = payments.record(session, replace(paid, reference=paid.reference or claim.reference))
    claim.payment_id = receipt.payment_id
    _resolve(session, claim, VERIFIED, None)
    return receipt


def verify_cheque(session: Session, claim_id: UUID, handed_over: NewCheque) -> Cheque:
    """Take in the cheque that a claim told of, audited: received like any other, it counts when the setting says.

    Without a number in `handed_over` the claim's reference is taken. Locks the account row. Raises ClaimResolved,
    NotFound, Invalid (another shop's claim) and what cheques.receive raises.
    """
    claim = _lock(session, claim_id, handed_over.retailer_id)
    cheque = cheques.receive(session, replace(handed_over, number=handed_over.number or claim.reference or ""))
    claim.payment_id = cheque.id if cheques.counted(session, cheque) else None
    _resolve(session, claim, VERIFIED, f"Taken in as cheque {ids.public('chq', cheque.id)}.")
    return cheque


def reject(session: Session, claim_id: UUID, reason: str) -> PaymentClaim:
    """Say that no such payment came in, audited: reminders go on. Raises ClaimResolved, NotFound, Invalid."""
    reason = accounts.given(reason)
    claim = _lock(session, claim_id)
    _resolve(session, claim, REJECTED, reason)
    happened(session, ClaimDeclined(claim.id))
    return claim


def _check(new: NewClaim) -> None:
    if new.amount_minor is not None and not 0 < new.amount_minor <= MAX_MINOR:
        raise Invalid("A claimed amount is above zero.", field="amount_minor", value=new.amount_minor)
    references.check(new.method, new.reference)


def _is_waiting(session: Session, new: NewClaim) -> bool:
    """True when this shop told of this reference before, whether its claim holds it or not."""
    told = (
        references.of_claim(one.retailer_id, one.method, one.reference) for one in _waiting(session, new.retailer_id)
    )
    return new.key is not None and new.key in told


def _waiting(session: Session, retailer_id: UUID) -> Sequence[PaymentClaim]:
    """The claims of this shop that wait and name a reference."""
    named = select(PaymentClaim).where(
        PaymentClaim.org_id == db.org_of(session),
        PaymentClaim.retailer_id == retailer_id,
        PaymentClaim.reference.is_not(None),
        PaymentClaim.status == CLAIMED,
    )
    return session.scalars(named).all()


def _all_with(session: Session, table: type[Row], keys: Collection[str], status: str) -> Sequence[Row]:
    same = (table.org_id == db.org_of(session), table.reference_key.in_(keys), table.status == status)
    return session.scalars(select(table).where(*same)).all() if keys else ()


def _hold(session: Session, new: NewClaim) -> ClaimSeen | None:
    """Queue for the reference, and see whether it stands elsewhere; this claim may hold it when it does not."""
    if new.key is None:
        return None
    db.execute(session, references.QUEUE, (f"{db.org_of(session)} {new.key}",))
    return seen(session, new)


def _tell_staff(session: Session, claim: PaymentClaim, known: ClaimSeen | None) -> None:
    if known is not None:
        tasks.ask_staff(
            session,
            "payment_reference_seen_before",
            "The reference of this payment stands in our books or in another claim already. Please look at both.",
            retailer_id=claim.retailer_id,
            facts={"claim_id": ids.public("clm", claim.id), "reference": claim.reference, **known.told()},
            dedupe_key=f"reference:{claim.id}",
        )


def _lock(session: Session, claim_id: UUID, retailer_id: UUID | None = None) -> PaymentClaim:
    """The claim as it is once the account's lock is ours, still waiting; `retailer_id` is whose it must be."""
    claim = db.fetch(session, PaymentClaim, claim_id)
    accounts.get(session, claim.retailer_id, lock=True)
    session.refresh(claim)
    if claim.status != CLAIMED:
        raise ClaimResolved(state=claim.status)
    if retailer_id not in (None, claim.retailer_id):
        raise Invalid("The claim is another shop's.", field="retailer_id")
    return claim


def _resolve(session: Session, claim: PaymentClaim, status: str, reason: str | None) -> None:
    claim.status, claim.resolved_at, claim.note = status, clock.now(), reason
    claim.resolved_by = audit.actor().name
    session.flush()
    tasks.finish_known(session, _task(claim))
    audit.record(
        session,
        f"claim.{status}",
        subject=ids.public("clm", claim.id),
        retailer_id=claim.retailer_id,
        after={"payment_id": ids.public("pay", claim.payment_id) if claim.payment_id else None},
        reason=reason,
    )


def _task(claim: PaymentClaim) -> str:
    return f"claim:{claim.id}"
