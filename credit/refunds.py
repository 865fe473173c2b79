"""Refunds: money on account paid back, told to the shop, and taken back again when it turns out wrong.

Money that leaves is owed again, and settled at once by what is on account: a bill of its own, with the refund's id, so
that statements, ages and books know it as they know every bill. The oldest money goes first. When the payment that was
paid back turns out to be none, its reversal reopens that bill: the shop owes what it was given.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts, advances, bills, days, doubts, numbers, payments, references, unapplying
from credit.allocating import Allocated
from credit.arrangements import Refund
from credit.events import RefundPaid, RefundTakenBack
from credit.payments import ACCOUNT_OF, NewPayment, ReferenceUsed
from credit.tables import CREDIT, POSTED, REVERSED

RETURNED = payments.REFUND_RETURNED


class NotOnAccount(DomainError):
    """More is to be paid back than there is."""

    code = "NOT_ON_ACCOUNT"
    detail = "There is not so much money on account. A cheque counts once the bank has paid it."


class RefundReversed(DomainError):
    """The refund was taken back before."""

    code = "REFUND_REVERSED"
    detail = "This refund has been reversed already."


@dataclass(frozen=True)
class NewRefund:
    """Money that is paid back, how, under which reference, and why."""

    retailer_id: UUID
    amount_minor: int
    method: str
    reason: str
    reference: str | None = None


@dataclass(frozen=True)
class PaidBack:
    """A refund, and what is owed and on account after it."""

    refund: Refund
    currency: str
    on_account_minor: int
    outstanding_minor: int


def pay(session: Session, new: NewRefund) -> PaidBack:
    """Pay money on account back: never more than is there. Locks the account row; audited; the shop is told.

    Raises Invalid, NotFound, NotOnAccount, payments.ReferenceUsed.
    """
    reason, key = _check(new)
    accounts.get(session, new.retailer_id, lock=True)
    _check_reference(session, new, key)
    there = advances.money(session, new.retailer_id)
    there_minor = sum(one.unapplied_minor for one in there)
    if new.amount_minor > there_minor:
        raise NotOnAccount(on_account_minor=there_minor, amount_minor=new.amount_minor)
    refund = _refund(session, new, key, reason)
    bill = bills.post(session, _posting(session, refund))
    session.add(refund)
    session.flush()  # what follows is written by hand
    advances.settle(session, refund.retailer_id, there, Allocated(bill.id, bill.reference, bill.amount_minor))
    paid = shown(session, refund)
    _audit(session, paid, "refund.paid", None)
    happened(session, RefundPaid(*_facts(paid)))
    return paid


def reverse(session: Session, refund_id: UUID, reason: str) -> PaidBack:
    """Take a refund back (wrong entry, or it came back): the money is on account again. Audited; the shop is told.

    Where it was asked back from the shop in the meantime, it settles that. Raises Invalid, NotFound, RefundReversed.
    """
    reason = accounts.given(reason)
    accounts.get(session, get(session, refund_id).retailer_id, lock=True)
    refund = get(session, refund_id)
    if refund.status != POSTED:
        raise RefundReversed(refund_id=ids.public("rfd", refund_id))
    refund.status, refund.reversed_at = REVERSED, clock.now()
    session.flush()  # what follows is written by hand
    unapplying.take_off(session, refund.retailer_id, refund_id, reason)
    bill = bills.get(session, refund_id)
    open_minor = bill.open_minor
    payments.record(
        session,
        NewPayment(
            retailer_id=refund.retailer_id,
            amount_minor=refund.amount_minor,
            method=CREDIT,
            reference=bill.reference,
            chosen=((refund_id, open_minor),) if open_minor else (),
            kind=RETURNED,
            note=reason,
            spread=False,
            contra={ACCOUNT_OF[refund.method]: refund.amount_minor},
        ),
    )
    paid = shown(session, refund)
    _audit(session, paid, "refund.reversed", reason)
    happened(session, RefundTakenBack(*_facts(paid)))
    return paid


def get(session: Session, refund_id: UUID) -> Refund:
    """One refund as it is in the database now. Raises NotFound."""
    refund = db.fetch(session, Refund, refund_id)
    session.refresh(refund)
    return refund


def shown(session: Session, refund: Refund) -> PaidBack:
    """A refund beside what is owed and on account now."""
    account = accounts.get(session, refund.retailer_id)
    session.refresh(account)
    on_account_minor = advances.held_minor(session, refund.retailer_id)
    return PaidBack(refund, account.currency, on_account_minor, account.outstanding_minor)


def _check(new: NewRefund) -> tuple[str, str | None]:
    """The reason and the key of the reference. Raises Invalid."""
    if not 0 < new.amount_minor <= MAX_MINOR:
        raise Invalid("A refund's amount is above zero.", field="amount_minor", value=new.amount_minor)
    references.check(new.method, new.reference)
    return accounts.given(new.reason), references.key(new.method, new.reference)


def _check_reference(session: Session, new: NewRefund, key: str | None) -> None:
    """A reference names one movement of money, in or out. Raises ReferenceUsed."""
    if key is None:
        return
    db.execute(session, references.QUEUE, (f"{db.org_of(session)} {key}",))
    same = (Refund.org_id == db.org_of(session), Refund.reference_key == key, Refund.status == POSTED)
    paid = doubts.with_reference(session, key)
    if paid is not None or session.scalars(select(Refund.id).where(*same).limit(1)).first() is not None:
        raise ReferenceUsed("Money has moved under this reference already.", reference=new.reference)


def _refund(session: Session, new: NewRefund, key: str | None, reason: str) -> Refund:
    return Refund(
        org_id=db.org_of(session),
        id=ids.new(),
        retailer_id=new.retailer_id,
        amount_minor=new.amount_minor,
        method=new.method,
        reference=references.written(new.reference),
        reference_key=key,
        paid_on=days.today(session),
        status=POSTED,
        reason=reason,
        recorded_by=audit.actor().name,
        created_at=clock.now(),
    )


def _posting(session: Session, refund: Refund) -> bills.Posting:
    return bills.Posting(
        retailer_id=refund.retailer_id,
        kind=bills.REFUND,
        reference=numbers.take(session, numbers.REFUND),
        bill_on=refund.paid_on,
        due_on=refund.paid_on,
        amount_minor=refund.amount_minor,
        contra={ACCOUNT_OF[refund.method]: refund.amount_minor},
        reason=refund.reason,
        bill_id=refund.id,
    )


def _audit(session: Session, paid: PaidBack, action: str, reason: str | None) -> None:
    refund = paid.refund
    audit.record(
        session,
        action,
        subject=ids.public("rfd", refund.id),
        retailer_id=refund.retailer_id,
        after={
            "amount_minor": refund.amount_minor,
            "method": refund.method,
            "reference": refund.reference,
            "on_account_minor": paid.on_account_minor,
            "outstanding_minor": paid.outstanding_minor,
        },
        reason=reason or refund.reason,
    )


def _facts(paid: PaidBack) -> tuple[UUID, UUID, int, str, str, date, int]:
    """What the events about a refund tell of it."""
    refund = paid.refund
    known = (refund.id, refund.retailer_id, refund.amount_minor, paid.currency)
    return *known, refund.method, refund.paid_on, paid.outstanding_minor
