"""The ledger's journals one by one, as they were booked: every form of the books is made from these."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db

_SELECT = """
SELECT journal.*, retailer.code, retailer.name,
    (SELECT json_agg(json_build_array(bill.reference, part.amount_minor) ORDER BY bill.due_on, bill.reference)
     FROM (SELECT a.bill_id, sum(a.amount_minor)::bigint AS amount_minor FROM allocation a
           WHERE a.org_id = %(org)s AND a.payment_id = journal.source_id AND a.amount_minor > 0
             AND a.applied_on IS NULL
           GROUP BY a.bill_id) part
     JOIN bill ON bill.org_id = %(org)s AND bill.id = part.bill_id) AS settled
FROM (
    SELECT t.effective_on, t.created_at, t.journal_id, t.retailer_id, min(t.reason) AS reason,
        min(t.reference) AS reference, min(t.currency) AS currency,
        coalesce((array_agg(undone.journal_id))[1], t.journal_id) AS source_id,
        json_agg(json_build_array(t.debit_account, t.credit_account, t.amount_minor) ORDER BY t.id) AS transfers
    FROM ledger_transfer t
    LEFT JOIN ledger_transfer undone ON undone.org_id = t.org_id AND undone.id = t.reverses_id
    WHERE t.org_id = %(org)s AND t.effective_on >= coalesce(%(from_on)s::date, '-infinity')
      AND t.effective_on <= coalesce(%(to_on)s::date, 'infinity')
    GROUP BY t.effective_on, t.created_at, t.journal_id, t.retailer_id
) journal
JOIN retailer ON retailer.org_id = %(org)s AND retailer.id = journal.retailer_id
ORDER BY journal.effective_on, journal.created_at, journal.journal_id
"""


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One journal of one shop. `amounts` is debits less credits by account, and adds up to nothing.

    `settled` says which bills a payment or a credit was put to when it came in.
    """

    on: date
    journal_id: UUID
    retailer_id: UUID
    code: str
    name: str
    reason: str
    reference: str
    currency: str
    amounts: dict[str, int]
    settled: tuple[tuple[str, int], ...]


def walk(session: Session, from_on: date | None = None, to_on: date | None = None) -> Iterator[BookEntry]:
    """Every journal of these days, both included; without them all. Fetched piece by piece."""
    where = {"org": str(db.org_of(session)), "from_on": from_on, "to_on": to_on}
    return map(_entry, db.walk(session, _SELECT, where))


def _entry(row: Any) -> BookEntry:
    return BookEntry(
        on=row.effective_on,
        journal_id=row.journal_id,
        retailer_id=row.retailer_id,
        code=row.code,
        name=row.name,
        reason=row.reason,
        reference=row.reference,
        currency=row.currency,
        amounts=_amounts(row.transfers),
        settled=tuple((reference, amount_minor) for reference, amount_minor in row.settled or ()),
    )


def _amounts(transfers: list[list[Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for debit, credit, amount_minor in transfers:
        sums[debit] = sums.get(debit, 0) + amount_minor
        sums[credit] = sums.get(credit, 0) - amount_minor
    return {account: amount_minor for account, amount_minor in sums.items() if amount_minor}
