"""The frame around every command, as a shell sees it."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import click
import psycopg2
import pytest
from alembic.script import ScriptDirectory

from cli import environment as dotenv
from cli import failures, main, metering, schema, table
from cli.embedded import services
from cli.embedded.errors import ServiceError, ServiceMissing
from cli.embedded.processes import moved_clock, wait_until
from core import errors, settings
from core import schema as revisions

ROOT = Path(__file__).resolve().parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **moved_clock()}
    return {**kept, "BAHI_HOME": str(home), "BAHI_ENV": "test", **more}


def bahi(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-P", "-m", "cli", *words]
    return subprocess.run(line, env=environment(home, **more), capture_output=True, text=True, check=False)


def test_an_unknown_command_names_the_closest_one(tmp_path: Path) -> None:
    done = bahi(tmp_path, "clok")
    assert done.returncode == 2
    assert "There is no command `clok`. Did you mean `clock`?" in done.stderr
    assert done.stdout == ""


def test_help_begins_with_examples_and_lists_every_command(tmp_path: Path) -> None:
    said = bahi(tmp_path, "--help").stdout
    assert said.index("Examples:") < said.index("Options:")
    assert [name for name in table.COMMANDS if f"  {name} " not in said] == []
    assert not list(tmp_path.iterdir()), "help needs neither keys nor services"


def test_showing_the_clock_loads_neither_database_nor_web_libraries(tmp_path: Path) -> None:
    code = (
        "import sys; from cli.main import run; code = run(['clock', 'show']);"
        "heavy = {'sqlalchemy', 'flask', 'redis', 'rq', 'twilio', 'psycopg2', 'alembic'};"
        "print(sorted(heavy & set(sys.modules)), code)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[] 0"


def test_the_clock_moves_for_every_later_process_and_back(tmp_path: Path) -> None:
    moved = json.loads(bahi(tmp_path, "clock", "advance", "1 day 2 hours", "--json").stdout)
    assert moved["offset_seconds"] == 93600
    assert json.loads(bahi(tmp_path, "clock", "show", "--json").stdout)["offset_seconds"] == 93600
    assert bahi(tmp_path, "clock", "set", "2026-12-01T10:00+05:30").stdout.startswith("2026-12-01T04:30:0")
    assert json.loads(bahi(tmp_path, "clock", "reset", "--json").stdout)["offset_seconds"] == 0


@pytest.mark.parametrize("span", ["soon", "3", "3 parsecs", "1 day or so"])
def test_a_span_that_means_nothing_is_a_usage_error(tmp_path: Path, span: str) -> None:
    assert bahi(tmp_path, "clock", "advance", span).returncode == 2


def test_the_clock_is_not_moved_in_production(tmp_path: Path) -> None:
    done = bahi(tmp_path, "clock", "advance", "1 day", BAHI_ENV="production")
    assert done.returncode == 3
    assert not list(tmp_path.iterdir())


def test_a_home_makes_its_keys_once_even_for_commands_at_once(tmp_path: Path) -> None:
    code = (
        "import os; from cli import environment; environment.prepare();"
        "print(os.environ['SECRET_KEY'], os.environ['ENCRYPTION_KEYS'])"
    )
    line = [sys.executable, "-P", "-c", code]
    many = [subprocess.Popen(line, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) for _ in range(6)]
    said = {process.communicate()[0] for process in many}
    assert len(said) == 1
    secret, keys = said.pop().split()
    assert len(secret) >= 32
    assert keys.startswith("k1:")
    assert stat.S_IMODE((tmp_path / "settings.json").stat().st_mode) == 0o600


def test_keys_from_the_environment_win_and_production_makes_none(tmp_path: Path) -> None:
    code = "import os; from cli import environment; environment.prepare(); print(os.environ.get('SECRET_KEY', 'none'))"
    line = [sys.executable, "-P", "-c", code]

    def secret(**more: str) -> str:
        env = environment(tmp_path, **more)
        return subprocess.run(line, env=env, capture_output=True, text=True, check=True).stdout.strip()

    assert secret(BAHI_ENV="production") == "none"
    assert list(tmp_path.iterdir()) == []
    assert secret(SECRET_KEY="mine") == "mine"
    assert secret() not in ("", "none", "mine")


def test_a_dotenv_file_fills_what_the_environment_lacks_and_empty_lines_set_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("LOG_LEVEL", "SENTRY_DSN", "PUBLIC_BASE_URL")
    for name in names:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    monkeypatch.delenv("SENTRY_DSN")
    (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\nSENTRY_DSN=\nPUBLIC_BASE_URL=https://shop.example\n")
    dotenv._read_dotenv(tmp_path / ".env")
    assert [os.environ.get(name) for name in names] == ["ERROR", None, "https://shop.example"]


def test_the_simulators_account_is_used_only_where_no_real_one_is_named(tmp_path: Path) -> None:
    code = (
        "import os, sys; from cli import environment as e; e.prepare();"
        "sys.argv[1:] and e.play_provider(app_url='http://a', simulator_url='http://s');"
        "print(os.environ.get('TWILIO_API_BASE_URL', '-'), os.environ.get('TWILIO_ACCOUNT_SID', '-')[:2])"
    )

    def provider(*words: str, **more: str) -> str:
        line = [sys.executable, "-P", "-c", code, *words]
        env = environment(tmp_path, **more)
        return subprocess.run(line, env=env, capture_output=True, text=True, check=True).stdout.strip()

    assert provider() == "- -"
    assert provider("play") == "http://s AC"
    assert provider() == "http://s AC"
    assert provider(TWILIO_AUTH_TOKEN="real") == "- -"


def test_expected_errors_have_their_exit_codes_and_bugs_have_none() -> None:
    class Paused(errors.DomainError):
        pass

    known = {
        Paused("paused"): 6,
        errors.NotFound(): 4,
        settings.ConfigurationError("no key"): 3,
        schema.SchemaError("old"): 3,
        ServiceMissing("none"): 3,
        ServiceError("down"): 7,
        psycopg2.OperationalError("down"): 7,
        ValueError("a bug"): None,
    }
    assert [failures.code_of(error) for error in known] == list(known.values())


def test_every_command_of_the_table_that_exists_is_a_click_command() -> None:
    for entry in table.COMMANDS.values():
        module, _, attribute = entry.target.partition(":")
        assert bool(attribute) == bool(module)
    assert isinstance(main.load("clock"), click.Group)


def test_an_unreachable_database_is_exit_code_seven_and_for_the_doctor_could_not_check(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgresql://bahi@127.0.0.1:1/bahi", "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = bahi(tmp_path, "migrate", **away)
    assert done.returncode == 7
    assert done.stderr.startswith("Error: ")
    assert "Next: Check DATABASE_URL" in done.stderr
    assert table.COMMANDS["doctor"].exit_when_down == 2


def test_migrating_twice_does_it_once_and_leaves_no_server(tmp_path: Path, on_its_own: None) -> None:
    first, second = bahi(tmp_path, "migrate"), bahi(tmp_path, "migrate")
    assert (first.returncode, first.stderr.strip().splitlines()[-1]) == (0, "migrated")
    assert (second.returncode, second.stderr.strip()) == (0, "nothing to migrate")
    assert services.find(tmp_path) is None


def test_a_terminated_command_stops_the_services_it_started(tmp_path: Path, on_its_own: None) -> None:
    code = (
        "import time; from cli.services import ready\n"
        "with ready(migrated=False): print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code], env=environment(tmp_path), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert wait_until(lambda: services.find(tmp_path) is None, 5)


def test_the_cheap_check_finds_the_heads_that_alembic_finds() -> None:
    script = ScriptDirectory.from_config(revisions.alembic_config("postgresql://nowhere/bahi"))
    every, heads = schema.revisions()
    assert heads == set(script.get_heads())
    assert every == {revision.revision for revision in script.walk_revisions()}


def test_a_database_ahead_of_this_code_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "recorded", lambda url: {"from_the_future"})
    with pytest.raises(schema.SchemaError, match="from_the_future"):
        schema.migrate("postgresql://nowhere/bahi")


@pytest.fixture(scope="module")
def earlier_database(database: str) -> str:
    """The URL of a database at the last revision there was before the schema was written anew as one."""
    name = "of_an_earlier_bahi"
    url = database.rpartition("/")[0] + f"/{name}"
    with contextlib.closing(psycopg2.connect(database)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('0025')")
        connection.commit()
    return url


@pytest.mark.parametrize(
    "words", [("migrate",), ("doctor",), ("up", "--no-demo", "--port", "1", "--simulator-port", "2")]
)
def test_a_database_of_an_earlier_bahi_is_refused_with_what_to_do(
    words: tuple[str, ...], earlier_database: str, tmp_path: Path
) -> None:
    away = {"DATABASE_URL": earlier_database, "REDIS_URL": os.environ["REDIS_URL"]}
    done = bahi(tmp_path, *words, **away)
    assert done.returncode == 3, done.stderr
    assert f"made by an earlier Bahi and cannot be carried over: move {tmp_path} aside" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_its_schema_the_web_server_does_not_start_in_production(database: str, tmp_path: Path) -> None:
    name = "never_migrated"
    with contextlib.closing(psycopg2.connect(database)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    away = {
        "DATABASE_URL": database.rpartition("/")[0] + f"/{name}",
        "REDIS_URL": os.environ["REDIS_URL"],
        "SECRET_KEY": "s" * 48,
    }
    done = bahi(tmp_path, "web", "--port", "1", BAHI_ENV="production", **away)
    assert done.returncode == 3
    assert "Run: ./bahi migrate" in done.stderr


def test_worker_and_scheduler_count_where_the_web_server_counts(tmp_path: Path) -> None:
    code = (
        "import sys, types, jobs; from cli import environment, main; environment.place();"
        "command = main.load(sys.argv[1]);"
        "assert 'prometheus_client' not in sys.modules, 'too late to name a folder';"
        "setattr(jobs, sys.argv[1], types.SimpleNamespace(main=lambda: None));"
        "command.callback.__wrapped__();"
        "from core import metrics; metrics.HINTS_LOST.inc()"
    )
    for name in ("worker", "scheduler"):
        line = [sys.executable, "-P", "-c", code, name]
        subprocess.run(line, env=environment(tmp_path), check=True)
    assert len(list((tmp_path / "metrics").glob("counter_*.db"))) == 2


def test_beginning_to_count_forgets_the_dead_and_keeps_who_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    monkeypatch.setenv("BAHI_HOME", str(tmp_path))
    monkeypatch.setenv(metering.VARIABLE, "")
    folder = tmp_path / "metrics"
    folder.mkdir()
    for process in (gone.pid, os.getpid()):
        (folder / f"counter_{process}.db").touch()
    metering.begin()
    assert [file.name for file in folder.iterdir()] == [f"counter_{os.getpid()}.db"]
    assert os.environ[metering.VARIABLE] == str(folder)
