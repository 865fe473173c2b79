"""The database's functions, views and triggers: a file each, `PACKAGE/sql/NAME.sql`, beside the code that calls it.

A file holds the text in force: one `CREATE FUNCTION` or `CREATE VIEW`, and what belongs to it (a trigger function's
triggers, a view's grants). What stands in the database carries as its comment the file it came from, the digest of that
file, and the digest of what the database made of it; `install` drops what differs or has no file any more, with
whatever uses it, and makes it from the files. So a changed signature is no special case, and what somebody changed by
hand is put right: a view, how a function runs, a trigger.

The order of creation is read from the files: whoever mentions a name comes after it. This module knows neither
SQLAlchemy nor Alembic, because every command asks whether anything is to be done before it begins.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DIGITS = 16  # of a digest: texts differ by accident, not by design

_CREATED = re.compile(r"^CREATE (FUNCTION|VIEW) (\w+)", re.MULTILINE)
_REMARK = re.compile(r"--.*")
_BODY = re.compile(r"\bAS \$\$(.*?)\$\$", re.DOTALL)
_OURS = re.compile(rf"\w+/sql/\w+\.sql [0-9a-f]{{{DIGITS}}}( [0-9a-f]+)?")

# Latest first: whoever uses another was made after it. What an extension brought is none of ours.
_INSTALLED = """
SELECT kind, oid::bigint, name, coalesce(remark.description, ''), body, CASE kind
    WHEN 'VIEW' THEN md5(pg_get_viewdef(oid) || coalesce(options, ''))
    WHEN 'FUNCTION' THEN md5(pg_get_functiondef(oid) || coalesce((
        SELECT string_agg(pg_get_triggerdef(t.oid) || t.tgenabled::text, ' ' ORDER BY pg_get_triggerdef(t.oid))
        FROM pg_trigger t WHERE t.tgfoid = object.oid AND NOT t.tgisinternal
    ), ''))
    ELSE '' END
FROM (
    SELECT CASE prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END, tableoid, oid, proname::text, prosrc, NULL
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'VIEW', tableoid, oid, relname::text, NULL, reloptions::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
) AS object (kind, catalogue, oid, name, body, options)
LEFT JOIN pg_description remark ON remark.classoid = catalogue AND remark.objoid = oid AND remark.objsubid = 0
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = catalogue AND d.objid = oid AND d.deptype = 'e')
ORDER BY oid DESC
"""
_TRIGGERS = """
SELECT format('DROP TRIGGER %%I ON %%s', tgname, tgrelid::regclass) FROM pg_trigger
WHERE tgfoid = %s AND NOT tgisinternal
"""
_NAMED = {"FUNCTION": "SELECT %s::regprocedure::text", "VIEW": "SELECT %s::regclass::text"}


class SqlFileError(Exception):
    """A file in a folder `sql` that cannot be installed; the message says which and why."""


@dataclass(frozen=True)
class SqlFile:
    """One function or view as its file declares it."""

    path: str
    kind: str
    name: str
    text: str

    @property
    def mark(self) -> str:
        """What the object's comment begins with: where it comes from, and of which text it was made."""
        return f"{self.path} {hashlib.sha256(self.text.encode()).hexdigest()[:DIGITS]}"

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the text outside its remarks."""
        return frozenset(re.findall(r"\w+", _REMARK.sub("", self.text)))

    @property
    def body(self) -> str | None:
        """Of a function: what the database keeps as its source."""
        found = _BODY.search(self.text)
        return found[1] if found and self.kind == "FUNCTION" else None


@dataclass(frozen=True)
class Installed:
    """A function or view that stands in the database."""

    kind: str
    oid: int
    name: str
    remark: str
    body: str | None
    digest: str  # of its definition as the database tells it, with the triggers that call it

    @property
    def mark(self) -> str:
        """The file that it came from and that file's digest, as its comment says."""
        return self.remark.rpartition(" ")[0]

    @property
    def is_ours(self) -> bool:
        """True when it came from a file."""
        return bool(_OURS.fullmatch(self.remark))

    def is_of(self, file: SqlFile) -> bool:
        """True when this is what the file says, and still as it was made."""
        return (self.kind, self.remark, self.body) == (file.kind, f"{file.mark} {self.digest}", file.body)


