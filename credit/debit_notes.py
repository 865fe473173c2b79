"""Debit notes without tax: something more is owed than was billed, for a reason that somebody gave.

What is part of a supply's value bears its tax and is a document of invoicing/charges.py. Source: CGST Act s.15(2).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core.errors import Forbidden, Invalid
from credit import accounts, bills, days, numbers
from credit.adjustments import BOOKKEEPERS
from credit.tables import Bill

EARNED_AS = {"rate_difference": "sales", "short_billed": "sales", "freight": "charges", "other": "charges"}
UNTAXED = ("other",)


class TaxBasisNeeded(Invalid):
    """A charge that bears tax names no invoice and no rate."""

    code = "TAX_BASIS_NEEDED"
    detail = "This bears tax: name the invoice that it belongs to, or the rate and the code (HSN) of what is charged."


@dataclass(frozen=True, slots=True)
class DebitNote:
    """What is owed on top. `due_on` None = after the account's credit days; `role` is the issuer's."""

    retailer_id: UUID
    kind: str
    amount_minor: int
    reason: str
    role: str
    due_on: date | None = None


def issue(session: Session, note: DebitNote) -> Bill:
    """Post a debit note without tax as a bill of its own, in a series of its own; audited.

    Raises Invalid, TaxBasisNeeded, Forbidden, NotFound.
    """
    reason = accounts.given(note.reason)
    if note.kind not in EARNED_AS:
        raise Invalid(f"The kind is one of {', '.join(EARNED_AS)}.", field="kind", value=note.kind)
    if note.kind not in UNTAXED:
        raise TaxBasisNeeded(field="invoice_id", kind=note.kind)
    if note.role not in BOOKKEEPERS:
        raise Forbidden("A debit note is issued by bookkeeping.")
    account, today = accounts.get(session, note.retailer_id, lock=True), days.today(session)
    return bills.post(
        session,
        bills.Posting(
            retailer_id=note.retailer_id,
            kind=bills.DEBIT_NOTE,
            reference=numbers.take(session, numbers.DEBIT_NOTE),
            bill_on=today,
            due_on=note.due_on or today + timedelta(days=account.credit_days),
            amount_minor=note.amount_minor,
            contra={EARNED_AS[note.kind]: note.amount_minor},
            reason=f"{note.kind}, without tax: {reason}",
        ),
    )
