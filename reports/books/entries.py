"""The ledger's journals one by one, as they were booked: every form of the books is made from these.

Money on account that is put to bills later moves no account, so that the ledger says nothing of it; `applied` does, for
books that keep what is owed bill by bill.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from invoicing import cancelling

_UNDOING = {"cancel": cancelling.REFERENCE, "undoing": cancelling.KIND}  # what cancelling books for a bill

# A bill is known by its reference. Where an invoice has that of a bill from earlier books, it says what it is.
_NAME = """
    {bill}.reference || CASE WHEN {bill}.kind = 'invoice' AND EXISTS (
        SELECT FROM bill twin WHERE twin.org_id = {bill}.org_id AND twin.retailer_id = {bill}.retailer_id
            AND twin.kind <> 'invoice' AND twin.reference = {bill}.reference) THEN ' (invoice)' ELSE '' END
"""

# What a journal put to bills is what stands against them in its own name; a reversal took all of it back, and what was
# applied since as well.
_SELECT = f"""
SELECT journal.*, retailer.code, retailer.name,
    (SELECT {_NAME.format(bill="bill")} FROM bill
     WHERE bill.org_id = %(org)s AND bill.id = journal.journal_id) AS bill,
    (SELECT json_agg(json_build_array({_NAME.format(bill="bill")}, part.amount_minor)
        ORDER BY bill.due_on, bill.reference)
     FROM (SELECT a.bill_id, abs(sum(a.amount_minor))::bigint AS amount_minor FROM allocation a
           WHERE a.org_id = %(org)s AND a.payment_id = journal.source_id AND a.applied_on IS NULL
             AND (a.amount_minor > 0) = (journal.source_id = journal.journal_id)
           GROUP BY a.bill_id) part
     JOIN bill ON bill.org_id = %(org)s AND bill.id = part.bill_id) AS settled,
    (SELECT json_build_object('number', paper.number, 'kind', paper.document_type, 'buyer', paper.buyer,
        'seller', paper.seller, 'place_of_supply', paper.place_of_supply, 'reverse_charge', paper.reverse_charge,
        'lines', (SELECT json_agg(json_build_array(line.treatment, line.rate_bps, line.cess_minor, line.taxable_minor)
                      ORDER BY line.line_no)
                  FROM invoice_line line WHERE line.org_id = paper.org_id AND line.invoice_id = paper.id))
     FROM invoice paper
     WHERE paper.org_id = %(org)s AND paper.retailer_id = journal.retailer_id
       AND paper.number = CASE WHEN journal.is_undoing THEN substr(journal.reference, length(%(cancel)s) + 1)
           ELSE journal.reference END
       AND (journal.is_undoing OR journal.source_id IN (paper.bill_id, paper.payment_id))) AS document
