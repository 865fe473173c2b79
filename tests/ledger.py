"""The ledger as it stands in the database, for tests that look at what was booked."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db


def transfers(
    session: Session, *, retailer_id: UUID | None = None, journal_id: UUID | None = None, reference: str | None = None
) -> list[Any]:
    """The transfers of the organisation, or of one shop, one journal, one document; columns by their names."""
    return db.execute(
        session,
        "SELECT * FROM ledger_transfer WHERE org_id = %(org)s"
        " AND retailer_id = coalesce(%(retailer)s::uuid, retailer_id)"
        " AND journal_id = coalesce(%(journal)s::uuid, journal_id)"
        " AND reference = coalesce(%(reference)s, reference) ORDER BY created_at, id",
        {
            "org": str(db.org_of(session)),
            "retailer": retailer_id and str(retailer_id),
            "journal": journal_id and str(journal_id),
            "reference": reference,
        },
    ).all()


def against_receivable(session: Session, reference: str) -> dict[str, int]:
    """What a document moved in each account but the receivable, net: debits above zero."""
    found: dict[str, int] = {}
    for leg in transfers(session, reference=reference):
        other, sign = (leg.credit_account, -1) if leg.debit_account == "receivable" else (leg.debit_account, 1)
        found[other] = found.get(other, 0) + sign * leg.amount_minor
    return found
