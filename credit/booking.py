"""The one writer of what an account owes and has promised: transfers, allocations and running totals, in one statement.

`book` is for every change; `pay` and `bill` do it together with the row that is its cause. All three call `credit_book`
(credit/sql/book.sql), which decides nothing. What a payment is decided by is read in one round trip too (`look`).
Whoever books has locked the account's row first, then bills: one order of locks, no deadlocks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import NotFound
from credit import numbers
from credit.allocating import FIRST_PAGE, Allocated, PayableBill
from credit.ledger import Journal
from credit.tables import Bill, Payment

LOOKS_DOUBLE = timedelta(minutes=10)  # equal cash of one shop so soon after may be the same money

_LOOK = """
SELECT * FROM payment_look(p_org => %(org)s, p_retailer => %(retailer)s, p_at => %(at)s,
    p_received_on => %(received_on)s, p_most => %(most)s, p_key => %(key)s, p_cash_minor => %(cash)s,
    p_cash_since => %(since)s, p_series => %(series)s, p_prefix => %(prefix)s, p_year_starts => %(year_starts)s)
"""


def _booked(retailer: str) -> str:
    """The call, for the shop that a part of the statement names: it runs once for each row of that part."""
    return f"""credit_book(p_org => %(org)s, p_retailer => {retailer}, p_at => %(at)s, p_outstanding => %(outstanding)s,
    p_reserved => %(reserved)s, p_payment => %(payment)s, p_applied_on => %(applied_on)s,
    p_allocations => %(allocations)s::uuid[], p_bills => %(bills)s::uuid[], p_parts => %(parts)s::bigint[],
    p_journal => %(journal)s, p_effective_on => %(effective_on)s, p_reason => %(reason)s, p_reference => %(reference)s,
    p_key => %(key)s, p_transfers => %(transfers)s::uuid[], p_debits => %(debits)s::text[],
    p_credits => %(credits)s::text[], p_amounts => %(amounts)s::bigint[], p_reverses => %(reverses)s) AS booked"""


_YEAR_STARTS = db.json(numbers.YEAR_STARTS)
_BOOK = f"SELECT * FROM {_booked('%(retailer)s')}"
# No row when a posted payment has this reference already, however it was written: then nothing is written.
_PAY = f"""
WITH taken AS (
    INSERT INTO payment (org_id, id, retailer_id, amount_minor, unapplied_minor, method, reference, reference_key,
        received_on, status, recorded_by, created_at, kind, note, receipt_number)
    VALUES (%(org)s, %(payment)s, %(retailer)s, %(amount)s, %(unapplied)s, %(method)s, %(paid_as)s, %(paid_key)s,
        %(received_on)s, 'posted', %(recorded_by)s, %(at)s, %(kind)s, %(note)s, %(receipt_number)s)
    ON CONFLICT (org_id, reference_key) WHERE reference_key IS NOT NULL AND status = 'posted' DO NOTHING
    RETURNING retailer_id
)
SELECT booked.outstanding_minor, audit_append(p_org => %(org)s, p_id => %(entry_id)s, p_retailer => taken.retailer_id,
    p_at => %(at)s, p_actor => %(actor)s, p_action => %(action)s, p_subject => %(subject)s, p_reason => %(note)s,
    p_before => NULL, p_after => %(after)s, p_request => %(request)s, p_body => %(body)s)
FROM taken CROSS JOIN LATERAL {_booked("taken.retailer_id")}
"""
# No row when the retailer has such a bill already: then nothing is written.
_BILL = f"""
WITH posted AS (
    INSERT INTO bill (org_id, id, retailer_id, kind, reference, bill_on, due_on, amount_minor, open_minor, created_at)
    VALUES (%(org)s, %(bill)s, %(retailer)s, %(kind)s, %(billed_as)s, %(bill_on)s, %(due_on)s, %(amount)s, %(amount)s,
        %(at)s)
    ON CONFLICT (org_id, retailer_id, kind, reference) DO NOTHING RETURNING retailer_id
)
SELECT booked.* FROM posted CROSS JOIN LATERAL {_booked("posted.retailer_id")}
"""


@dataclass(frozen=True)
class Shares:
    """A payment's parts and their bills; a part below zero reopens its bill.

    `applied_on` is the day on which money that was on account is put to bills.
    """

    payment_id: UUID
    applied: Sequence[Allocated]
    applied_on: date | None = None


@dataclass(frozen=True)
class AccountTotals:
    """An account's running totals after a booking; `allowance_minor` is what goes beyond the limit."""

    outstanding_minor: int
    reserved_minor: int
    allowance_minor: int


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """What stands while the account's lock is held. `bills` are the first open ones, oldest due first.

    `cash_minor` is what was taken in cash on the day of receipt before, `same_cash` a payment of just now that this may
    be once more; `is_paid_back`: a refund has the reference; `settings` are the organisation's own.
    """

    retailer_id: UUID
    currency: str
    outstanding_minor: int
    watched_at: datetime | None
    pause_source: str | None
    country: str
    settings: Mapping[str, Any]
    today: date
    has_promise: bool
    has_reminders: bool
    cash_minor: int
    is_claimed_elsewhere: bool
    is_paid_back: bool
    same_cash: UUID | None
    receipt_number: str | None
    bills: tuple[PayableBill, ...]