def files() -> list[SqlFile]:
    """Every file, each after those that it uses."""
    found = [_read(path) for path in sorted(ROOT.glob("*/sql/*.sql"))]
    by_name = {file.name: file for file in found}
    for file in found:
        if by_name[file.name] is not file:
            raise SqlFileError(f"{file.path} and {by_name[file.name].path} declare one name")
    uses = {file.name: [name for name in by_name if name in file.words and name != file.name] for file in found}
    return [by_name[name] for name in TopologicalSorter(uses).static_order()]


def _read(path: Path) -> SqlFile:
    text, shown = path.read_text(), path.relative_to(ROOT).as_posix()
    created = _CREATED.findall(_REMARK.sub("", text))
    if len(created) != 1:
        raise SqlFileError(f"{shown} must declare one function or view, not {len(created)}")
    kind, name = created[0]
    if name not in (path.stem, f"{path.parts[-3]}_{path.stem}"):
        raise SqlFileError(f"{shown} creates {name}; what it creates is named as the file, or package_file")
    file = SqlFile(shown, kind, name, text)
    if kind == "FUNCTION" and file.body is None:
        raise SqlFileError(
            f"{shown} must have its function's body between $$ and $$, as it is compared with the database's"
        )
    return file


def installed(cursor: Any) -> list[Installed]:
    """What stands in the database, whoever put it there; the latest first."""
    cursor.execute(_INSTALLED)
    return [Installed(*row) for row in cursor.fetchall()]


def differences(cursor: Any) -> list[str]:
    """The names of what the database does not hold as a file says, or holds of a file that is gone."""
    wanted, there = files(), installed(cursor)
    return sorted(_outdated(wanted, there) | {one.name for one in _superfluous(wanted, there)})


def install(cursor: Any) -> bool:
    """Make the database hold what the files say, in the transaction of the cursor; True when something was done."""
    wanted, there = files(), installed(cursor)
    outdated = _with_users(wanted, _outdated(wanted, there))
    dropped = [one for one in there if one.name in outdated] + _superfluous(wanted, there)
    if not outdated and not dropped:
        return False
    cursor.execute("SET LOCAL lock_timeout = '300ms'")  # as in a revision: who waits for a table lets its readers wait
    _drop(cursor, [one for one in there if one in dropped])
    _create(cursor, [file for file in wanted if file.name in outdated])
    return True


def _outdated(wanted: list[SqlFile], there: list[Installed]) -> set[str]:
    """The names that do not stand in the database exactly once, as their file says."""
    return {file.name for file in wanted if [one.is_of(file) for one in there if one.name == file.name] != [True]}


def _superfluous(wanted: list[SqlFile], there: list[Installed]) -> list[Installed]:
    """What came from a file that is gone; what never had one is somebody else's."""
    names = {file.name for file in wanted}
    return [one for one in there if one.name not in names and one.is_ours]


def _with_users(wanted: list[SqlFile], names: Collection[str]) -> set[str]:
    """These, and all that use one of them: in the order of creation one pass finds them."""
    found = set(names)
    for file in wanted:
        if file.words & found:
            found.add(file.name)
    return found


def _drop(cursor: Any, objects: list[Installed]) -> None:
    """Drop these, a trigger function after its triggers. What else depends on one of them refuses."""
    for one in objects:
        if one.kind == "FUNCTION":
            cursor.execute(_TRIGGERS, (one.oid,))
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
        cursor.execute(f"DROP {_named(cursor, one)}")


def _create(cursor: Any, new: list[SqlFile]) -> None:
    for file in new:
        cursor.execute(file.text)
    marks = {file.name: file.mark for file in new}
    for one in installed(cursor):
        if one.name in marks:
            cursor.execute(f"COMMENT ON {_named(cursor, one)} IS '{marks[one.name]} {one.digest}'")


def _named(cursor: Any, one: Installed) -> str:
    """As a statement names it, a function with its arguments."""
    cursor.execute(_NAMED[one.kind], (one.oid,))
    return f"{one.kind} {cursor.fetchone()[0]}"
