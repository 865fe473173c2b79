"""I24: the application's role is bound by row-level security: it owns nothing and may not go around it.

In full mode the role itself is asked: without an organisation it sees no row, and inside one no row of another.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from reports.invariant import RED, Invariant

_TENANT_TABLES = """
SELECT c.relname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname <> 'tenant_route'
ORDER BY 1
"""


def _ask_as_application(session: Session, org_id: UUID | None) -> Iterator[str]:
    tables = [name for (name,) in db.execute(session, _TENANT_TABLES)]
    found = org_id or db.execute(session, "SELECT org_id FROM organisation LIMIT 1").scalar()
    for inside in dict.fromkeys((None, found)):
        yield from _leaks(tables, inside)


def _leaks(tables: list[str], inside: UUID | None) -> Iterator[str]:
    """Tables in which the application, working for `inside`, sees somebody else's row."""
    seen = ", ".join(
        f"EXISTS (SELECT FROM {table} WHERE %(org)s::uuid IS DISTINCT FROM org_id) AS {table}" for table in tables
    )
    with db.transaction(inside, role=db.APP) as application:
        row = db.execute(application, f"SELECT {seen}", {"org": str(inside) if inside else None}).one()
    for table, leaked in zip(tables, row, strict=True):
        if leaked:
            yield f"as {db.APP} in {inside or 'no organisation'}, {table} shows rows of another organisation"


INVARIANT = Invariant(
    id="I24",
    severity=RED,
    title="The application's role owns nothing, cannot pass row-level security, and sees no other organisation",
    fix="Take the attribute, the ownership or the grant away again; every row read since then may have leaked.",
    sql="""
SELECT NULL::uuid AS org_id, rolname || ' is a superuser or may bypass row-level security' AS what
FROM pg_roles WHERE rolname IN ('bahi_app', 'bahi_doctor') AND (rolsuper OR rolbypassrls)
UNION ALL
SELECT NULL, expected.name || ' does not exist'
FROM (VALUES ('bahi_app'), ('bahi_doctor')) AS expected (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = expected.name)
UNION ALL
SELECT NULL, tablename || ' belongs to ' || tableowner FROM pg_tables
WHERE schemaname = 'public' AND tableowner IN ('bahi_app', 'bahi_doctor')
UNION ALL
SELECT NULL, role.name || ' may ' || privilege || ' ' || relname
FROM pg_class
CROSS JOIN (VALUES ('bahi_app', 'TRUNCATE'), ('bahi_doctor', 'INSERT'), ('bahi_doctor', 'UPDATE'),
    ('bahi_doctor', 'DELETE'), ('bahi_doctor', 'TRUNCATE')) AS role (name, privilege)
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND has_table_privilege(role.name, pg_class.oid, privilege)
UNION ALL
SELECT NULL, 'the view ' || relname || ' runs with its owner''s rights'
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
    AND NOT coalesce(reloptions @> ARRAY['security_invoker=true'], false)
""",
    full_probe=_ask_as_application,
)
