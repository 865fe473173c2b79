"""What holds for the schema: revisions equal what is described and go back, and no organisation sees another's row."""

import ast
import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

import bot.tables
import credit.arrangements
import credit.online
import credit.tables
import invoicing.tables
import orders.tables
import parties.tables
from core import audit, db, idempotency, outbox, schema, sql_files
from core.tables import Base
from tests.architecture.product import ROOT, nodes, sources
from tests.architecture.product import text as text_of

LOADED = (
    bot.tables,
    credit.online,
    credit.arrangements,
    credit.tables,
    invoicing.tables,
    orders.tables,
    parties.tables,
)
KERNEL = (audit, idempotency, outbox)
SHARED = {"tenant_route", "heartbeat"}  # found before an organisation is known, or about processes
UNDESCRIBED = {  # statements and triggers alone read and write these: no class would be used
    "age_total", "allocation", "called_bill", "due_total", "heartbeat", "insight", "job_run", "ledger_transfer",
    "number_series", "outbox_status", "provider_template", "reminder", "retailer_age", "share_access",
    "stock_reservation",
}  # fmt: skip


@pytest.fixture
def tenant_tables(tables: set[str]) -> set[str]:
    """Tables that belong to an organisation: all but the short list."""
    assert tables > SHARED
    return tables - SHARED


BEGINNINGS = """
SELECT c.relname, k.contype, k.conname, k.confdeltype,
    (SELECT attname FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = k.conkey[1]),
    (SELECT attname FROM pg_attribute WHERE attrelid = k.confrelid AND attnum = k.confkey[1])
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('p', 'u', 'f')
"""


def test_keys_and_references_begin_with_the_organisation(database: str, tenant_tables: set[str]) -> None:
    with contextlib.closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(BEGINNINGS)
        found = [one for one in cursor.fetchall() if one[0] in tenant_tables]
    assert {table for table, kind, *_ in found if kind == "p"} == tenant_tables
    assert [one for one in found if one[4] != "org_id" or one[5] not in (None, "org_id")] == []
    assert [one for one in found if one[1] == "f" and one[3] != "r"] == []  # ON DELETE RESTRICT


def test_revisions_equal_what_the_product_describes(database: str, tables: set[str]) -> None:
    def is_described(_item: Any, _name: str | None, kind: str, is_there: bool, ours: Any) -> bool:
        return kind != "table" or not is_there or ours is not None

    options = {"compare_server_default": False, "include_object": is_described}
    with create_engine(db.driver_url(database)).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    assert tables - set(Base.metadata.tables) == UNDESCRIBED


CONSTRAINTS = """
SELECT c.relname || ' ' || k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT tablename || ' ' || indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes
WHERE schemaname = current_schema()
"""


def constraints(connection: Connection) -> dict[str, str]:
    """Each constraint and index of the schema by its table and name; words that may stand in a column in any order."""
    found = connection.execute(text(CONSTRAINTS)).all()
    return {name: re.sub(r"(?<=ARRAY\[)[^]]+", in_order, definition) for name, definition in found}


def in_order(listed: re.Match[str]) -> str:
    """The words of a list, sorted."""
    return ", ".join(sorted(listed[0].split(", ")))


def test_the_database_refuses_and_finds_what_is_described(database: str) -> None:
    """What alembic does not compare: the words and bounds of checks, and what of an index is an expression."""
    described = set(Base.metadata.tables)
    with create_engine(db.driver_url(database)).connect() as connection:
        there = constraints(connection)
        connection.execute(text("CREATE SCHEMA described"))
        connection.execute(text("SET LOCAL search_path = described"))
        Base.metadata.create_all(connection)
        told = constraints(connection)
        connection.rollback()
    assert {name: one for name, one in there.items() if name.split()[0] in described} == told


def test_the_ledgers_accounts_are_those_that_the_database_takes(database: str) -> None:
    with create_engine(db.driver_url(database)).connect() as connection:
        there = constraints(connection)
    for side in ("debit_account", "credit_account"):
        taken = there[f"ledger_transfer ck_ledger_transfer_{side}_word"]
        assert re.findall(r"'(\w+)'", taken) == sorted(credit.tables.ACCOUNTS)


