"""What a command does to have the database and Redis: attach to this home's services or start them for itself."""

import contextlib
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from cli import environment, schema
from cli.embedded import services
from cli.embedded.services import Endpoints
from core import events


@contextlib.contextmanager
def ready(*, migrated: bool = True) -> Iterator[Endpoints]:
    """Services reachable and named in the environment, the schema current, for the length of the block.

    Outside production an old schema is migrated on the way; in production SchemaError names the command.
    """
    environment.prepare()
    events.follow_with(_follow)
    with services.running(environment.home()) as endpoints, _named(endpoints), _terminable():
        if migrated:
            settle_schema(endpoints.database_url)
        yield endpoints


def _follow(session: Any, found: Sequence[object]) -> None:
    """What a command did has the consequences that it has anywhere; the application is loaded once something did."""
    importlib.import_module("app").follow(session, found)


def settle_schema(url: str) -> None:
    """The schema is current: migrated on the way, or in production demanded. Raises SchemaError."""
    if environment.is_production():
        schema.require_current(url)
    else:
        schema.migrate(url)


def forget_settings() -> None:
    """Make the settings be read again after the environment changed, if anybody has read them yet."""
    loaded: Any = sys.modules.get("core.settings")
    if loaded is not None:
        loaded.current.cache_clear()


@contextlib.contextmanager
def _named(endpoints: Endpoints) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
    os.environ.update(DATABASE_URL=endpoints.database_url, REDIS_URL=endpoints.redis_url)
    forget_settings()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


class Terminated(SystemExit):
    """SIGTERM arrived; on its way out everything that was started is stopped."""


def _leave(_number: int, _frame: object) -> NoReturn:
    raise Terminated(128 + signal.SIGTERM)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends a command through its `finally` blocks, so that services it started are stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
