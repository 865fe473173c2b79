"""Cheques: received, deposited, then cleared or bounced; or given back to the shop before they were deposited.

When a cheque lowers what is owed is the organisation's setting `cheque_counts_on`: clearing (paper is not money yet),
deposit, or receipt. Counting records a payment with the cheque's own id; a bounce takes exactly that payment back, so
that the same bills are open again, and may charge what the bank took. Changing the setting moves no cheque: what counts
goes on counting, and uses up the limit until it is cleared; what does not count yet is looked at at its next step.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts, allocating, days, doubts, ladder, payments, references
from credit.allocating import BillShare
from credit.arrangements import Cheque
from credit.events import PaymentFailed, RoomMade
from credit.payments import NewPayment, Receipt
from credit.references import MAX_REFERENCE
from credit.settings import CHEQUES_COUNT_ON, CreditSettings
from credit.tables import Bill, Payment

RECEIVED, DEPOSITED, CLEARED, BOUNCED, RETURNED = "received", "deposited", "cleared", "bounced", "returned"
LIVE = (RECEIVED, DEPOSITED, CLEARED)
COUNTS_AT = dict(zip(CHEQUES_COUNT_ON, LIVE, strict=True))
VALID_DAYS = 92  # Indian banks pay a cheque within three months of its date


class ChequeKnown(DomainError):
    """One cheque is one cheque, however often it is typed."""

    code = "PAYMENT_REFERENCE_USED"
    detail = "A cheque with this number has been taken already."


class ChequeMoved(DomainError):
    """The cheque is not in the state that this step starts from."""

    code = "CHEQUE_STATE"
    detail = "This cheque is not in a state that allows this."


class ChequeDate(DomainError):
    """A cheque is deposited from its date on, for three months."""

    code = "CHEQUE_DATE"
    detail = "A cheque is deposited from its date on and within three months."


@dataclass(frozen=True)
class NewCheque:
    """A cheque as it was handed over. Without dates it is today's; `chosen` are the bills it is meant for."""

    retailer_id: UUID
    amount_minor: int
    number: str
    bank: str | None = None
    dated_on: date | None = None
    received_on: date | None = None
    chosen: tuple[BillShare, ...] = ()


def receive(session: Session, new: NewCheque) -> Cheque:
    """Take a cheque in; what is owed stays unless receipt counts. Locks the account row, audited.

    Raises Invalid, NotFound, ChequeKnown, allocating.OverAllocated, and what payments.record raises when it counts.
    """
    number, key, received_on = _check(session, new)
    accounts.get(session, new.retailer_id, lock=True)
    if _is_known(session, key):
        raise ChequeKnown(reference=number)
    allocating.plan(session, new.retailer_id, new.amount_minor, new.chosen, spread=False)  # refuses what makes no sense
    cheque = Cheque(
        id=ids.new(),
        retailer_id=new.retailer_id,
        amount_minor=new.amount_minor,
        number=number,
        number_key=key,
        bank=new.bank,
        dated_on=new.dated_on or received_on,
        received_on=received_on,
        state=RECEIVED,
        chosen=[[str(bill_id), part_minor] for bill_id, part_minor in new.chosen],
        created_at=clock.now(),
    )
    session.add(cheque)
    session.flush()
    _audit(session, cheque)
    _count_if_due(session, cheque)
    return cheque


def deposit(session: Session, cheque_id: UUID) -> Cheque:
    """Bring a cheque to the bank, from its date on. Raises NotFound, ChequeMoved, ChequeDate."""
    cheque = _step(session, cheque_id, (RECEIVED,))
    today = days.today(session)
    if not cheque.dated_on <= today <= cheque.dated_on + timedelta(days=VALID_DAYS):
        raise ChequeDate(dated_on=cheque.dated_on.isoformat())
    cheque.state, cheque.deposited_on = DEPOSITED, today
    return _moved(session, cheque)


def clear(session: Session, cheque_id: UUID) -> Cheque:
    """The bank has paid. Raises NotFound, ChequeMoved.

    A cheque that counted before uses up the limit until now, so the rules look again.
    """
    cheque = _step(session, cheque_id, (DEPOSITED,))
    has_counted = counted(session, cheque) is not None
    cheque.state, cheque.ended_on = CLEARED, days.today(session)
    _moved(session, cheque)
    if has_counted:
        ladder.after_payment(session, accounts.get(session, cheque.retailer_id))
        happened(session, RoomMade(cheque.retailer_id, is_judged=True))
    return cheque


def bounce(session: Session, cheque_id: UUID, reason: str, charge_minor: int | None = None) -> Cheque:
    """The bank has not paid, or took it back: reopens exactly the bills that it settled, bills the charge.

    Raises Invalid, NotFound, ChequeMoved.
    """
    reason = accounts.given(reason)
    if charge_minor is not None and not 0 < charge_minor <= MAX_MINOR:
        raise Invalid("A charge is above zero.", field="charge_minor", value=charge_minor)
    cheque = _step(session, cheque_id, (DEPOSITED, CLEARED))
    _end(session, cheque, BOUNCED, reason)
    if charge_minor:
        payments.charge(session, cheque.retailer_id, cheque.id, charge_minor)
    return cheque


