"""Payments: money received, put to bills, taken back exactly when it turns out wrong.

A credit that is no money (a return, a write-off; see adjustments) is a row of the same table and goes the same way: its
`kind` says what it is and which account of the ledger bears it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid, NotFound
from core.events import happened
from core.money import MAX_MINOR
from credit import (
    accounts,
    allocating,
    bills,
    booking,
    cash,
    days,
    doubts,
    ladder,
    ledger,
    numbers,
    promises,
    references,
    reminders,
)
from credit.allocating import Allocated, BillShare
from credit.arrangements import Cheque
from credit.events import CreditTakenBack, PaymentFailed, PaymentTaken, PaymentTakenBack, RoomMade
from credit.settings import CreditSettings
from credit.tables import CREDIT, CreditAccount, Payment

PAYMENT, DISPUTE, DISCOUNT, REFUND_RETURNED = "payment", "dispute", "cash_discount", "refund_returned"
ACCOUNT_OF = {"cash": "cash", "upi": "upi", "bank": "bank", "cheque": "cheque", "other": "other_receipts"}
BORNE_BY = {
    "opening": "opening_balance",
    "return": "returns",
    "damage": "returns",
    "short_supply": "returns",
    "expiry": "returns",
    "rate_difference": "discounts",
    "scheme_claim": "discounts",
    "goodwill": "discounts",
    DISCOUNT: "discounts",
    "write_off": "bad_debts",
    DISPUTE: "disputed",
    REFUND_RETURNED: "other_receipts",  # its contra says whence it came
}

_DISCOUNTS = """
SELECT DISTINCT p.id FROM allocation a JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id
WHERE a.org_id = %s AND a.bill_id = ANY(%s::uuid[]) AND p.kind = 'cash_discount' AND p.status = 'posted'
"""


class ReferenceUsed(DomainError):
    """The same bank reference cannot pay twice, whichever way it is written and however the money is said to come."""

    code = "PAYMENT_REFERENCE_USED"
    detail = "A payment with this reference has been recorded already."


class AlreadyReversed(DomainError):
    """The payment was taken back before."""

    code = "PAYMENT_REVERSED"
    detail = "This payment has been reversed already."


@dataclass(frozen=True)
class NewPayment:
    """Money received. `received_on` None = today; `chosen` bills are settled first, each with its part.

    Without `spread` only the chosen bills are settled; with `whole` nothing may be left on account. `kind` is another
    credit's, with the method `credit` and its reason in `note`; `contra` splits what bears it over accounts that add up
    to `amount_minor` (value, taxes, round-off of a credit note). `is_meant`: cash that equals what the shop paid a
    moment ago is another payment.
    """

    retailer_id: UUID
    amount_minor: int
    method: str
    reference: str | None = None
    received_on: date | None = None
    chosen: tuple[BillShare, ...] = ()
    kind: str = PAYMENT
    note: str | None = None
    spread: bool = True
    whole: bool = False
    payment_id: UUID | None = None
    contra: Mapping[str, int] | None = None
    is_meant: bool = False


@dataclass(frozen=True)
class Receipt:
    """A payment and what it did. `outstanding_minor` is what the retailer owes afterwards; negative = in advance."""

    payment: Payment
    currency: str
    allocations: tuple[Allocated, ...]
    outstanding_minor: int
    warnings: tuple[str, ...] = ()

    @property
    def payment_id(self) -> UUID:
        """The payment's id."""
        return self.payment.id

    @property
    def retailer_id(self) -> UUID:
        """Who paid."""
        return self.payment.retailer_id

    @property
    def amount_minor(self) -> int:
        """What was received."""
        return self.payment.amount_minor

    @property
    def unapplied_minor(self) -> int:
        """What no bill took: it stays on account."""
        return self.payment.unapplied_minor


