"""I53: who is not registered for tax collects none, and owes none in the seller's place.

Which number lets its holder collect tax is the law of the seller's country, so it is asked there.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

import countries
from core import db
from invoicing.writing import HEADS
from reports.invariant import RED, Invariant

_TAX = " + ".join(f"i.{head}_minor" for head in HEADS)
_SELLERS = f"""
SELECT i.seller ->> 'country' AS country, i.seller ->> 'gstin' AS number, min(i.number) AS first, count(*) AS documents
FROM invoice i
WHERE (%(org)s::uuid IS NULL OR i.org_id = %(org)s) AND {_TAX} <> 0
GROUP BY i.org_id, i.seller ->> 'country', i.seller ->> 'gstin'
"""


def _unregistered(session: Session, org_id: UUID | None) -> Iterator[str]:
    """Sellers that asked for tax under no number, or under one that lets nobody do so."""
    for row in db.execute(session, _SELLERS, {"org": str(org_id) if org_id else None}).all():
        if not countries.of({"country": row.country}).registration.may_collect(row.number):
            yield f"{row.documents} documents from {row.first} on carry tax under the number {row.number!r}"


INVARIANT = Invariant(
    id="I53",
    severity=RED,
    title="A document that carries tax has its seller's registration, one under reverse charge its buyer's",
    fix="Cancel the document or give it back, and pay what was collected; then record the number or the setting.",
    sql=f"""
SELECT i.org_id, i.document_type || ' ' || i.number || ' carries tax' AS what
FROM invoice i WHERE i.document_type IN ('plain_bill', 'bill_of_supply') AND {_TAX} <> 0
UNION ALL
SELECT i.org_id, i.number || ' leaves its tax to a buyer who is not registered'
FROM invoice i WHERE i.reverse_charge AND coalesce(i.buyer ->> 'gstin', '') = ''
""",
    probe=_unregistered,
)