def look(
    session: Session,
    retailer_id: UUID,
    received_on: date | None,
    key: str | None = None,
    cash_minor: int | None = None,
    series: str | None = None,
) -> LockedAccount:
    """Lock the account's row and read everything that a payment depends on. Raises NotFound.

    `cash_minor` is what is paid in cash, to be told of the same amount of a moment ago; of a `series` a number is
    taken.
    """
    session.flush()  # what was changed as rows before is read here by hand
    asked = {
        "org": str(db.org_of(session)),
        "retailer": str(retailer_id),
        "at": clock.now(),
        "received_on": received_on,
        "most": FIRST_PAGE,
        "key": key,
        "cash": cash_minor,
        "since": clock.now() - LOOKS_DOUBLE,
        "series": series,
        "prefix": numbers.PREFIXES[series] if series else None,
        "year_starts": _YEAR_STARTS,
    }
    row = db.execute(session, _LOOK, asked).one()
    if row.currency is None:
        raise NotFound(kind="CreditAccount")
    bills = tuple(PayableBill(UUID(bill_id), *rest) for bill_id, *rest in row.bills)
    return LockedAccount(retailer_id, *(*row[:-1], bills))


def book(
    session: Session,
    retailer_id: UUID,
    *,
    outstanding_minor: int = 0,
    reserved_minor: int = 0,
    journal: Journal | None = None,
    shares: Shares | None = None,
) -> AccountTotals:
    """Add to the running totals (below zero: take off), beside the transfers and allocations that justify it."""
    moved = _moved(outstanding_minor, reserved_minor, journal, shares)
    asked = {**moved, "org": str(db.org_of(session)), "retailer": str(retailer_id), "at": clock.now()}
    return AccountTotals(*db.execute(session, _BOOK, asked).one())


def pay(
    session: Session, payment: Payment, applied: Sequence[Allocated], journal: Journal, entry: audit.NewEntry
) -> int | None:
    """Write a payment or another credit, book it, and append the audit entry.

    Returns what is owed now; None, and nothing was written, when the reference has been used. The caller keeps the
    rules: never more than is open, never more than was paid.
    """
    row = db.execute(
        session,
        _PAY,
        {
            **_moved(-payment.amount_minor, 0, journal, Shares(payment.id, applied)),
            "org": str(payment.org_id),
            "retailer": str(payment.retailer_id),
            "at": payment.created_at,
            "amount": payment.amount_minor,
            "unapplied": payment.unapplied_minor,
            "method": payment.method,
            "paid_as": payment.reference,
            "paid_key": payment.reference_key,
            "received_on": payment.received_on,
            "recorded_by": payment.recorded_by,
            "kind": payment.kind,
            "note": payment.note,
            "receipt_number": payment.receipt_number,
            "entry_id": str(entry.id),
            "actor": entry.actor.name,
            "action": entry.action,
            "subject": entry.subject,
            "after": db.json(entry.after),
            "request": entry.actor.request_id,
            "body": entry.body,
        },
    ).first()
    return row.outstanding_minor if row else None


def bill(session: Session, new: Bill, journal: Journal, *, reserved_minor: int) -> AccountTotals | None:
    """Write a bill and book it; `reserved_minor` was promised for it and is no more.

    None, and nothing was written, when the retailer has a bill of this kind under this reference.
    """
    row = db.execute(
        session,
        _BILL,
        {
            **_moved(new.amount_minor, -reserved_minor, journal, None),
            "org": str(new.org_id),
            "retailer": str(new.retailer_id),
            "at": new.created_at,
            "bill": str(new.id),
            "kind": new.kind,
            "billed_as": new.reference,
            "bill_on": new.bill_on,
            "due_on": new.due_on,
            "amount": new.amount_minor,
        },
    ).first()
    return AccountTotals(*row) if row else None


def _moved(
    outstanding_minor: int, reserved_minor: int, journal: Journal | None, shares: Shares | None
) -> dict[str, Any]:
    legs = journal.checked() if journal else ()
    applied = shares.applied if shares else ()
    return {
        "outstanding": outstanding_minor,
        "reserved": reserved_minor,
        "payment": str(shares.payment_id) if shares else None,
        "applied_on": shares.applied_on if shares else None,
        "allocations": [str(ids.new()) for _ in applied],
        "bills": [str(one.bill_id) for one in applied],
        "parts": [one.amount_minor for one in applied],
        "journal": str(journal.id) if journal else None,
        "effective_on": journal.effective_on if journal else None,
        "reason": journal.reason if journal else None,
        "reference": journal.reference if journal else None,
        "key": journal.key if journal else None,
        "transfers": [str(ids.new()) for _ in legs],
        "debits": [leg.debit for leg in legs],
        "credits": [leg.credit for leg in legs],
        "amounts": [leg.amount_minor for leg in legs],
        "reverses": str(journal.reverses) if journal and journal.reverses else None,
    }