def record(session: Session, new: NewPayment) -> Receipt:
    """Record money received: allocate it, book it, lower what is owed; audited. Locks the account row.

    Named bills first, then oldest first; what no bill takes stays on account. Raises Invalid, NotFound,
    ReferenceUsed, doubts.LooksDouble, allocating.OverAllocated.
    """
    _check(new)
    key, in_cash = references.key(new.method, new.reference), new.method == cash.CASH and new.kind == PAYMENT
    series = numbers.RECEIPT if new.kind == PAYMENT else None if new.reference else numbers.ADJUSTMENT
    cash_minor = new.amount_minor if in_cash else None
    known = booking.look(session, new.retailer_id, new.received_on, key, cash_minor, series)
    received_on = _received_on(session, new, known.today)
    _refuse_known(new, known)
    applied = allocating.plan(
        session, new.retailer_id, new.amount_minor, new.chosen, spread=new.spread, first=known.bills
    )
    unapplied = new.amount_minor - sum(one.amount_minor for one in applied)
    if new.whole and unapplied:
        raise allocating.OverAllocated(open_minor=new.amount_minor - unapplied, amount_minor=new.amount_minor)
    payment = _payment(session, new, key, received_on, unapplied)
    payment.receipt_number = known.receipt_number
    cash_limit = cash.limit(known.country, CreditSettings.read(known.settings)) if payment.method == cash.CASH else None
    too_much = cash.reached(session, known.cash_minor + new.amount_minor, applied, cash_limit)
    outstanding_minor = known.outstanding_minor - new.amount_minor
    warnings = _warnings(too_much is not None, known)
    entry = _entry(payment, outstanding_minor, warnings)
    owed_minor = booking.pay(session, payment, applied, _journal(payment, new.contra), entry)
    if owed_minor is None:
        raise ReferenceUsed(**doubts.used_by(session, payment))
    if owed_minor != outstanding_minor:
        raise AssertionError(f"{owed_minor} is owed and {outstanding_minor} was audited: the lock was not held")
    if too_much is not None:
        cash.ask_accountant(session, payment, known.currency, too_much, cash_limit)
    if known.has_reminders:
        reminders.withdraw_paid(session, new.retailer_id)
    if payment.kind == PAYMENT and (known.has_promise or received_on < known.today):
        promises.keep(session, payment.retailer_id)
    if payment.kind == PAYMENT:
        happened(session, PaymentTaken(*_facts(payment, known.currency, outstanding_minor)))
    ladder.after_payment(session, known)
    happened(session, RoomMade(new.retailer_id, is_judged=True))
    return Receipt(payment, known.currency, tuple(applied), outstanding_minor, warnings)


def reverse(session: Session, payment_id: UUID, reason: str, charge_minor: int | None = None) -> Receipt:
    """Take a payment back (wrong entry, bounced cheque): reopens exactly the bills it settled; audited.

    Counter-allocations and counter-transfers are added, nothing is erased. `charge_minor` bills the retailer for it.
    Raises Invalid, NotFound, AlreadyReversed.
    """
    reason = accounts.given(reason)
    if charge_minor is not None and not 0 < charge_minor <= MAX_MINOR:
        raise Invalid("A charge is above zero.", field="charge_minor", value=charge_minor)
    payment = get(session, payment_id)
    if payment.kind == DISPUTE:
        raise Invalid("A disputed amount is released by settling the dispute.", field="payment_id")
    if payment.kind == REFUND_RETURNED:
        raise Invalid("A refund that came back is paid anew.", field="payment_id")
    if payment.method == "cheque" and session.get(Cheque, (payment.org_id, payment_id)) is not None:
        raise Invalid("A cheque is taken back as a cheque: bounced, or given back.", field="payment_id")
    undone = take_back(session, payment_id, reason)
    if charge_minor:
        charge(session, undone.retailer_id, payment_id, charge_minor)
        undone = replace(undone, outstanding_minor=undone.outstanding_minor + charge_minor)
    if undone.payment.kind == PAYMENT:
        happened(session, PaymentTakenBack(*_facts(undone.payment, undone.currency, undone.outstanding_minor)))
        happened(session, PaymentFailed(undone.retailer_id, "payment_reversed"))
    else:
        happened(session, CreditTakenBack(undone.retailer_id))
    return undone