def mentioned(path: Path) -> set[str]:
    """The names that stand in a file; where a class is declared, its name is not mentioned."""
    found = {node.attr for node in nodes(path) if isinstance(node, ast.Attribute)}
    return found | {node.id for node in nodes(path) if isinstance(node, ast.Name)}


def test_the_class_of_a_row_is_used_by_the_product() -> None:
    """A description that nothing reads can only differ from what does."""
    classes = {one.class_.__name__ for one in Base.registry.mappers}
    assert classes - set[str]().union(*map(mentioned, sources())) == set()


INSERTED = re.compile(r"INSERT INTO (\w+)(?: AS \w+)?\s*\(([\w\s,?]+)\)")


def inserts() -> list[tuple[str, set[str]]]:
    """Each table that a hand-written statement fills, with the columns it names; `?` is what is filled in."""
    statements = [file.text for file in sql_files.files()]
    for path in sources():
        for node in nodes(path):
            if isinstance(node, ast.JoinedStr):
                parts = (one.value if isinstance(one, ast.Constant) else "?" for one in node.values)
                statements.append("".join(str(part) for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                statements.append(node.value)
    found = (match for statement in statements for match in INSERTED.finditer(statement))
    return [(match[1], {name.strip() for name in match[2].split(",")}) for match in found]


COLUMNS = """
SELECT table_name, column_name, is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'
FROM information_schema.columns WHERE table_schema = 'public'
"""


def test_what_is_inserted_by_hand_names_columns_that_there_are_and_all_that_must_be_given(database: str) -> None:
    given = inserts()
    assert len({table for table, _ in given}) >= 20
    columns: dict[str, dict[str, bool]] = {}
    with contextlib.closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, name, must_be_given in cursor.fetchall():
            columns.setdefault(table, {})[name] = must_be_given
    wrong = {}
    for table, names in given:
        filled = "?" in names
        missing = {name for name, must_be_given in columns[table].items() if must_be_given} - names
        unknown = names - {"?"} - columns[table].keys()
        if unknown or (missing and not filled):
            wrong[table] = (unknown, missing)
    assert wrong == {}


def test_migrations_go_down_and_up_again(endpoints: Any, forget_files: Callable[[Any], None]) -> None:
    url = endpoints.database_url
    other = url.rsplit("/", 1)[0] + "/updown"
    with create_engine(db.driver_url(url), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CREATE DATABASE updown"))
    schema.migrate(other)
    engine = create_engine(db.driver_url(other))
    with engine.begin() as connection:
        forget_files(connection.connection.cursor())  # what they read could not be dropped under them
    command.downgrade(schema.alembic_config(other), "base")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert sql_files.installed(connection.connection.cursor()) == []
    engine.dispose()
    schema.migrate(other)


DEFINITIONS = """
SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace
UNION ALL
SELECT c.relname, pg_get_viewdef(c.oid) || coalesce(c.reloptions::text, '') || coalesce(c.relacl::text, '')
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
UNION ALL
SELECT t.tgrelid::regclass || ' ' || t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal
"""


def test_every_function_view_and_trigger_is_what_its_file_says_and_none_is_without_a_file(
    database: str, forget_files: Callable[[Any], None]
) -> None:
    files = sql_files.files()
    with contextlib.closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        there = sql_files.installed(cursor)
        assert sorted((one.name, one.mark, one.body) for one in there) == sorted(
            (file.name, file.mark, file.body) for file in files
        )
        cursor.execute(DEFINITIONS)
        before = dict(cursor.fetchall())
        forget_files(cursor)
        cursor.execute(DEFINITIONS)
        assert cursor.fetchall() == []
        sql_files.install(cursor)
        cursor.execute(DEFINITIONS)
        assert dict(cursor.fetchall()) == before
        connection.rollback()


MADE = re.compile(
    r"\bCREATE\s+(OR\s+REPLACE\s+)?(\w+\s+)?(FUNCTION|PROCEDURE|VIEW|TRIGGER|RULE)\s+[\w{]", re.IGNORECASE
)


def test_neither_a_revision_nor_a_module_holds_the_text_of_a_function_view_or_trigger() -> None:
    revisions = [path for path in (ROOT / "migrations").rglob("*") if path.suffix in (".py", ".sql", ".mako")]
    assert ROOT / "migrations" / "versions" / "0001_schema" / "credit.sql" in revisions
    assert [str(path) for path in (*revisions, *sources()) if MADE.search(text_of(path))] == []


def test_a_call_from_python_names_its_arguments() -> None:
    """One argument cannot be taken for another; of more, each that is a parameter of the statement has its name."""
    functions = "|".join(file.name for file in sql_files.files() if file.kind == "FUNCTION")
    call = re.compile(rf"\b({functions})\(((?:[^()]|\([^()]*\))*)\)")
    calls = [(path.name, *found.groups()) for path in sources() for found in call.finditer(text_of(path))]
    assert [one for one in calls if "%" in one[2] and "," in one[2] and "=>" not in one[2]] == []
    assert len({name for _, name, arguments in calls if "=>" in arguments}) >= 12


WRITERS = {
    r"INSERT INTO (allocation|ledger_transfer)\b": {"credit/sql/book.sql"},
    r"UPDATE (allocation|ledger_transfer)\b": set(),
    r"UPDATE bill\b[^;]*?\bopen_minor =": {"credit/sql/book.sql"},
    r"UPDATE credit_account\b[^;]*?\boutstanding_minor =": {"credit/sql/book.sql"},
    r"UPDATE credit_account\b[^;]*?\breserved_minor =": {"credit/sql/book.sql", "credit/sql/reserve.sql"},
    r"\baccount\.(outstanding|reserved)_minor [-+]?= ": set(),
}


@pytest.mark.parametrize("written", WRITERS)
def test_what_moves_money_is_written_in_one_place(written: str) -> None:
    texts = {path.relative_to(ROOT).as_posix(): text_of(path) for path in sources()}
    texts |= {file.path: file.text for file in sql_files.files()}
    assert {path for path, content in texts.items() if re.search(written, content)} == WRITERS[written]


def test_nothing_runs_with_the_rights_of_its_owner(database: str) -> None:
    """A function acts as its caller, a view reads as its reader: row-level security binds both."""
    with db.transaction() as session:
        above = db.execute(
            session,
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef"
            " UNION ALL SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('v', 'm') AND NOT coalesce('security_invoker=true' = ANY(c.reloptions), false)",
        )
        assert above.all() == []


def test_every_tenant_table_has_forced_row_level_security(database: str, tenant_tables: set[str]) -> None:
    with db.transaction() as session:
        found = db.execute(
            session,
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relrowsecurity AND c.relforcerowsecurity"
            " AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)",
        )
        assert {name for (name,) in found} == tenant_tables


def test_as_one_organisation_no_row_of_another_is_seen(
    filled_org: UUID, new_org: Callable[..., UUID], tenant_tables: set[str]
) -> None:
    mine = new_org()
    of_others = "SELECT count(*) FROM {} WHERE org_id <> %s"
    with db.transaction(mine) as session:
        seen = {one for one in tenant_tables if db.execute(session, of_others.format(one), (str(mine),)).scalar()}
        assert seen == set()
    with db.transaction() as session:
        seen = {one for one in tenant_tables if db.execute(session, f"SELECT count(*) FROM {one}").scalar()}
        assert seen == set()


def test_the_probe_above_meets_rows_in_every_table_that_a_story_fills(
    filled_org: UUID, tenant_tables: set[str]
) -> None:
    with db.transaction(filled_org) as session:
        empty = {table for table in tenant_tables if not db.execute(session, f"SELECT 1 FROM {table} LIMIT 1").first()}
    assert empty <= {
        "job_run",
        "reminder",
        "provider_template",
        "outbox_status",
        "payment_claim",
        "staff_task",
        "credit_group",
        "credit_override",
        "credit_evaluation",
    }


def test_the_application_role_can_neither_own_nor_bypass_nor_truncate(database: str) -> None:
    with db.transaction() as session:
        role = db.execute(
            session, "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert tuple(role.one()) == (False, False, False)
        owned = db.execute(session, "SELECT count(*) FROM pg_tables WHERE tableowner = current_user").scalar()
        assert owned == 0
        truncating = db.execute(
            session,
            "SELECT count(*) FROM information_schema.role_table_grants"
            " WHERE grantee = current_user AND privilege_type = 'TRUNCATE'",
        ).scalar()
        assert truncating == 0