FROM (
    SELECT t.effective_on, t.created_at, t.journal_id, t.retailer_id, min(t.reason) AS reason,
        min(t.reference) AS reference, min(t.currency) AS currency,
        coalesce((array_agg(undone.journal_id))[1], t.journal_id) AS source_id,
        min(t.reason) = 'credit.' || %(undoing)s AND starts_with(min(t.reference), %(cancel)s) AS is_undoing,
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

_APPLIED = f"""
SELECT min(a.applied_on) AS on, min(a.id::text)::uuid AS id, payment.retailer_id,
    coalesce(payment.reference, '') AS reference,
    json_agg(json_build_array({_NAME.format(bill="bill")}, a.amount_minor)
        ORDER BY bill.due_on, bill.reference) AS parts
FROM allocation a
JOIN payment ON payment.org_id = a.org_id AND payment.id = a.payment_id
JOIN bill ON bill.org_id = a.org_id AND bill.id = a.bill_id
WHERE a.org_id = %(org)s AND a.applied_on BETWEEN %(from_on)s AND %(to_on)s
GROUP BY payment.org_id, payment.id, a.created_at, a.amount_minor > 0
ORDER BY 1, a.created_at, 2
"""

# A document and what undid it within its own month: together they are nothing, and to returns they never were. Apart,
# and where money on account of a note was applied meanwhile, both stay.
_VOID = """
SELECT paper.bill_id AS made, undoing.id AS undid FROM invoice paper
JOIN payment undoing ON undoing.org_id = paper.org_id AND undoing.retailer_id = paper.retailer_id
    AND undoing.method = 'credit' AND undoing.kind = %(undoing)s AND undoing.status = 'posted'
    AND undoing.reference = %(cancel)s || paper.number
WHERE paper.org_id = %(org)s AND paper.status = 'cancelled'
  AND date_trunc('month', paper.issued_on) = date_trunc('month', undoing.received_on)
UNION ALL
SELECT DISTINCT paper.payment_id, undoing.journal_id FROM invoice paper
JOIN ledger_transfer done ON done.org_id = paper.org_id AND done.journal_id = paper.payment_id
JOIN ledger_transfer undoing ON undoing.org_id = paper.org_id AND undoing.reverses_id = done.id
WHERE paper.org_id = %(org)s AND paper.status = 'cancelled'
  AND date_trunc('month', done.effective_on) = date_trunc('month', undoing.effective_on)
  AND NOT EXISTS (SELECT FROM allocation a
      WHERE a.org_id = paper.org_id AND a.payment_id = paper.payment_id AND a.applied_on IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One journal of one shop. `amounts` is debits less credits by account, and adds up to nothing.

    `bill` is the bill that it made; `settled` says which bills a payment or a credit was put to when it came in, or
    which ones it left when it was taken back; `document` is the paper that it was booked for, and
    `is_undoing` whether it is what cancelling that paper booked.
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
    bill: str | None = None
    document: dict[str, Any] | None = None
    is_undoing: bool = False


@dataclass(frozen=True, slots=True)
class AppliedEntry:
    """Money on account of one credit, put to bills on a day, or taken from them again: then below zero."""

    on: date
    id: UUID
    retailer_id: UUID
    reference: str
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Void:
    """Journals that cancelled documents made, and those that undid them within the same month."""

    made: frozenset[UUID]
    undid: frozenset[UUID]


def walk(session: Session, from_on: date | None = None, to_on: date | None = None) -> Iterator[BookEntry]:
    """Every journal of these days, both included; without them all. Fetched piece by piece."""
    where = {"org": str(db.org_of(session)), "from_on": from_on, "to_on": to_on, **_UNDOING}
    return map(_entry, db.walk(session, _SELECT, where))


def applied(session: Session, from_on: date, to_on: date) -> Iterator[AppliedEntry]:
    """What became of money on account in these days, both included; fetched piece by piece."""
    where = {"org": str(db.org_of(session)), "from_on": from_on, "to_on": to_on}
    for row in db.walk(session, _APPLIED, where):
        yield AppliedEntry(row.on, row.id, row.retailer_id, row.reference, _pairs(row.parts))


def void(session: Session) -> Void:
    """Every document that was cancelled within its month, by the journals of both sides."""
    rows = db.execute(session, _VOID, {"org": str(db.org_of(session)), **_UNDOING}).all()
    return Void(frozenset(row.made for row in rows), frozenset(row.undid for row in rows))


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
        settled=_pairs(row.settled or ()),
        bill=row.bill,
        document=row.document,
        is_undoing=row.is_undoing,
    )


def _pairs(found: Any) -> tuple[tuple[str, int], ...]:
    return tuple((reference, amount_minor) for reference, amount_minor in found)


def _amounts(transfers: list[list[Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for debit, credit, amount_minor in transfers:
        sums[debit] = sums.get(debit, 0) + amount_minor
        sums[credit] = sums.get(credit, 0) - amount_minor
    return {account: amount_minor for account, amount_minor in sums.items() if amount_minor}
