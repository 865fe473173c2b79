"""The ledger: transfers from one account to another, only ever added, in journals that tell one story each.

A journal's id is the id of what caused it (the bill, the payment). What a retailer owes is the balance of
`receivable`: debits less credits. Written by credit/booking.py alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import db, ids
from credit.tables import ACCOUNTS

RECEIVABLE = "receivable"
DISPUTED = "disputed"

_BALANCE = """
SELECT coalesce(sum(CASE WHEN debit_account = %(account)s THEN amount_minor ELSE 0 END
                  - CASE WHEN credit_account = %(account)s THEN amount_minor ELSE 0 END), 0)::bigint
FROM ledger_transfer
WHERE org_id = %(org)s AND retailer_id = %(retailer)s AND effective_on <= coalesce(%(as_of)s::date, 'infinity')
"""


@dataclass(frozen=True)
class Transfer:
    """One movement: `amount_minor` above zero, from the credit account to the debit account."""

    debit: str
    credit: str
    amount_minor: int


@dataclass(frozen=True)
class Journal:
    """Transfers that belong together. `key` makes a second posting of the same thing impossible.

    One that `reverses` another has its transfers the other way round, and none of its own.
    """

    id: UUID
    reason: str
    effective_on: date
    reference: str = ""
    key: str = ""
    transfers: tuple[Transfer, ...] = ()
    reverses: UUID | None = None

    def checked(self) -> tuple[Transfer, ...]:
        """The transfers, when each is one of this ledger. Raises ValueError."""
        for transfer in self.transfers:
            if transfer.amount_minor <= 0 or not {transfer.debit, transfer.credit} <= set(ACCOUNTS):
                raise ValueError(f"{transfer} is no transfer of this ledger")
        return self.transfers


def owed_for(contra: dict[str, int]) -> tuple[Transfer, ...]:
    """Transfers that make a retailer owe the sum of `contra`; a negative amount goes the other way (round-off)."""
    return tuple(
        Transfer(RECEIVABLE, account, amount) if amount > 0 else Transfer(account, RECEIVABLE, -amount)
        for account, amount in contra.items()
        if amount
    )


def borne_by(contra: Mapping[str, int]) -> tuple[Transfer, ...]:
    """Transfers that take the sum of `contra` off what a retailer owes; a negative amount goes the other way."""
    return tuple(
        Transfer(account, RECEIVABLE, amount) if amount > 0 else Transfer(RECEIVABLE, account, -amount)
        for account, amount in contra.items()
        if amount
    )


def reversal(journal_id: UUID, *, reason: str, effective_on: date) -> Journal:
    """The journal that takes another back, under an id of its own. Booked a second time it breaks a unique key."""
    return Journal(ids.new(), reason, effective_on, reverses=journal_id)


def receivable(session: Session, retailer_id: UUID, as_of: date | None = None) -> int:
    """What the retailer owes according to the ledger, at the end of `as_of` (None: of everything booked)."""
    return balance(session, retailer_id, RECEIVABLE, as_of)


def disputed(session: Session, retailer_id: UUID, as_of: date | None = None) -> int:
    """What stands aside because it is contested, at the end of `as_of`."""
    return balance(session, retailer_id, DISPUTED, as_of)


def balance(session: Session, retailer_id: UUID, account: str, as_of: date | None = None) -> int:
    """Debits less credits of one account for one retailer, at the end of `as_of` (None: of everything booked)."""
    where = {"org": str(db.org_of(session)), "retailer": str(retailer_id), "account": account, "as_of": as_of}
    found: int = db.execute(session, _BALANCE, where).scalar_one()
    return found
