"""I35: the schema is this version's, functions included, and nothing in it is half valid."""

from collections.abc import Iterator
from uuid import UUID

from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from core import db, schema, settings, sql_files
from reports.invariant import RED, Invariant


def _at_head(session: Session, _org_id: UUID | None) -> Iterator[str]:
    head = ScriptDirectory.from_config(schema.alembic_config(settings.current().database_url)).get_current_head()
    found = [version for (version,) in db.execute(session, "SELECT version_num FROM alembic_version")]
    if found != [head]:
        yield f"the database is at {', '.join(found) or 'no revision'}, this version needs {head}"
    for name in sql_files.differences(session.connection().connection.cursor()):
        yield f"{name} is not what its file says"


INVARIANT = Invariant(
    id="I35",
    severity=RED,
    title="The schema is at this version's revision and SQL files; every constraint and index is valid",
    fix="./bahi migrate; VALIDATE the constraint or REINDEX the index.",
    sql="""
SELECT NULL::uuid AS org_id, 'the constraint ' || conname || ' of ' || conrelid::regclass || ' is not validated' AS what
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND NOT convalidated
UNION ALL
SELECT NULL, 'the index ' || indexrelid::regclass || ' is not valid'
FROM pg_index JOIN pg_class ON pg_class.oid = pg_index.indexrelid
WHERE relnamespace = 'public'::regnamespace AND NOT (indisvalid AND indisready)
""",
    probe=_at_head,
)
