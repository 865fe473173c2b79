"""Real servers, really killed."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg2
import pytest
import redis

from cli.embedded import identity, postgres_server, processes, services
from cli.embedded.errors import ServiceMissing

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import json, sys
from pathlib import Path
from cli.embedded import services
with services.running(Path(sys.argv[1]), fsync=sys.argv[2] == "durable") as endpoints:
    print(json.dumps([endpoints.database_url, endpoints.redis_url, endpoints.started]), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def no_servers_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    yield folder
    own = services.Home(folder / "services")
    services._stop(own)
    postgres_server.discard(own.postgres)


def holder(home: Path, how: str = "forgetful", before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Another process that keeps the services until its stdin closes."""
    return subprocess.Popen(
        [*before, sys.executable, "-P", "-c", HOLD, str(home), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )


def told(process: subprocess.Popen[str]) -> tuple[str, str, bool]:
    assert process.stdout is not None
    database_url, redis_url, started = json.loads(process.stdout.readline())
    return database_url, redis_url, started


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("")
    assert process.returncode == 0


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def query(url: str, *statements: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def key(url: str, value: str | None = None) -> str | None:
    with redis.Redis.from_url(url, decode_responses=True) as client:
        if value is not None:
            client.set("kept", value)
        answer = client.get("kept")
    assert answer is None or isinstance(answer, str)
    return answer


def server_processes(home: Path) -> list[str]:
    """Command lines of the servers that belong to a home: PostgreSQL shows its folder, Redis its port.

    Where the server has to run as the user nobody its folder lies outside the home, which notes it.
    """
    data = (home / "services/postgres/data_folder").read_text().strip()
    port = (home / "services/redis/port").read_text().strip()
    lines = (processes.command_of(int(pid.name)) for pid in Path("/proc").iterdir() if pid.name.isdigit())
    return [line for line in lines if f"postgres -D {data}" in line or f"127.0.0.1:{port}" in line]


def test_the_last_process_to_leave_stops_the_servers_whoever_started_them(home: Path) -> None:
    first = holder(home)
    database_url, redis_url, started = told(first)
    assert started
    with services.running(home, fsync=False) as mine:
        assert (mine.database_url, mine.redis_url, mine.started) == (database_url, redis_url, False)
        leave(first)
        assert query(mine.database_url, "SELECT 1") == [(1,)]
        assert len(server_processes(home)) == 2
    assert server_processes(home) == []
    assert services.find(home) is None


def test_many_processes_at_once_start_the_servers_once(home: Path) -> None:
    many = [holder(home) for _ in range(5)]
    answers = [told(process) for process in many]
    assert len({answer[:2] for answer in answers}) == 1
    assert [answer[2] for answer in answers].count(True) == 1
    for process in many:
        leave(process)
    assert server_processes(home) == []


def test_after_the_starter_is_killed_the_next_process_finds_servers_and_data(home: Path) -> None:
    first = holder(home, "durable")
    database_url, redis_url, _ = told(first)
    query(database_url, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('bahi')")
    key(redis_url, "khata")
    kill(first)
    with services.running(home) as again:
        assert not again.started
        assert query(again.database_url, "SELECT word FROM kept") == [("bahi",)]
        assert key(again.redis_url) == "khata"
    assert server_processes(home) == []


def test_after_everything_is_killed_the_next_start_brings_the_data_back(home: Path) -> None:
    first = holder(home, "durable")
    database_url, redis_url, _ = told(first)
    query(database_url, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('bahi')")
    key(redis_url, "khata")
    time.sleep(1.2)  # Redis writes its log to disk once a second
    kill(first)
    os.kill(int((home / "services/redis/redis.pid").read_text()), signal.SIGKILL)
    postmaster = postgres_server._postmaster(services.Home(home / "services").postgres)
    assert postmaster is not None
    os.kill(postmaster, signal.SIGKILL)
    with services.running(home) as again:
        assert again.started
        assert query(again.database_url, "SELECT word FROM kept") == [("bahi",)]
        assert key(again.redis_url) == "khata"


def test_ports_are_remembered_until_another_program_takes_them(home: Path) -> None:
    with services.running(home, fsync=False) as first:
        pass
    with services.running(home, fsync=False) as second:
        assert second.database_url == first.database_url
    taken = int((home / "services/postgres/port").read_text())
    with contextlib.closing(socket.socket()) as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections of the server linger
        thief.bind(("127.0.0.1", taken))
        thief.listen()
        with services.running(home, fsync=False) as third:
            assert third.database_url != first.database_url
            assert query(third.database_url, "SELECT 1") == [(1,)]


def test_a_left_over_process_id_that_now_belongs_to_another_program_does_not_block_the_start(home: Path) -> None:
    with services.running(home, fsync=False):
        pass
    data = postgres_server._data(services.Home(home / "services").postgres)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n0\n5432\n\n127.0.0.1\n")
    with services.running(home, fsync=False) as endpoints:
        assert endpoints.started


def test_the_login_owns_its_database_and_is_no_superuser(home: Path) -> None:
    with services.running(home, fsync=False) as endpoints:
        facts = query(
            endpoints.database_url,
            "SELECT rolsuper, rolcreaterole, d.datdba = r.oid FROM pg_roles r, pg_database d"
            " WHERE rolname = current_user AND datname = current_database()",
        )
        assert facts == [(False, True, True)]
        port = (home / "services/postgres/port").read_text().strip()
        for user, password in (("postgres", ""), ("bahi", "guessed")):
            with pytest.raises(psycopg2.OperationalError):
                psycopg2.connect(host="127.0.0.1", port=port, user=user, password=password, dbname="bahi")
        with pytest.raises(redis.AuthenticationError):
            key(endpoints.redis_url.replace("redis://:", "redis://:x"))


def test_the_servers_are_durable_utc_and_local_only_with_private_files(home: Path) -> None:
    with services.running(home) as endpoints:
        asked = ("fsync", "synchronous_commit", "TimeZone", "listen_addresses")
        shown = {name: query(endpoints.database_url, f"SHOW {name}")[0][0] for name in asked}
        with redis.Redis.from_url(endpoints.redis_url, decode_responses=True) as client:
            kept = client.config_get("append*") | client.config_get("maxmemory-policy") | client.config_get("bind")
    assert list(shown.values()) == ["on", "on", "UTC", "127.0.0.1"]
    assert (kept["appendonly"], kept["appendfsync"]) == ("yes", "everysec")
    assert (kept["maxmemory-policy"], kept["bind"]) == ("noeviction", "127.0.0.1")
    private = [home / "services" / name for name in ("postgres/password", "redis/password", "redis/redis.conf")]
    assert [oct(file.stat().st_mode & 0o777) for file in private] == ["0o600"] * 3


def test_no_server_process_can_be_taken_for_a_worker_of_ours(home: Path) -> None:
    with services.running(home, fsync=False) as endpoints:
        query(endpoints.database_url, "SELECT count(*) FROM pg_class")
        assert query(endpoints.database_url, "SHOW max_parallel_workers_per_gather") == [("0",)]
        titles = query(endpoints.database_url, "SELECT backend_type FROM pg_stat_activity")
    assert not [title for (title,) in titles if "worker" in str(title) and "autovacuum" not in str(title)]


def test_servers_named_in_the_environment_are_used_and_none_is_started(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/bahi")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    with services.running(home) as endpoints:
        assert endpoints == services.Endpoints("postgresql://db.example/bahi", "redis://redis.example/0", False)
    assert list(home.iterdir()) == []


def test_data_of_another_postgresql_version_is_refused_with_a_way_out(home: Path) -> None:
    with services.running(home, fsync=False):
        pass
    data = postgres_server._data(services.Home(home / "services").postgres)
    (data / "PG_VERSION").write_text("13\n")
    with pytest.raises(ServiceMissing, match="made by PostgreSQL 13"), services.running(home, fsync=False):
        pass
    assert server_processes(home) == []


def test_throwaway_services_may_clone_databases_and_leave_nothing() -> None:
    with services.throwaway() as endpoints:
        with contextlib.closing(psycopg2.connect(endpoints.database_url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("CREATE DATABASE clone TEMPLATE template0")
        (home,) = [
            folder
            for folder in Path(tempfile.gettempdir()).glob(services.THROWAWAY + "*")
            if (folder / "services/postgres/port").read_text().strip() in endpoints.database_url
        ]
    assert not home.exists()


def test_throwaway_services_of_a_killed_run_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    orphan = tmp_path / (services.THROWAWAY + "orphan")
    orphan.mkdir()
    process = holder(orphan)
    told(process)
    services.sweep()
    assert orphan.exists(), "services in use are left alone"
    kill(process)
    os.utime(orphan / "services/in_use", (0, 0))
    left = server_processes(orphan)
    assert len(left) == 2
    services.sweep()
    assert not orphan.exists()


def test_root_without_user_namespaces_runs_postgresql_as_nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_namespaced", lambda programs, folder: None)
    with services.running(home, fsync=False) as endpoints:
        query(endpoints.database_url, "CREATE TABLE kept (word text)")
        owner = postgres_server._data(services.Home(home / "services").postgres).stat().st_uid
    with services.running(home, fsync=False) as endpoints:
        assert query(endpoints.database_url, "SELECT word FROM kept") == []
    assert owner == (pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid())


def test_programs_that_nobody_cannot_reach_are_copied(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        package = tmp_path / "closed" / "package"
        (package / "bin").mkdir(parents=True)
        (tmp_path / "closed").chmod(0o700)
        (package / "bin/postgres").write_text("#!/bin/sh\necho postgres 18\n")
        (package / "bin/postgres").chmod(0o755)
        outside = identity._owned_by_root(identity.outside_folder(tmp_path))
        try:
            programs = identity.PostgresPrograms(package / "bin", (package,))
            copied = identity._reachable_programs(programs, outside)
            assert copied == outside / "programs/package/bin"
            assert identity._can(identity.Identity(identity.NOBODY, copied, outside), '"$2" --version')
        finally:
            shutil.rmtree(outside)


def as_normal_user() -> list[str]:
    """Words before a command that make it run under another user id than root's; none when we are not root."""
    other = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    if os.geteuid() != 0 or subprocess.run([*other, "true"], capture_output=True, check=False).returncode:
        return []
    return other


@pytest.mark.parametrize("before", [[], as_normal_user()], ids=["this user", "a normal user"])
def test_any_user_can_start_and_stop_the_services(before: list[str], home: Path) -> None:
    process = holder(home, before=before)
    database_url, redis_url, started = told(process)
    assert started
    assert query(database_url, "SELECT 1") == [(1,)]
    assert key(redis_url, "x") == "x"
    assert (home / "services/postgres/identity").exists() == (os.geteuid() == 0 and not before)
    leave(process)
    assert server_processes(home) == []
