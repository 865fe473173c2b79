"""I38: every row belongs to an organisation that exists."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from reports.invariant import RED, Invariant

_TABLES = """
SELECT c.relname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'organisation'
ORDER BY 1
"""


def _orphans(session: Session, _org_id: UUID | None) -> Iterator[str]:
    for (table,) in db.execute(session, _TABLES).all():
        count = db.execute(
            session,
            f"SELECT count(*) FROM {table} t WHERE NOT EXISTS (SELECT FROM organisation o WHERE o.org_id = t.org_id)",
        ).scalar()
        if count:
            yield f"{table} has {count} rows of no organisation"


INVARIANT = Invariant(
    id="I38",
    severity=RED,
    title="Every row belongs to an organisation that exists",
    fix="Restore the organisation's row from a backup; nothing in Bahi deletes one.",
    full_probe=_orphans,
)
