"""Pieces of work on real connections that stop before each statement and each end of a transaction, and are watched.

An actor notes what it did: each statement, how many rows it had, and how many transactions of the others were over when
it was sent and when it was answered. Under READ COMMITTED that is all that a statement sees of the others, so the notes
say in which state everything is, whatever the ids and times of this run are.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from core import db, rows

PATIENCE_SECONDS = 30.0
QUIET = "SELECT set_config('app.org'"  # opens the transaction and touches no row
COMMIT, ROLLBACK = "COMMIT", "ROLLBACK"
READY, WAITING, DONE = "ready", "waiting", "done"

_here = threading.local()

Work = Callable[[], Any]


class Stuck(AssertionError):
    """Nobody can go on and nobody arrives: a deadlock that the database did not find, or a run that changed."""


class Gone(Exception):
    """The explorer has gone: the work ends where it stands."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement: how many rows it had, and how many of the others' transactions were over before and after it."""

    what: str
    sent: int
    rows: int | None = None
    answered: int | None = None  # None: it waits for a lock


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one actor stands: what it has done, whether it can go on, and with what."""

    steps: tuple[Step, ...]
    state: str
    following: str


class Actor:
    """A piece of work in a thread of its own, that moves only when it is told to."""

    def __init__(self, work: Work) -> None:
        self.work, self.pid, self.over = work, 0, 0
        self.result: Any = None
        self.following = ""
        self.steps: list[Step] = []
        self.others: list[Actor] = []
        self.is_abandoned = False
        self.is_waiting, self.is_done = threading.Event(), threading.Event()
        self._go = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        _here.actor = self
        try:
            self.result = self.work()
        except Exception as error:  # what became of it is the explorer's to judge
            self.result = error
        finally:
            _here.actor = None
            self._answered(-1)
            self.is_done.set()

    def stop(self, what: str, pid: int) -> None:
        """Called in the work's own thread: wait here until the explorer says go."""
        if self.is_abandoned:
            if what == ROLLBACK:
                return
            raise Gone
        self._answered(-1)  # the statement before failed, when nobody said what it answered
        self.pid, self.following = pid, what
        self.is_waiting.set()
        if not self._go.wait(PATIENCE_SECONDS) or self.is_abandoned:
            self.is_abandoned = True
            if what != ROLLBACK:
                raise Gone
        self._go.clear()

    def answered(self, count: int) -> None:
        """Called in the work's own thread: the statement is through."""
        if not self.is_abandoned:
            self._answered(count)

    def _answered(self, count: int) -> None:
        if self.steps and self.steps[-1].answered is None:
            sent = self.steps[-1]
            self.steps[-1] = Step(sent.what, sent.sent, count, self._over_before())

    def _over_before(self) -> int:
        return sum(other.over for other in self.others)

    def step(self) -> None:
        """Let one statement go."""
        self.steps.append(Step(self.following, self._over_before()))
        self.over += self.following in (COMMIT, ROLLBACK)
        self.is_waiting.clear()
        self._go.set()

    def standing(self) -> Standing:
        """Where it stands, once everybody has settled."""
        if self.is_done.is_set():
            return Standing(tuple(self.steps), DONE, "")
        state = READY if self.is_waiting.is_set() else WAITING
        return Standing(tuple(self.steps), state, self.following)

    def abandon(self) -> None:
        """End the work where it stands: its transaction rolls back."""
        self.is_abandoned = True
        self._go.set()


@contextmanager
def stepping() -> Iterator[Engine]:
    """Make the pieces of work stop at each statement; yields a connection pool for watching them."""
    engine = db.engine()
    by_hand = rows.execute

    def ask(session: Session, sql: str, parameters: Any) -> rows.Rows:
        actor = None if sql.startswith(QUIET) else _actor()
        if actor is None:
            return by_hand(session, sql, parameters)
        actor.stop(sql, _pid(session.connection()))
        found = by_hand(session, sql, parameters)
        actor.answered(found.rowcount)
        return found

    hooks = {"before_cursor_execute": _before, "after_cursor_execute": _after, "commit": _commit, "rollback": _rollback}
    rows.execute = ask
    for name, hook in hooks.items():
        event.listen(engine, name, hook)
    watching = create_engine(engine.url, isolation_level="AUTOCOMMIT", pool_size=1)
    try:
        yield watching
    finally:
        rows.execute = by_hand
        for name, hook in hooks.items():
            event.remove(engine, name, hook)
        watching.dispose()


def _actor() -> Actor | None:
    return getattr(_here, "actor", None)


def _pid(connection: Any) -> int:
    return int(connection.connection.dbapi_connection.get_backend_pid())


def _before(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    actor = _actor()
    if actor is not None and not statement.startswith(QUIET):
        actor.stop(re.sub(r"sa_savepoint_\d+", "savepoint", statement), _pid(connection))


def _after(_connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
    actor = _actor()
    if actor is not None and not statement.startswith(QUIET):
        actor.answered(cursor.rowcount)


def _commit(connection: Any) -> None:
    _end(connection, COMMIT)


def _rollback(connection: Any) -> None:
    _end(connection, ROLLBACK)


def _end(connection: Any, what: str) -> None:
    actor = _actor()
    if actor is None:
        return
    try:
        actor.stop(what, _pid(connection))
    except Gone:
        connection.connection.dbapi_connection.rollback()  # else its locks last until somebody collects the garbage
        raise
    actor.answered(0)


def start(works: Sequence[Work]) -> list[Actor]:
    """An actor for each piece of work, on its way to its first statement."""
    actors = [Actor(work) for work in works]
    for actor in actors:
        actor.others = [other for other in actors if other is not actor]
    for actor in actors:
        actor.thread.start()
    return actors


def settle(watching: Engine, actors: Sequence[Actor]) -> None:
    """Wait until each piece of work has stopped, ended, or waits for a lock of the other."""
    while True:
        for actor in actors:
            _settle(watching, actor, actors)
        if any(actor.is_waiting.is_set() for actor in actors) or all(actor.is_done.is_set() for actor in actors):
            return
        _await_somebody(actors)  # all wait for each other: the database ends one of them


def end(actors: Sequence[Actor]) -> None:
    """Let nothing of a run that is left go on: all of it rolls back."""
    for actor in actors:
        actor.abandon()
    for actor in actors:
        actor.thread.join(PATIENCE_SECONDS)


def _settle(watching: Engine, actor: Actor, actors: Sequence[Actor]) -> None:
    until, looked = time.monotonic() + PATIENCE_SECONDS, 0
    while not (actor.is_waiting.is_set() or actor.is_done.is_set()):
        looked += 1
        if looked > 3 and _is_blocked(watching, actor, actors):
            return
        if time.monotonic() > until:
            raise Stuck("a statement neither ended nor waits for a lock")
        time.sleep(0.0005)


def _is_blocked(watching: Engine, actor: Actor, actors: Sequence[Actor]) -> bool:
    with watching.connect() as connection:
        blockers = connection.exec_driver_sql("SELECT pg_blocking_pids(%s)", (actor.pid,)).scalar_one()
    others = {other.pid for other in actors if other is not actor and not other.is_done.is_set()}
    return bool(others & set(blockers))


def _await_somebody(actors: Sequence[Actor]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not any(actor.is_waiting.is_set() for actor in actors):
        if all(actor.is_done.is_set() for actor in actors):
            return
        if time.monotonic() > until:
            raise Stuck("all wait for each other")
        time.sleep(0.001)
