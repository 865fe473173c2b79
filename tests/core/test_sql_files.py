"""Functions and views of the database are what the files say: found, ordered, installed by content, dropped."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from core import sql_files

ONCE = "-- Not twice.\nCREATE FUNCTION once(p_of int) RETURNS int LANGUAGE sql AS $$ SELECT p_of $$;"
TEXTS = {
    "core/sql/twice.sql": "CREATE FUNCTION twice(p_of int) RETURNS int LANGUAGE sql AS $$ SELECT once(p_of) * 2 $$;",
    "credit/sql/once.sql": ONCE,
    "credit/sql/shown.sql": "CREATE VIEW credit_shown AS SELECT twice(21) AS answer;\n"
    "GRANT SELECT ON credit_shown TO bahi_app;",
}


def write(root: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text + "\n")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of three files, which stands for the project's own."""
    write(tmp_path, TEXTS)
    monkeypatch.setattr(sql_files, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def cursor(database: str, forget_files: Callable[[Any], None]) -> Iterator[Any]:
    """A transaction of the owner that is rolled back, in a database whose own functions have gone."""
    connection = psycopg2.connect(database)
    with connection.cursor() as inside:
        forget_files(inside)
        yield inside
    connection.rollback()
    connection.close()


def answer(cursor: Any, statement: str = "SELECT answer FROM credit_shown") -> Any:
    cursor.execute(statement)
    return cursor.fetchone()[0]


def test_a_file_comes_after_those_whose_names_it_mentions_outside_remarks(root: Path) -> None:
    assert [file.name for file in sql_files.files()] == ["once", "twice", "credit_shown"]


def test_what_is_installed_is_current_and_nothing_is_done_again(root: Path, cursor: Any) -> None:
    assert sql_files.differences(cursor)
    assert sql_files.install(cursor)
    assert not sql_files.differences(cursor)
    assert not sql_files.install(cursor)
    assert answer(cursor) == 42


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("credit/sql/once.sql", ONCE.replace("SELECT p_of", "SELECT p_of + 1"), 44),
        (
            "credit/sql/once.sql",
            ONCE.replace("(p_of int)", "(p_of int, p_more int DEFAULT 1)"),
            42,
        ),
        ("credit/sql/once.sql", ONCE.replace("RETURNS int", "RETURNS bigint"), 42),
        ("credit/sql/once.sql", ONCE.replace("LANGUAGE", "STABLE LANGUAGE"), 42),
        ("core/sql/twice.sql", TEXTS["core/sql/twice.sql"].replace("* 2", "* 3"), 63),
        ("credit/sql/once.sql", ONCE + "\nDO $$ BEGIN PERFORM once(1); END $$;", 42),
        ("credit/sql/shown.sql", TEXTS["credit/sql/shown.sql"].replace("(21)", "(4)::text"), "8"),
    ],
)
def test_a_changed_body_signature_result_or_view_replaces_what_stands_with_all_that_use_it(
    path: str, text: str, expected: object, root: Path, cursor: Any
) -> None:
    sql_files.install(cursor)
    write(root, {path: text})
    assert sql_files.differences(cursor)
    assert sql_files.install(cursor)
    assert not sql_files.differences(cursor)
    assert answer(cursor) == expected
    assert answer(cursor, "SELECT count(*) FROM pg_proc WHERE proname = 'once'") == 1
    assert answer(cursor, "SELECT has_table_privilege('bahi_app', 'credit_shown', 'SELECT')")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE OR REPLACE FUNCTION once(p_of int) RETURNS int LANGUAGE sql AS $$ SELECT 0 $$",
        "CREATE FUNCTION once(p_of text) RETURNS int LANGUAGE sql AS $$ SELECT 0 $$",
        "CREATE OR REPLACE FUNCTION once(p_of int) RETURNS int STABLE LANGUAGE sql AS $$ SELECT p_of $$",
        "ALTER FUNCTION twice(int) SECURITY DEFINER",
        "CREATE OR REPLACE VIEW credit_shown AS SELECT 0 AS answer",
        "ALTER VIEW credit_shown SET (security_barrier = true)",
        "DROP VIEW credit_shown",
    ],
)
def test_what_was_changed_by_hand_is_put_right(statement: str, root: Path, cursor: Any) -> None:
    sql_files.install(cursor)
    cursor.execute(statement)
    assert sql_files.differences(cursor)
    assert sql_files.install(cursor)
    assert answer(cursor) == 42
    assert answer(cursor, "SELECT count(*) FROM pg_proc WHERE proname = 'once'") == 1


