"""Is the database at this code's migrations and SQL files, and bringing it there.

The cheap check reads the revision and what functions and views say of their files, without loading Alembic.
"""

import contextlib
import re
from pathlib import Path

import psycopg2

from cli import environment
from core import sql_files

REVISIONS = environment.ROOT / "migrations" / "versions"
EARLIER = re.compile(r"\d{4}")  # how revisions were called before the schema was written anew as one
LOCK = "bahi migrate"  # two commands that find an old schema at once migrate it once


class SchemaError(Exception):
    """The database's schema does not fit this code and nobody may change it here; the message says what to do."""


def _assigned(text: str, name: str) -> list[str]:
    line = re.search(rf"^{name}\b[^=\n]*=\s*(.+)$", text, re.MULTILINE)
    return re.findall(r"[\"']([^\"']+)[\"']", line[1]) if line else []


def revisions(folder: Path = REVISIONS) -> tuple[set[str], set[str]]:
    """(all revisions, those that no other builds on)."""
    texts = [file.read_text() for file in sorted(folder.glob("*.py"))]
    every = {revision for text in texts for revision in _assigned(text, "revision")}
    built_on = {revision for text in texts for revision in _assigned(text, "down_revision")}
    return every, every - built_on


def recorded(url: str) -> set[str]:
    """The revisions the database says it is at; empty when it was never migrated."""
    with contextlib.closing(psycopg2.connect(url, connect_timeout=5)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('alembic_version')")
        if cursor.fetchone() == (None,):
            return set()
        cursor.execute("SELECT version_num FROM alembic_version")
        return {row[0] for row in cursor.fetchall()}


def _holds_the_files(url: str) -> bool:
    with contextlib.closing(psycopg2.connect(url, connect_timeout=5)) as connection, connection.cursor() as cursor:
        return not sql_files.differences(cursor)


def plain_url(url: str) -> str:
    """The URL as libpq reads it."""
    return re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", url)


def is_current(url: str) -> bool:
    """True when nothing is to be migrated; SchemaError when another Bahi than this one made the database."""
    every, heads = revisions()
    at = recorded(plain_url(url))
    _refuse_unknown(at - every)
    return at == heads and _holds_the_files(plain_url(url))


def _refuse_unknown(revisions: set[str]) -> None:
    """SchemaError when the database was made by another Bahi than this one and those before it."""
    if any(EARLIER.fullmatch(revision) for revision in revisions):
        raise SchemaError(
            f"This database was made by an earlier Bahi and cannot be carried over: move {environment.home()} aside, "
            "or name an empty database in DATABASE_URL, and run the command again."
        )
    if revisions:
        raise SchemaError(
            f"The database is at {', '.join(sorted(revisions))}, which this version of Bahi does not know. "
            "Run the version that migrated it, or restore a backup."
        )


def require_current(url: str) -> None:
    """For production: other commands than `migrate` and `up` do not change the schema."""
    if not is_current(url):
        raise SchemaError("The database is not migrated to this version. Run: ./bahi migrate")


def migrate(url: str) -> bool:
    """Bring the database to the newest revision; True when something was done."""
    if is_current(url):
        return False
    from core import schema as revisions  # noqa: PLC0415  loads SQLAlchemy and Alembic, which an up-to-date database never needs

    guard = psycopg2.connect(plain_url(url), connect_timeout=5)
    guard.autocommit = True  # the lock is the session's; an open transaction would only stand in the migration's way
    try:
        with guard.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", (LOCK,))
        if is_current(url):
            return False
        revisions.migrate(url)
    finally:
        guard.close()
    return True
