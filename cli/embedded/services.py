"""PostgreSQL and Redis for one home folder, shared by every process that asks.

Whoever needs them holds a shared lock on `in_use` as long as it does; the kernel drops it even on `kill -9`. The last
one to leave, whoever started them, stops the servers. Starting and stopping happen under one exclusive lock, so two
commands at once neither start twice nor stop each other's. Servers that outlived their users are simply found again.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cli.embedded import postgres_server, redis_server
from cli.embedded.errors import ServiceError

LOCK_SECONDS = 90
THROWAWAY = "bahi-throwaway-"
SWEEP_AFTER_SECONDS = 60  # younger ones may be between creating their folder and holding it


@dataclass(frozen=True)
class Endpoints:
    database_url: str
    redis_url: str
    started: bool  # True when this call started at least one server


@dataclass(frozen=True)
class Home:
    folder: Path
    fsync: bool = True

    @property
    def postgres(self) -> postgres_server.Server:
        return postgres_server.Server(self.folder / "postgres", self.fsync)

    @property
    def redis(self) -> redis_server.Server:
        return redis_server.Server(self.folder / "redis", self.fsync)


@contextlib.contextmanager
def running(home: Path, *, fsync: bool = True) -> Iterator[Endpoints]:
    """Both services, reachable for the length of the block.

    `DATABASE_URL` and `REDIS_URL` from the environment come first; what they name is neither started nor stopped.
    Raises ServiceError (a server does not come up) or ServiceMissing (no program, or data of another version).
    """
    given = Endpoints(os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""), started=False)
    if given.database_url and given.redis_url:
        yield given
        return
    with _held(_home(home, fsync=fsync), postgres=not given.database_url, redis=not given.redis_url) as own:
        yield Endpoints(given.database_url or own.database_url, given.redis_url or own.redis_url, own.started)


@contextlib.contextmanager
def throwaway() -> Iterator[Endpoints]:
    """Fresh services for tests in a temporary home: fast, forgetful, gone afterwards; the environment is ignored.

    The database role may also create databases there, so that a migrated one can serve as template.
    """
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=THROWAWAY))
    home = _home(folder, fsync=False)
    try:
        with _held(home, postgres=True, redis=True) as endpoints:
            yield endpoints
    finally:
        postgres_server.discard(home.postgres)
        shutil.rmtree(folder, ignore_errors=True)


def find(home: Path) -> Endpoints | None:
    """Where the services are if both can be reached now; starts nothing and holds nothing."""
    given = Endpoints(os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""), started=False)
    own = Home(home.resolve() / "services")
    if not given.database_url and not postgres_server.is_reachable(own.postgres):
        return None
    if not given.redis_url and not redis_server.is_reachable(own.redis):
        return None
    return Endpoints(given.database_url or own.postgres.url(), given.redis_url or own.redis.url(), started=False)


def sweep() -> None:
    """Stop and remove throwaway services whose test run was killed."""
    for folder in Path(tempfile.gettempdir()).glob(THROWAWAY + "*"):
        with contextlib.suppress(OSError, ServiceError):
            if folder.stat().st_uid == os.geteuid():
                _sweep_one(Home(folder / "services", fsync=False), folder)


def _sweep_one(home: Home, folder: Path) -> None:
    mark_file = home.folder / "in_use"
    if not mark_file.exists() or _age_seconds(mark_file) < SWEEP_AFTER_SECONDS:
        return
    with mark_file.open() as mark:
        if _try_lock(mark, fcntl.LOCK_EX):
            _stop(home)
            postgres_server.discard(home.postgres)
            shutil.rmtree(folder, ignore_errors=True)


def _age_seconds(file: Path) -> float:
    """How long ago a file was written, by the clock of the file system, which need not be this process's."""
    with tempfile.NamedTemporaryFile() as fresh:
        return Path(fresh.name).stat().st_mtime - file.stat().st_mtime


def _home(folder: Path, *, fsync: bool) -> Home:
    home = Home(folder.resolve() / "services", fsync)
    for part in (home.folder, home.postgres.folder, home.redis.folder):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def _try_lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _exclusive(home: Home) -> Iterator[None]:
    """Only one process at a time starts or stops the servers of a home."""
    with (home.folder / "lock").open("w") as file:
        end = time.monotonic() + LOCK_SECONDS
        while not _try_lock(file, fcntl.LOCK_EX):
            if time.monotonic() > end:
                raise ServiceError(f"Another process has been starting or stopping {home.folder} for too long.")
            time.sleep(0.05)
        yield


@contextlib.contextmanager
def _held(home: Home, *, postgres: bool, redis: bool) -> Iterator[Endpoints]:
    with (home.folder / "in_use").open("w") as mark:
        with _exclusive(home):
            fcntl.flock(mark, fcntl.LOCK_SH)
            try:
                endpoints = _start(home, postgres=postgres, redis=redis)
            except BaseException:
                _stop_if_last(home, mark)
                raise
        try:
            yield endpoints
        finally:
            with _exclusive(home):
                _stop_if_last(home, mark)


def _start(home: Home, *, postgres: bool, redis: bool) -> Endpoints:
    started = [
        postgres and postgres_server.start(home.postgres),
        redis and redis_server.start(home.redis),
    ]
    return Endpoints(home.postgres.url() if postgres else "", home.redis.url() if redis else "", any(started))


def _stop_if_last(home: Home, mark: IO[str]) -> None:
    """Turning the shared lock into an exclusive one succeeds only when nobody else holds it."""
    if _try_lock(mark, fcntl.LOCK_EX):
        _stop(home)


def _stop(home: Home) -> None:
    redis_server.stop(home.redis)
    postgres_server.stop(home.postgres)
