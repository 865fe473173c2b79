"""What a payment is decided by, and what was decided: one round trip each (payment_look, payment_write).

Between the two the rules decide, in credit/payments.py and credit/allocating.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import NotFound
from credit.allocating import FIRST_PAGE, Applied, OpenBill
from credit.ledger import Journal
from credit.tables import Payment

_LOOK = """
SELECT * FROM payment_look(p_org => %(org)s, p_retailer => %(retailer)s, p_at => %(at)s,
    p_received_on => %(received_on)s, p_most => %(most)s)
"""
_WRITE = """
SELECT written, audit_append(p_org => %(org)s, p_id => %(entry_id)s, p_retailer => %(retailer)s, p_at => %(at)s,
    p_actor => %(actor)s, p_action => %(action)s, p_subject => %(subject)s, p_reason => %(note)s, p_before => NULL,
    p_after => %(after)s, p_request => %(request)s, p_body => %(body)s)
FROM payment_write(p_org => %(org)s, p_retailer => %(retailer)s, p_payment => %(payment)s, p_at => %(at)s,
    p_amount => %(amount)s, p_unapplied => %(unapplied)s, p_method => %(method)s, p_reference => %(reference)s,
    p_received_on => %(received_on)s, p_recorded_by => %(recorded_by)s, p_kind => %(kind)s, p_note => %(note)s,
    p_allocations => %(allocations)s::uuid[], p_bills => %(bills)s::uuid[], p_parts => %(parts)s::bigint[],
    p_transfers => %(transfers)s::uuid[], p_debits => %(debits)s::text[], p_credits => %(credits)s::text[],
    p_amounts => %(amounts)s::bigint[], p_reason => %(reason)s, p_booked_as => %(booked_as)s, p_key => %(key)s)
    AS written
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What stands while the account's lock is held. `bills` are the first open ones, oldest due first.

    `cash_minor` is what was taken in cash on the day of receipt before; `settings` are the organisation's own.
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
    bills: tuple[OpenBill, ...]


def look(session: Session, retailer_id: UUID, received_on: date | None) -> Known:
    """Lock the account's row and read everything that a payment depends on. Raises NotFound."""
    session.flush()  # what was changed as rows before is read here by hand
    asked = {
        "org": str(db.org_of(session)),
        "retailer": str(retailer_id),
        "at": clock.now(),
        "received_on": received_on,
        "most": FIRST_PAGE,
    }
    row = db.execute(session, _LOOK, asked).one()
    if row.currency is None:
        raise NotFound(kind="CreditAccount")
    bills = tuple(OpenBill(UUID(bill_id), *rest) for bill_id, *rest in row.bills)
    return Known(retailer_id, *(*row[:-1], bills))


def write(
    session: Session, payment: Payment, applied: Sequence[Applied], journal: Journal, entry: audit.Entry
) -> int | None:
    """Write the payment, its allocations, its transfers, the totals and the audit entry.

    Returns what is owed now; None, and nothing was written, when the reference has been used. The caller holds the
    account's lock and keeps the rules: never more than is open, never more than was paid.
    """
    legs = journal.checked()
    row = db.execute(
        session,
        _WRITE,
        {
            "org": str(payment.org_id),
            "retailer": str(payment.retailer_id),
            "payment": str(payment.id),
            "at": payment.created_at,
            "amount": payment.amount_minor,
            "unapplied": payment.unapplied_minor,
            "method": payment.method,
            "reference": payment.reference,
            "received_on": payment.received_on,
            "recorded_by": payment.recorded_by,
            "kind": payment.kind,
            "note": payment.note,
            "allocations": [str(ids.new()) for _ in applied],
            "bills": [str(one.bill_id) for one in applied],
            "parts": [one.amount_minor for one in applied],
            "transfers": [str(ids.new()) for _ in legs],
            "debits": [leg.debit for leg in legs],
            "credits": [leg.credit for leg in legs],
            "amounts": [leg.amount_minor for leg in legs],
            "reason": journal.reason,
            "booked_as": journal.reference,
            "key": journal.key,
            "entry_id": str(entry.id),
            "actor": entry.actor.name,
            "action": entry.action,
            "subject": entry.subject,
            "after": db.json(entry.after),
            "request": entry.actor.request_id,
            "body": entry.body,
        },
    ).first()
    return row.written if row else None