def take_back(session: Session, payment_id: UUID, reason: str, on: date | None = None) -> Receipt:
    """Undo a payment or another credit as of a day (today), without the checks of a door.

    Raises NotFound, AlreadyReversed.
    """
    on = on or days.today(session)
    account, payment = _lock(session, payment_id)
    if payment.status != "posted":
        raise AlreadyReversed(payment_id=_public(payment))
    taken_back = [
        Allocated(one.bill_id, one.reference, -one.amount_minor) for one in allocating.applied_to(session, payment_id)
    ]
    totals = booking.book(
        session,
        payment.retailer_id,
        outstanding_minor=payment.amount_minor,
        journal=ledger.reversal(payment_id, reason=_action(payment, "reversed"), effective_on=on),
        shares=booking.Shares(payment_id, taken_back),
    )
    _mark_reversed(session, payment, on)
    audit.record(
        session,
        _action(payment, "reversed"),
        subject=_public(payment),
        retailer_id=payment.retailer_id,
        before={"amount_minor": payment.amount_minor, "method": payment.method, "reference": payment.reference},
        after={"outstanding_minor": totals.outstanding_minor, "allowance_minor": totals.allowance_minor},
        reason=reason,
    )
    if payment.kind == PAYMENT:
        promises.lose(session, payment.retailer_id)
    lost_minor = 0 if payment.kind in (DISCOUNT, DISPUTE) else lose_discounts(session, taken_back, reason)
    return Receipt(payment, account.currency, tuple(taken_back), totals.outstanding_minor + lost_minor)


def lose_discounts(session: Session, reopened: Sequence[Allocated], reason: str) -> int:
    """A cash discount was for settling a bill in full: it goes with the money, or the credit, that did so.

    Returns what is owed again for that.
    """
    named = [str(one.bill_id) for one in reopened]
    found = db.execute(session, _DISCOUNTS, (str(db.org_of(session)), named)).all() if named else []
    return sum(take_back(session, discount_id, reason).amount_minor for (discount_id,) in found)


def charge(session: Session, retailer_id: UUID, payment_id: UUID, charge_minor: int) -> None:
    """Bill what the bank took for a payment that came back. Raises Invalid."""
    today = days.today(session)
    bills.post(
        session,
        bills.Posting(
            retailer_id=retailer_id,
            kind=bills.CHARGE,
            reference=numbers.take(session, numbers.CHARGE),
            bill_on=today,
            due_on=today,
            amount_minor=charge_minor,
            contra={"charges": charge_minor},
            reason="what the bank took for a payment that came back, without tax",
        ),
    )


def get(session: Session, payment_id: UUID) -> Payment:
    """One payment as it is in the database now. Raises NotFound."""
    payment = session.get(Payment, (db.org_of(session), payment_id), populate_existing=True)
    if payment is None:
        raise NotFound(kind="Payment")
    return payment


def receipt(session: Session, payment: Payment) -> Receipt:
    """What a payment settles now, and what is owed now."""
    account = accounts.get(session, payment.retailer_id)
    applied = tuple(allocating.applied_to(session, payment.id))
    return Receipt(payment, account.currency, applied, account.outstanding_minor)


def _check(new: NewPayment) -> None:
    if not 0 < new.amount_minor <= MAX_MINOR:
        raise Invalid("A payment's amount is above zero.", field="amount_minor", value=new.amount_minor)
    if new.contra is not None and sum(new.contra.values()) != new.amount_minor:
        raise ValueError(f"the accounts that bear this credit do not add up to {new.amount_minor}")
    if new.kind != PAYMENT and (new.kind not in BORNE_BY or new.method != CREDIT):
        raise ValueError(f"{new.kind} by {new.method} is no credit")
    references.check(new.method if new.kind == PAYMENT else None, new.reference)


