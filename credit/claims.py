"""Payment claims: what somebody says was paid. Staff verify one, which records the payment, or reject it.

A claim never moves the ledger. While it waits, reminders keep still.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts, cheques, payments
from credit.arrangements import Cheque
from credit.cheques import NewCheque
from credit.events import ClaimDeclined
from credit.payments import MAX_REFERENCE, NewPayment, Receipt
from credit.tables import METHODS, Payment, PaymentClaim
from parties import retailers, tasks

CHEQUE = "cheque"
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


def record(session: Session, new: NewClaim) -> PaymentClaim | None:
    """Keep a claim and ask staff to check it; None when this reference is waiting already. Raises Invalid, NotFound."""
    _check(new)
    shop = retailers.get(session, new.retailer_id)
    if new.reference and _waiting(session, new):
        return None
    claim = PaymentClaim(
        id=ids.new(),
        retailer_id=new.retailer_id,
        amount_minor=new.amount_minor,
        reference=new.reference,
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
    return claim


def booked(session: Session, retailer_id: UUID, reference: str) -> Payment | None:
    """The payment of this shop that is in the books with this reference, however its letters are written."""
    same = select(Payment).where(
        Payment.org_id == db.org_of(session),
        Payment.retailer_id == retailer_id,
        func.upper(Payment.reference) == reference.upper(),
        Payment.status == "posted",
    )
    return session.scalars(same.limit(1)).first()


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


def without_reference(session: Session, retailer_id: UUID) -> PaymentClaim | None:
    """The newest claim of this shop that waits and has no reference yet, if it is of the last days."""
    found = select(PaymentClaim).where(
        PaymentClaim.org_id == db.org_of(session),
        PaymentClaim.retailer_id == retailer_id,
        PaymentClaim.status == CLAIMED,
        PaymentClaim.reference.is_(None),
        PaymentClaim.created_at > clock.now() - REFERENCE_FOLLOWS,
    )
    return session.scalars(found.order_by(PaymentClaim.created_at.desc(), PaymentClaim.id.desc()).limit(1)).first()


def add_reference(session: Session, claim_id: UUID, reference: str) -> PaymentClaim:
    """Write the reference to a claim that came without one, audited. Raises ClaimResolved, NotFound, Invalid."""
    claim = _lock(session, claim_id)
    _check(NewClaim(claim.retailer_id, reference=reference))
    if claim.reference is not None:
        raise Invalid("This claim has a reference already.", field="reference")
    claim.reference = reference
    session.flush()
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
    if new.method is not None and new.method not in METHODS:
        raise Invalid(f"The method is one of {', '.join(METHODS)}.", field="method", value=new.method)
    if new.reference is not None and len(new.reference) > MAX_REFERENCE:
        raise Invalid(f"A reference has at most {MAX_REFERENCE} characters.", field="reference")


def _waiting(session: Session, new: NewClaim) -> bool:
    same = select(PaymentClaim.id).where(
        PaymentClaim.org_id == db.org_of(session),
        PaymentClaim.retailer_id == new.retailer_id,
        PaymentClaim.reference == new.reference,
        PaymentClaim.status == CLAIMED,
    )
    return session.scalars(same.limit(1)).first() is not None


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
