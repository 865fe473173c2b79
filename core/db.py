"""The database: one engine per process, one transaction per turn, request or job, committed here and nowhere else.

The login of DATABASE_URL owns the tables (the migrator). Everyday work runs as `bahi_app`, which owns nothing and is
bound by row-level security; `bahi doctor` reads as `bahi_doctor`. The role is part of the connection, and the
organisation is set inside each transaction, so that a pooled connection never carries a tenant over.
"""

import json as _json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from core import events, rows, settings
from core.errors import NotFound
from core.rows import Rows
from core.tables import Base

Row = TypeVar("Row", bound=Base)
Result = TypeVar("Result")

ROOT = Path(__file__).resolve().parents[1]
APP, DOCTOR = "bahi_app", "bahi_doctor"
OUTAGES = ("08", "53", "57P0")  # connection lost, out of resources, shutting down or starting up
RETRY_STATES = {"40001", "40P01"}  # serialization failure, deadlock: the whole transaction may be repeated
LOST_RACE = "23505"  # somebody's row came between our look and our insert: repeated once, we see it and say so
LOCK_NOT_AVAILABLE = "55P03"
MAX_TRIES = 8

_engines: dict[tuple[int, str, str], Engine] = {}


def driver_url(url: str) -> str:
    """The URL with psycopg2 named: SQLAlchemy 2.1 reads a bare postgresql:// as psycopg 3."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg2://" + url[len(scheme) :]
    return url


def engine(role: str = APP) -> Engine:
    """This process's engine for a role. Never shared over a fork: a shared socket returns the other's rows."""
    url = settings.current().database_url
    if not url:
        raise settings.ConfigurationError("DATABASE_URL is not set and no embedded PostgreSQL was started")
    key = (os.getpid(), url, role)
    if key not in _engines:
        _engines[key] = create_engine(
            driver_url(url),
            hide_parameters=True,  # an error that is logged must not tell names, addresses or hashes
            pool_size=8,
            max_overflow=4,
            pool_timeout=2,
            pool_pre_ping=role != APP,
            pool_recycle=1800,
            connect_args={
                "connect_timeout": 3,
                "options": _options(role),
                "application_name": f"bahi {role}",
            },
        )
    return _engines[key]


def _options(role: str) -> str:
    limits = {
        "role": role,
        "timezone": "UTC",
        "lock_timeout": "5000",
        "statement_timeout": "60000",
        "idle_in_transaction_session_timeout": "30000",
    }
    return " ".join(f"-c {name}={value}" for name, value in limits.items())


def dispose() -> None:
    """Close this process's pools; tests and forks call it."""
    for key in [key for key in _engines if key[0] == os.getpid()]:
        _engines.pop(key).dispose()


@contextmanager
def transaction(org_id: UUID | None = None, *, role: str = APP, snapshot: bool = False) -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any error. With `org_id` its rows are visible, else none.

    What happened in it has its consequences before the commit (see core/events.py). With `snapshot` it can only read,
    and every statement sees the database as the first one did.
    """
    with Session(engine(role), expire_on_commit=False) as session:
        if snapshot:
            execute(session, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if org_id is not None:
            enter(session, org_id)
        yield session
        events.follow(session)
        session.commit()


def enter(session: Session, org_id: UUID) -> None:
    """Work for this organisation until the transaction ends."""
    session.info["org_id"] = org_id
    execute(session, "SELECT set_config('app.org', %s, true)", (str(org_id),))


def run(work: Callable[[Session], Result], org_id: UUID | None = None, *, snapshot: bool = False) -> Result:
    """Run `work` in a transaction, repeating the whole of it on serialization failures, deadlocks and a lost race."""
    for attempt in range(1, MAX_TRIES + 1):
        try:
            with transaction(org_id, snapshot=snapshot) as session:
                return work(session)
        except DBAPIError as error:
            if not _is_worth_repeating(getattr(error.orig, "pgcode", None), attempt):
                raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
    raise AssertionError("unreachable")


def _is_worth_repeating(state: str | None, attempt: int) -> bool:
    return attempt < MAX_TRIES if state in RETRY_STATES else state == LOST_RACE and attempt == 1


def is_busy(error: Exception) -> bool:
    """True when another transaction held what was needed for longer than we wait (`lock_timeout`)."""
    return getattr(getattr(error, "orig", None), "pgcode", None) == LOCK_NOT_AVAILABLE


def org_of(session: Session) -> UUID:
    """The organisation this session works for."""
    org_id: UUID = session.info["org_id"]
    return org_id


def execute(session: Session, sql: str, parameters: tuple[Any, ...] | dict[str, Any] = ()) -> Rows:
    """One hand-written statement in the session's transaction (psycopg2 placeholders): the hot path."""
    return rows.execute(session, sql, parameters)


def walk(session: Session, sql: str, parameters: tuple[Any, ...] | dict[str, Any] = ()) -> Iterator[Any]:
    """The rows of one hand-written query, fetched piece by piece: for results that are too large to hold."""
    return rows.walk(session, sql, parameters)


def json(value: Any) -> str | None:
    """A value for a jsonb parameter of `execute`; None stays NULL."""
    return None if value is None else _json.dumps(value, ensure_ascii=False)


def fetch(session: Session, model: type[Row], identifier: UUID, *, lock: bool = False) -> Row:
    """The organisation's row with this id. Raises NotFound; `lock` takes it FOR UPDATE."""
    row = session.get(model, (org_of(session), identifier), with_for_update=lock or None)
    if row is None:
        raise NotFound(kind=model.__name__)
    return row


def is_outage(error: Exception) -> bool:
    """True when the database could not be reached, rather than refused what was asked; so when no connection is free.

    A lock that another transaction holds (55P03) and a statement that took too long (57014) are OperationalErrors
    too, but of a database that is well.
    """
    if isinstance(error, PoolTimeout) or getattr(error, "connection_invalidated", False):
        return True
    state = getattr(getattr(error, "orig", None), "pgcode", None)
    return isinstance(error, OperationalError) if state is None else state.startswith(OUTAGES)
