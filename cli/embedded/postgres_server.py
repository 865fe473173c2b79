"""One PostgreSQL server of one home: created, found again, started, stopped.

It listens on 127.0.0.1 only, asks everyone for a password, has no Unix socket, and lets nobody in as superuser: the
login role `bahi` owns the database and may create roles, no more.
"""

import contextlib
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from cli.embedded import binaries, identity, processes
from cli.embedded.errors import ServiceError, ServiceMissing

NAME = "bahi"  # of the database and of its owner
READY_SECONDS = 60
STOP_SECONDS = 15
ATTEMPTS = 4

# Outside tools that hunt Bahi's own workers look for that word in command lines: no server process may carry it
# while a query runs, hence no parallel query and no I/O processes.
SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
max_logical_replication_workers = 0
log_line_prefix = '%m [%p] '
"""
SETTINGS_18 = "io_method = sync\n"
SETTINGS_FORGETFUL = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@dataclass(frozen=True)
class Server:
    folder: Path  # the home's own part for PostgreSQL, 0700
    fsync: bool = True

    @property
    def password(self) -> str:
        return processes.remembered_secret(self.folder / "password")

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    def url(self) -> str:
        port = (self.folder / "port").read_text().strip()
        return f"postgresql://{NAME}:{self.password}@127.0.0.1:{port}/{NAME}"


def is_reachable(server: Server) -> bool:
    """True when the server of this home answers to this home's password."""
    if not (server.folder / "port").exists():
        return False
    try:
        psycopg2.connect(server.url(), connect_timeout=5).close()
    except psycopg2.OperationalError:
        return False
    return True


def _data(server: Server) -> Path:
    note = server.folder / "data_folder"
    return Path(note.read_text().strip()) if note.exists() else server.folder / "data"


def _postmaster(server: Server) -> int | None:
    """Process id of the server that runs on this home's data, however it came to be there."""
    data = _data(server)
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        return pid if str(data) in processes.command_of(pid) else None
    return None


def start(server: Server) -> bool:
    """Make the server reachable; True when this call started it. The caller holds the home's lock."""
    if is_reachable(server):
        return False
    left_over = _postmaster(server)
    if left_over and processes.wait_until(lambda: is_reachable(server), 10):
        return False
    if left_over:
        _end(server, left_over)
    who = _prepare(server)
    for attempt in range(1, ATTEMPTS + 1):
        if _launch(server, who, last=attempt == ATTEMPTS):
            return True
        # A port taken between choosing and binding, or children of a killed server that are still leaving.
        time.sleep(0.3 * attempt)
    return True


def stop(server: Server) -> None:
    """Shut down cleanly: sessions are cut, data is checkpointed."""
    pid = _postmaster(server)
    if pid is not None:
        _end(server, pid)


def discard(server: Server) -> None:
    """Remove what lies outside the home; the home itself is the caller's."""
    data = _data(server)
    if data.parent != server.folder:
        shutil.rmtree(data.parent.parent, ignore_errors=True)


def _end(server: Server, pid: int) -> None:
    if not processes.stop(pid, gently=signal.SIGINT, firmly=signal.SIGQUIT, seconds=STOP_SECONDS):
        raise ServiceError(f"PostgreSQL (process {pid}) does not stop. See {server.log}.")


def _prepare(server: Server) -> identity.Identity:
    """Programs, identity and a created data folder, checked to belong together."""
    programs = binaries.postgres()
    who = identity.choose(programs, server.folder)
    major = binaries.postgres_major(programs.folder)
    data = who.data_parent / "data"
    (server.folder / "data_folder").write_text(f"{data}\n")
    if not data.exists():
        _create(server, who, major)
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != str(major):
        raise ServiceMissing(
            f"{data} was made by PostgreSQL {made_by}, but this is {major}. Dump it with the old one (pg_dump), "
            f"move the folder away, and restore; or set DATABASE_URL to a PostgreSQL {made_by} server."
        )
    _configure(server, data, major)
    return who


def _create(server: Server, who: identity.Identity, major: int) -> None:
    """A new cluster with the owner role and the database; appears under its name only when complete."""
    fresh, program = who.data_parent / "data.new", str(who.programs / "initdb")
    shutil.rmtree(fresh, ignore_errors=True)
    # The built-in C.UTF-8 sorts the same on every machine; before 17 the C library has to provide it.
    provider = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if major >= 17 else ["--locale=C.UTF-8"]
    )
    durable = [] if server.fsync else ["--no-sync"]
    identity.run(
        who,
        [program, "-D", str(fresh), "-U", "postgres", "--auth=reject", "--encoding=UTF8", *provider, *durable],
    )
    more = "" if server.fsync else "CREATEDB"  # tests clone a template database for each of their processes
    statements = (
        f"CREATE ROLE {NAME} LOGIN CREATEROLE {more} PASSWORD '{server.password}';\n\n"
        f"CREATE DATABASE {NAME} OWNER {NAME};\n\n"
    )
    single = [str(who.programs / "postgres"), "--single", "-j", "-c", "log_min_messages=fatal", "-D", str(fresh)]
    said = identity.run(who, [*single, "postgres"], given=statements)
    if "ERROR" in said.stderr:
        raise ServiceError(f"The database could not be created: {said.stderr.strip()[-400:]}")
    (fresh / "pg_hba.conf").write_text(f"host all {NAME} 127.0.0.1/32 scram-sha-256\n")
    fresh.rename(who.data_parent / "data")


def _configure(server: Server, data: Path, major: int) -> None:
    newer = SETTINGS_18 if major >= 18 else ""
    risky = "" if server.fsync else SETTINGS_FORGETFUL
    port = processes.remembered_port(server.folder / "port")
    (data / "postgresql.conf").write_text(SETTINGS.format(port=port) + newer + risky)


def _forget_stranger(data: Path) -> None:
    """Drop a left-over process id that now belongs to another program; PostgreSQL would take it for a server.

    When nothing has that id the file stays: PostgreSQL reads in it whether sessions of the dead server still live.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        command = processes.command_of(int((data / "postmaster.pid").read_text().splitlines()[0]))
        if command and str(data) not in command:
            (data / "postmaster.pid").unlink()


def _launch(server: Server, who: identity.Identity, *, last: bool) -> bool:
    """Start through pg_ctl, which detaches the server from us: it outlives this process and its terminal."""
    data = who.data_parent / "data"
    _forget_stranger(data)
    log = data / "server.log" if who.kind == identity.NOBODY else server.log
    try:
        identity.run(
            who,
            [str(who.programs / "pg_ctl"), "start", "-w", "-t", str(READY_SECONDS), "-D", str(data), "-l", str(log)],
        )
    except ServiceError as error:
        if last:
            raise ServiceError(f"PostgreSQL does not start: {error}. See {log}.") from error
        _configure(server, data, binaries.postgres_major(who.programs))
        return False
    if not processes.wait_until(lambda: is_reachable(server), 10):
        raise ServiceError(f"PostgreSQL started, but its password is refused. See {log}.")
    return True