def give_back(session: Session, cheque_id: UUID, reason: str) -> Cheque:
    """Hand a cheque back that never went to the bank. Raises Invalid, NotFound, ChequeMoved."""
    reason = accounts.given(reason)
    cheque = _step(session, cheque_id, (RECEIVED,))
    _end(session, cheque, RETURNED, reason)
    return cheque


def undo(session: Session, cheque_id: UUID, reason: str, charge_minor: int | None = None) -> Cheque:
    """Take a cheque back in whatever state it is: given back before the bank saw it, bounced after."""
    if get(session, cheque_id).state == RECEIVED and charge_minor is None:
        return give_back(session, cheque_id, reason)
    return bounce(session, cheque_id, reason, charge_minor)


def get(session: Session, cheque_id: UUID) -> Cheque:
    """One cheque as it is now. Raises NotFound."""
    cheque = db.fetch(session, Cheque, cheque_id)
    session.refresh(cheque)
    return cheque


def find(session: Session, cheque_id: UUID) -> Cheque | None:
    """The cheque behind a payment, if it came as one."""
    return session.get(Cheque, (db.org_of(session), cheque_id), populate_existing=True)


def counted(session: Session, cheque: Cheque) -> Payment | None:
    """The payment that this cheque has become."""
    return session.get(Payment, (cheque.org_id, cheque.id), populate_existing=True)


def _check(session: Session, new: NewCheque) -> tuple[str, str, date]:
    if not 0 < new.amount_minor <= MAX_MINOR:
        raise Invalid("A cheque's amount is above zero.", field="amount_minor", value=new.amount_minor)
    number, key = references.written(f"{new.bank or ''} {new.number}"), references.of_cheque(new.bank, new.number)
    if not number or not key or len(number) > MAX_REFERENCE:
        raise Invalid("A cheque is known by its number.", field="reference")
    today = days.today(session)
    days.possible(new.dated_on or today, "dated_on")
    return number, key, doubts.received_on(session, new.retailer_id, new.received_on, today)


def _is_known(session: Session, key: str) -> bool:
    org, is_live = Cheque.org_id == db.org_of(session), Cheque.state.in_(LIVE)
    same = select(Cheque.id).where(org, Cheque.number_key == key, is_live)
    return session.scalars(same.limit(1)).first() is not None


def _step(session: Session, cheque_id: UUID, states: tuple[str, ...]) -> Cheque:
    """The cheque as it is once the account's lock is ours, in one of these states."""
    accounts.get(session, get(session, cheque_id).retailer_id, lock=True)
    cheque = get(session, cheque_id)
    if cheque.state not in states:
        raise ChequeMoved(f"This cheque is {cheque.state}.", state=cheque.state)
    return cheque


def _moved(session: Session, cheque: Cheque) -> Cheque:
    session.flush()
    _audit(session, cheque)
    _count_if_due(session, cheque)
    return cheque


def _end(session: Session, cheque: Cheque, state: str, reason: str) -> None:
    cheque.state, cheque.ended_on, cheque.note = state, days.today(session), reason
    session.flush()
    _audit(session, cheque, reason)
    paid = counted(session, cheque)
    if paid is not None and paid.status == "posted":
        payments.take_back(session, paid.id, reason)
    happened(session, PaymentFailed(cheque.retailer_id, f"cheque_{state}"))


def _count_if_due(session: Session, cheque: Cheque) -> Receipt | None:
    """Record the payment once the cheque has come as far as the setting asks."""
    needed = COUNTS_AT[CreditSettings.current(session).cheque_counts_on]
    if LIVE.index(cheque.state) < LIVE.index(needed) or counted(session, cheque) is not None:
        return None
    paid = NewPayment(
        retailer_id=cheque.retailer_id,
        amount_minor=cheque.amount_minor,
        method="cheque",
        reference=cheque.number,
        chosen=_still_open(session, cheque),
        payment_id=cheque.id,
    )
    return payments.record(session, paid)


def _still_open(session: Session, cheque: Cheque) -> tuple[BillShare, ...]:
    """The bills that the cheque was meant for, with what is left of them: others may have paid in the meantime."""
    meant = {UUID(str(bill_id)): int(str(part_minor)) for bill_id, part_minor in cheque.chosen}
    found = session.execute(
        select(Bill.id, Bill.open_minor).where(
            Bill.org_id == cheque.org_id, Bill.retailer_id == cheque.retailer_id, Bill.id.in_(meant)
        )
    )
    left = {bill_id: min(meant[bill_id], open_minor) for bill_id, open_minor in found}
    return tuple((bill_id, part_minor) for bill_id, part_minor in left.items() if part_minor)


def _audit(session: Session, cheque: Cheque, reason: str | None = None) -> None:
    audit.record(
        session,
        f"cheque.{cheque.state}",
        subject=ids.public("chq", cheque.id),
        retailer_id=cheque.retailer_id,
        after={
            "number": cheque.number,
            "amount_minor": cheque.amount_minor,
            "dated_on": cheque.dated_on.isoformat(),
        },
        reason=reason,
    )
