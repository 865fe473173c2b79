"""Bills: something owed under a reference, with a due date. Posting one is one call that does everything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid, NotFound
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts, advances, booking, calling_in, days, ledger, reservations
from credit.events import RoomMade
from credit.tables import Bill

INVOICE, OPENING, CHARGE, DEBIT_NOTE, REFUND = "invoice", "opening", "charge", "debit_note", "refund"
MAX_SHOWN = 500


class BillExists(DomainError):
    """The retailer has a bill of this kind under this reference."""

    code = "BILL_EXISTS"
    detail = "A bill with this reference has been posted already."


@dataclass(frozen=True)
class Posting:
    """What is to be owed. `contra` says for what: ledger accounts and amounts that add up to `amount_minor`.

    Example: {"sales": 100000, "output_cgst": 2500, "output_sgst": 2500, "round_off": -3}.
    """

    retailer_id: UUID
    kind: str
    reference: str
    bill_on: date
    due_on: date
    amount_minor: int
    contra: Mapping[str, int] = field(default_factory=dict)
    reservation_id: UUID | None = None
    reason: str | None = None  # why, for what no order and no invoice explains
    bill_id: UUID | None = None  # the id that it is to have, when something else has it already


@dataclass(frozen=True, slots=True)
class Posted:
    """A bill with what the retailer owed before it, and owes with it; below zero is money in advance."""

    bill: Bill
    before_minor: int
    after_minor: int

    @property
    def balance(self) -> dict[str, int]:
        """As a document copies it."""
        return {"before_minor": self.before_minor, "after_minor": self.after_minor}


def post(session: Session, posting: Posting) -> Bill:
    """As `posted`, for whoever needs the bill alone."""
    return posted(session, posting).bill


def posted(session: Session, posting: Posting) -> Posted:
    """Make the retailer owe: end the reservation, insert the bill, its transfers, the totals, the audit entry.

    Never fails for want of credit: what was promised is billed, and an excess over the limit shows as allowance.
    Money on account stays there, unless the setting `apply_advances` puts it to the bill. Under bill-to-bill terms an
    invoice makes the earlier ones due. Locks the account row. Raises Invalid, NotFound, BillExists,
    reservations.ReservationOver.
    """
    _check(posting)
    retailer_id = posting.retailer_id
    account = accounts.get(session, retailer_id, lock=True)
    reserved = reservations.use(session, posting.reservation_id, retailer_id) if posting.reservation_id else 0
    bill = _bill(session, posting)
    totals = booking.bill(session, bill, _journal(posting, bill), reserved_minor=reserved)
    if totals is None:
        raise BillExists(reference=posting.reference)
    calls = posting.kind == INVOICE and account.terms == accounts.BILL_TO_BILL
    called_in = calling_in.call_in(session, retailer_id, bill.id, posting.bill_on) if calls else 0
    audit.record(
        session,
        "bill.posted",
        subject=ids.public("bil", bill.id),
        retailer_id=retailer_id,
        after={
            "kind": posting.kind,
            "reference": posting.reference,
            "amount_minor": posting.amount_minor,
            "due_on": posting.due_on.isoformat(),
            "released_minor": reserved,
            "called_in": called_in,
            "outstanding_minor": totals.outstanding_minor,
            "allowance_minor": totals.allowance_minor,
        },
        reason=posting.reason,
    )
    if posting.kind != REFUND:  # which takes of the money on account what may be paid back
        bill.open_minor -= advances.apply_to_new(session, retailer_id, bill.id, bill.open_minor)
    if reserved > posting.amount_minor:  # the bill takes less than was promised
        happened(session, RoomMade(retailer_id))
    return Posted(bill, totals.outstanding_minor - posting.amount_minor, totals.outstanding_minor)


def open_bills(session: Session, retailer_id: UUID, limit: int = MAX_SHOWN) -> list[Bill]:
    """What is open, oldest due first: the order in which payments settle it."""
    found = (
        select(Bill)
        .where(Bill.org_id == db.org_of(session), Bill.retailer_id == retailer_id, Bill.open_minor > 0)
        .order_by(Bill.due_on, Bill.bill_on, Bill.reference)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(found))


def get(session: Session, bill_id: UUID) -> Bill:
    """One bill as it is in the database now. Raises NotFound."""
    bill = db.fetch(session, Bill, bill_id)
    session.refresh(bill)
    return bill


def of(session: Session, retailer_id: UUID, bill_id: UUID) -> Bill:
    """One bill of this retailer. Raises NotFound, also for another retailer's."""
    bill = get(session, bill_id)
    if bill.retailer_id != retailer_id:
        raise NotFound(kind="Bill", id=ids.public("bil", bill_id))
    return bill


def undone(session: Session, bill: Bill, reason: str) -> None:
    """A bill was taken out of the books again, so what it called in is due when it had been agreed; audited.

    The caller holds the account's lock.
    """
    given_back = calling_in.give_back(session, bill.id)
    if given_back:
        audit.record(
            session,
            "bill.due_dates_restored",
            subject=ids.public("bil", bill.id),
            retailer_id=bill.retailer_id,
            after={"reference": bill.reference, "bills": given_back},
            reason=reason,
        )


def _check(posting: Posting) -> None:
    if not 0 < posting.amount_minor <= MAX_MINOR:
        raise Invalid("A bill's amount is above zero.", field="amount_minor", value=posting.amount_minor)
    if sum(posting.contra.values()) != posting.amount_minor:
        raise ValueError(f"the contra accounts of {posting.reference} do not add up to {posting.amount_minor}")
    if days.possible(posting.due_on, "due_on") < days.possible(posting.bill_on, "bill_on"):
        raise Invalid("A bill is not due before its date.", field="due_on")
    if not posting.reference.strip():
        raise Invalid("A bill needs a reference.", field="reference")


def _bill(session: Session, posting: Posting) -> Bill:
    return Bill(
        org_id=db.org_of(session),
        id=posting.bill_id or ids.new(),
        retailer_id=posting.retailer_id,
        kind=posting.kind,
        reference=posting.reference,
        bill_on=posting.bill_on,
        due_on=posting.due_on,
        amount_minor=posting.amount_minor,
        open_minor=posting.amount_minor,
        created_at=clock.now(),
    )


def _journal(posting: Posting, bill: Bill) -> ledger.Journal:
    return ledger.Journal(
        id=bill.id,
        reason=f"bill.{posting.kind}",
        reference=posting.reference,
        key=f"bill:{bill.id}",
        effective_on=posting.bill_on,
        transfers=ledger.owed_for(dict(posting.contra)),
    )