def _received_on(session: Session, new: NewPayment, today: date) -> date:
    """Money has a plausible day; another credit, such as an opening balance, only one that has come."""
    if new.kind == PAYMENT:
        return doubts.received_on(session, new.retailer_id, new.received_on, today)
    day = days.possible(new.received_on or today, "received_on")
    if day > today:
        raise Invalid("A credit cannot be given in the future.", field="received_on", value=day.isoformat())
    return day


def _refuse_known(new: NewPayment, known: booking.LockedAccount) -> None:
    if known.is_paid_back:
        raise ReferenceUsed("Money was paid back under this reference.", reference=new.reference)
    doubts.check_double(known.same_cash, new.is_meant)


def _warnings(is_too_much_cash: bool, known: booking.LockedAccount) -> tuple[str, ...]:
    told = ((is_too_much_cash, cash.WARNING), (known.is_claimed_elsewhere, doubts.CLAIMED_ELSEWHERE))
    return tuple(warning for is_so, warning in told if is_so)


def _payment(session: Session, new: NewPayment, key: str | None, received_on: date, unapplied_minor: int) -> Payment:
    return Payment(
        org_id=db.org_of(session),
        id=new.payment_id or ids.new(),
        retailer_id=new.retailer_id,
        amount_minor=new.amount_minor,
        unapplied_minor=unapplied_minor,
        method=new.method,
        reference=references.written(new.reference),
        reference_key=key,
        received_on=received_on,
        status="posted",
        recorded_by=audit.actor().name,
        created_at=clock.now(),
        kind=new.kind,
        note=new.note,
    )


def _journal(payment: Payment, contra: Mapping[str, int] | None) -> ledger.Journal:
    borne_by = ACCOUNT_OF[payment.method] if payment.kind == PAYMENT else BORNE_BY[payment.kind]
    return ledger.Journal(
        id=payment.id,
        reason=_action(payment, "recorded") if payment.kind == PAYMENT else f"credit.{payment.kind}",
        reference=payment.reference or payment.receipt_number or _public(payment),
        key=f"payment:{payment.id}",
        effective_on=payment.received_on,
        transfers=ledger.borne_by(contra or {borne_by: payment.amount_minor}),
    )


def _entry(payment: Payment, outstanding_minor: int, warnings: tuple[str, ...]) -> audit.NewEntry:
    what: dict[str, Any] = {"method": payment.method} if payment.kind == PAYMENT else {"kind": payment.kind}
    if warnings:
        what["warnings"] = list(warnings)
    return audit.entry(
        _action(payment, "recorded"),
        subject=_public(payment),
        after={
            "amount_minor": payment.amount_minor,
            **what,
            "reference": payment.reference,
            **({"receipt_number": payment.receipt_number} if payment.receipt_number else {}),
            "received_on": payment.received_on.isoformat(),
            "unapplied_minor": payment.unapplied_minor,
            "outstanding_minor": outstanding_minor,
        },
        reason=payment.note,
        at=payment.created_at,
    )


def _facts(payment: Payment, currency: str, outstanding_minor: int) -> tuple[Any, ...]:
    """What the events about a payment tell of it."""
    known = (payment.id, payment.retailer_id, payment.amount_minor, currency)
    return *known, payment.method, payment.received_on, outstanding_minor, payment.receipt_number


def _action(payment: Payment, verb: str) -> str:
    return f"{'payment' if payment.kind == PAYMENT else 'adjustment'}.{verb}"


def _public(payment: Payment) -> str:
    return ids.public("pay" if payment.kind == PAYMENT else "adj", payment.id)


def _lock(session: Session, payment_id: UUID) -> tuple[CreditAccount, Payment]:
    """The account, locked, and the payment as it is once the lock is ours."""
    account = accounts.get(session, get(session, payment_id).retailer_id, lock=True)
    return account, get(session, payment_id)


def _mark_reversed(session: Session, payment: Payment, on: date) -> None:
    payment.status, payment.reversed_at, payment.reversed_on = "reversed", clock.now(), on
    payment.unapplied_minor = 0
    session.flush()  # later statements of this transaction are hand-written and must see it
