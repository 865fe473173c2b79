"""I31: the file that is sent as an invoice or a statement is the one that was drawn from its row.

A missing file is no violation: it is drawn anew when somebody asks. Fast mode looks at the newest ones.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from invoicing import papers
from reports.invariant import RED, Invariant

NEWEST = 50
_DRAWN = """
SELECT org_id, id, name, pdf_sha256, is_cancelled FROM (
    SELECT org_id, id, number AS name, pdf_sha256, created_at, status = 'cancelled' AS is_cancelled FROM invoice
    UNION ALL SELECT org_id, id, name, pdf_sha256, created_at, false FROM paper
) document
WHERE pdf_sha256 IS NOT NULL AND (%(org)s::uuid IS NULL OR org_id = %(org)s::uuid)
ORDER BY created_at DESC, id LIMIT %(most)s OFFSET %(skip)s
"""


def _newest(session: Session, org_id: UUID | None) -> Iterator[str]:
    return _exchanged(session, org_id, most=NEWEST)


def _others(session: Session, org_id: UUID | None) -> Iterator[str]:
    return _exchanged(session, org_id, skip=NEWEST)


def _exchanged(session: Session, org_id: UUID | None, *, most: int | None = None, skip: int = 0) -> Iterator[str]:
    asked = {"org": str(org_id) if org_id else None, "most": most, "skip": skip}
    for owner, identifier, name, drawn, is_cancelled in db.execute(session, _DRAWN, asked).all():
        found = papers.kept(owner, identifier, is_cancelled=is_cancelled)
        if found is not None and papers.digest(found) != drawn:
            yield f"document {name}: the file is not the one that was drawn"


INVARIANT = Invariant(
    id="I31",
    severity=RED,
    title="The file of an invoice or paper has the hash that was noted when it was drawn",
    fix="Delete the file: it is drawn anew from the row. Find out who could write to the folder of documents.",
    probe=_newest,
    full_probe=_others,
)
