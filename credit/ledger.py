"""The ledger: transfers from one account to another, only ever added, in journals that tell one story each.

A journal's id is the id of what caused it (the bill, the payment). What a retailer owes is the balance of
`receivable`: debits less credits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, ids
from credit.tables import ACCOUNTS

RECEIVABLE = "receivable"
DISPUTED = "disputed"

_WRITE = """
INSERT INTO ledger_transfer (org_id, id, journal_id, retailer_id, debit_account, credit_account, amount_minor,
                             currency, reason, reference, idempotency_key, effective_on, created_at)
SELECT %(org)s, leg.id, %(journal)s, %(retailer)s, leg.debit, leg.credit, leg.amount,
       account.currency, %(reason)s, %(reference)s, %(key)s || ':' || leg.place, %(effective_on)s, %(at)s
FROM credit_account account,
     unnest(%(ids)s::uuid[], %(debits)s::text[], %(credits)s::text[], %(amounts)s::bigint[])
     WITH ORDINALITY AS leg (id, debit, credit, amount, place)
WHERE account.org_id = %(org)s AND account.retailer_id = %(retailer)s
"""
_REVERSE = """
INSERT INTO ledger_transfer (org_id, id, journal_id, retailer_id, debit_account, credit_account, amount_minor,
                             currency, reason, reference, reverses_id, idempotency_key, effective_on, created_at)
SELECT org_id, gen_random_uuid(), %(journal)s, retailer_id, credit_account, debit_account, amount_minor,
       currency, %(reason)s, reference, id, 'reverse:' || id, %(effective_on)s, %(at)s
FROM ledger_transfer
WHERE org_id = %(org)s AND journal_id = %(reversed)s
"""
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
    """Transfers that belong together. `key` makes a second posting of the same thing impossible."""

    id: UUID
    retailer_id: UUID
    reason: str
    reference: str
    key: str
    effective_on: date
    transfers: tuple[Transfer, ...]

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


def post(session: Session, journal: Journal) -> None:
    """Write the journal's transfers in one statement."""
    legs = journal.checked()
    db.execute(
        session,
        _WRITE,
        {
            "org": str(db.org_of(session)),
            "journal": str(journal.id),
            "retailer": str(journal.retailer_id),
            "reason": journal.reason,
            "reference": journal.reference,
            "key": journal.key,
            "effective_on": journal.effective_on,
            "at": clock.now(),
            "ids": [str(ids.new()) for _ in legs],
            "debits": [leg.debit for leg in legs],
            "credits": [leg.credit for leg in legs],
            "amounts": [leg.amount_minor for leg in legs],
        },
    )


def reverse(session: Session, journal_id: UUID, *, reason: str, effective_on: date) -> UUID:
    """Write the counter-transfers of a journal under a new journal id. A second time breaks a unique key."""
    reversal = ids.new()
    db.execute(
        session,
        _REVERSE,
        {
            "org": str(db.org_of(session)),
            "journal": str(reversal),
            "reversed": str(journal_id),
            "reason": reason,
            "effective_on": effective_on,
            "at": clock.now(),
        },
    )
    return reversal


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