def test_what_no_file_declares_any_more_goes_and_what_never_had_one_stays(root: Path, cursor: Any) -> None:
    sql_files.install(cursor)
    cursor.execute("CREATE FUNCTION of_somebody_else() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
    for path in ("core/sql/twice.sql", "credit/sql/shown.sql"):
        (root / path).unlink()
    assert sql_files.install(cursor)
    assert [one.name for one in sql_files.installed(cursor)] == ["of_somebody_else", "once"]
    assert not sql_files.differences(cursor)


def test_a_trigger_functions_triggers_go_and_come_with_it(root: Path, cursor: Any) -> None:
    function = "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
    trigger = "CREATE TRIGGER {} AFTER INSERT ON heartbeat FOR EACH STATEMENT EXECUTE FUNCTION noted();"
    triggers = "SELECT array_agg(tgname::text) FROM pg_trigger WHERE tgrelid = 'heartbeat'::regclass"
    write(root, {"core/sql/noted.sql": f"{function}\n{trigger.format('before_this')}"})
    sql_files.install(cursor)
    assert answer(cursor, triggers) == ["before_this"]
    write(root, {"core/sql/noted.sql": f"{function}\n{trigger.format('after_that')}"})
    sql_files.install(cursor)
    assert answer(cursor, triggers) == ["after_that"]


@pytest.mark.parametrize(
    "statement", ["DROP TRIGGER before_this ON heartbeat", "ALTER TABLE heartbeat DISABLE TRIGGER before_this"]
)
def test_a_trigger_that_somebody_dropped_or_disabled_is_put_right(statement: str, root: Path, cursor: Any) -> None:
    function = "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
    trigger = "CREATE TRIGGER before_this AFTER INSERT ON heartbeat FOR EACH STATEMENT EXECUTE FUNCTION noted();"
    enabled = "SELECT array_agg(tgenabled::text) FROM pg_trigger WHERE tgrelid = 'heartbeat'::regclass"
    write(root, {"core/sql/noted.sql": f"{function}\n{trigger}"})
    sql_files.install(cursor)
    cursor.execute(statement)
    assert sql_files.differences(cursor) == ["noted"]
    assert sql_files.install(cursor)
    assert answer(cursor, enabled) == ["O"]


def test_an_aggregate_of_somebody_else_is_let_be(root: Path, cursor: Any) -> None:
    cursor.execute("CREATE AGGREGATE total_of (int) (SFUNC = int4pl, STYPE = int)")
    assert sql_files.install(cursor)
    assert "total_of" in [one.name for one in sql_files.installed(cursor)]
    assert not sql_files.differences(cursor)


def test_what_else_depends_on_a_changed_function_refuses_instead_of_going_with_it(root: Path, cursor: Any) -> None:
    sql_files.install(cursor)
    cursor.execute("CREATE TABLE leaning (answer int CHECK (once(answer) > 0))")
    write(root, {"credit/sql/once.sql": ONCE + "\n-- Changed."})
    with pytest.raises(psycopg2.errors.DependentObjectsStillExist):
        sql_files.install(cursor)


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("core/sql/none.sql", "SELECT 1", "must declare one"),
        ("core/sql/two.sql", TEXTS["core/sql/twice.sql"] + "\n" + ONCE, "must declare one"),
        ("core/sql/other.sql", "CREATE VIEW another AS SELECT 1", "named as the file"),
        ("bot/sql/once.sql", ONCE, "one name"),
        ("bot/sql/tagged.sql", ONCE.replace("once", "tagged").replace("$$", "$body$"), "between"),
        ("bot/sql/returned.sql", "CREATE FUNCTION returned(p_of int) RETURNS int RETURN p_of;", "between"),
        ("bot/sql/kept.sql", "CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one;", "must declare one"),
        ("bot/sql/replaced.sql", "CREATE OR REPLACE VIEW replaced AS SELECT 1 AS one;", "must declare one"),
    ],
)
def test_a_file_that_cannot_be_installed_is_refused_with_its_reason(
    path: str, text: str, reason: str, root: Path
) -> None:
    write(root, {path: text})
    with pytest.raises(sql_files.SqlFileError, match=reason):
        sql_files.files()
