"""Opening balances: what a shop owed, bill by bill, and what it had on account, when the books began here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import ids
from core.errors import DomainError, Invalid
from credit import accounts, bills, days, payments
from credit.payments import Receipt
from credit.tables import CREDIT, Bill

MAX_BILLS = 500


class OpeningHeld(DomainError):
    """A shop begins once with money on account."""

    code = "OPENING_ON_ACCOUNT_EXISTS"
    detail = "This shop's opening amount on account is booked already: take that one back before you book another."


@dataclass(frozen=True)
class OpeningBill:
    """One old bill. `due_on` None = after the account's credit days."""

    reference: str
    bill_on: date
    amount_minor: int
    due_on: date | None = None


def owe(session: Session, retailer_id: UUID, old: Sequence[OpeningBill]) -> list[Bill]:
    """Post what was owed before, each bill with its own dates; never taxed. Locks the account row, audited.

    Raises Invalid, NotFound, bills.BillExists.
    """
    account, today = accounts.get(session, retailer_id, lock=True), days.today(session)
    if len(old) > MAX_BILLS:
        raise Invalid(f"Give at most {MAX_BILLS} bills at once.", field="bills")
    if any(one.bill_on > today for one in old):
        raise Invalid("An opening bill is not of the future.", field="bill_on")
    return [
        bills.post(
            session,
            bills.Posting(
                retailer_id=retailer_id,
                kind=bills.OPENING,
                reference=one.reference,
                bill_on=one.bill_on,
                due_on=one.due_on or one.bill_on + timedelta(days=account.credit_days),
                amount_minor=one.amount_minor,
                contra={"opening_balance": one.amount_minor},
            ),
        )
        for one in old
    ]


def hold(session: Session, retailer_id: UUID, amount_minor: int, on: date | None = None) -> Receipt:
    """Book what a shop had paid in advance before: it stays on account. Once for each shop; audited.

    Raises Invalid, NotFound, OpeningHeld.
    """
    new = payments.NewPayment(
        retailer_id=retailer_id,
        amount_minor=amount_minor,
        method=CREDIT,
        reference=f"OPENING {ids.public('ret', retailer_id)[4:]}",
        received_on=on,
        kind="opening",
        note="opening balance in the shop's favour",
        spread=False,
    )
    try:
        return payments.record(session, new)
    except payments.ReferenceUsed as used:
        raise OpeningHeld(adjustment_id=used.facts.get("payment_id")) from used
