"""Two pieces of work, each on a real connection, taken statement by statement in every possible order.

A piece of work stops before each of its statements and before its commit. An explorer lets one of them go on at a time
and goes through all orders, depth first; whoever waits for the other's lock (`pg_blocking_pids`) cannot be chosen until
the lock is free. Nothing sleeps to be lucky, so the same choices always give the same run.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from core import db, rows

PATIENCE_SECONDS = 20.0
_QUIET = "SELECT set_config('app.org'"  # opens the transaction and touches no row

_here = threading.local()

Work = Callable[[], Any]


class Stuck(AssertionError):
    """Nobody can go on and nobody arrives: a deadlock that the database did not find, or a run that changed."""


class Actor:
    """A piece of work in a thread of its own, that moves only when it is told to."""

    def __init__(self, work: Work) -> None:
        self.work, self.pid, self.steps = work, 0, 0
        self.result: Any = None
        self.is_abandoned = False
        self.is_waiting, self.is_done = threading.Event(), threading.Event()
        self._go = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        _here.actor = self
        try:
            self.result = self.work()
        except Exception as error:  # what became of it is the explorer's to judge
            self.result = error
        finally:
            _here.actor = None
            self.is_done.set()

    def stop(self, pid: int) -> None:
        """Called in the work's own thread: wait here until the explorer says go."""
        if self.is_abandoned:
            raise Stuck("the explorer has gone")
        self.pid = pid
        self.is_waiting.set()
        if not self._go.wait(PATIENCE_SECONDS) or self.is_abandoned:
            raise Stuck("the explorer has gone")
        self._go.clear()

    def step(self) -> None:
        """Let one statement go."""
        self.steps += 1
        self.is_waiting.clear()
        self._go.set()

    def abandon(self) -> None:
        """End the work where it stands: its transaction rolls back."""
        self.is_abandoned = True
        self._go.set()


@dataclass
class Run:
    """One order: at each point who could go on and who did, and what came of each piece of work."""

    choices: list[tuple[tuple[int, ...], int]] = field(default_factory=list)
    results: tuple[Any, ...] = ()
    steps: tuple[int, ...] = ()
    switches: int | None = None


@contextmanager
def stepping() -> Iterator[Engine]:
    """Make the pieces of work stop at each statement; yields a connection pool for watching them."""
    engine = db.engine()

    def before(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(_QUIET):
            _stop(connection)

    by_hand = rows.ask

    def ask(session: Session, sql: str, parameters: Any) -> rows.Rows:
        if not sql.startswith(_QUIET):
            _stop(session.connection())
        return by_hand(session, sql, parameters)

    rows.ask = ask
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", _stop)
    watching = create_engine(engine.url, isolation_level="AUTOCOMMIT", pool_size=1)
    try:
        yield watching
    finally:
        rows.ask = by_hand
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "commit", _stop)
        watching.dispose()


def _stop(connection: Any) -> None:
    actor = getattr(_here, "actor", None)
    if actor is not None:
        actor.stop(connection.connection.dbapi_connection.get_backend_pid())


def explore(
    prepare: Callable[[], Sequence[Work]], check: Callable[[tuple[Any, ...]], None], *, switches: int | None = None
) -> list[Run]:
    """Go through every order of the statements; `prepare` makes a fresh situation for each, `check` judges it.

    `switches` bounds how often work that could go on is interrupted, for long pieces of work: None = no bound.
    """
    runs = list[Run]()
    wanted = list[int]()
    with stepping() as watching:
        _run(watching, prepare(), [], switches)  # what is read once and then cached is read now
        while True:
            run = _run(watching, prepare(), wanted, switches)
            run.switches = switches
            check(run.results)
            runs.append(run)
            following = _next(run)
            if following is None:
                return runs
            wanted = following


def _next(run: Run) -> list[int] | None:
    """The choices of the following order: the last choice that had an alternative takes it."""
    made = list(run.choices)
    while made:
        options, chosen = made.pop()
        later = options[options.index(chosen) + 1 :]
        if later:
            return [choice for _, choice in made] + [later[0]]
    return None


def _run(watching: Engine, works: Sequence[Work], wanted: list[int], switches: int | None) -> Run:
    actors = [Actor(work) for work in works]
    try:
        return _take(watching, actors, wanted, switches)
    except BaseException:
        for actor in actors:
            actor.abandon()
        raise


def _take(watching: Engine, actors: list[Actor], wanted: list[int], switches: int | None) -> Run:
    run = Run()
    _settle(watching, actors)
    last, interrupted = -1, 0
    while not all(actor.is_done.is_set() for actor in actors):
        ready = tuple(place for place, actor in enumerate(actors) if actor.is_waiting.is_set())
        if not ready:
            _await_somebody(actors)  # all wait for each other: the database ends one of them
            continue
        if switches is not None and interrupted >= switches and last in ready:
            ready = (last,)
        position = len(run.choices)
        chosen = wanted[position] if position < len(wanted) else ready[0]
        if chosen not in ready:
            raise Stuck(f"the run changed: {chosen} cannot go on at step {position}")
        interrupted += last in ready and chosen != last
        run.choices.append((ready, chosen))
        actors[chosen].step()
        last = chosen
        _settle(watching, actors)
    run.results = tuple(actor.result for actor in actors)
    run.steps = tuple(actor.steps for actor in actors)
    return run


def _settle(watching: Engine, actors: list[Actor]) -> None:
    """Wait until each piece of work has stopped, ended, or waits for a lock of the other."""
    until = time.monotonic() + PATIENCE_SECONDS
    for actor in actors:
        looked = 0
        while not (actor.is_waiting.is_set() or actor.is_done.is_set()):
            looked += 1
            if looked > 3 and _is_blocked(watching, actor, actors):
                break
            if time.monotonic() > until:
                raise Stuck("a statement neither ended nor waits for a lock")
            time.sleep(0.0005)


def _is_blocked(watching: Engine, actor: Actor, actors: list[Actor]) -> bool:
    with watching.connect() as connection:
        blockers = connection.exec_driver_sql("SELECT pg_blocking_pids(%s)", (actor.pid,)).scalar_one()
    others = {other.pid for other in actors if other is not actor and not other.is_done.is_set()}
    return bool(others & set(blockers))


def _await_somebody(actors: list[Actor]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not any(actor.is_waiting.is_set() for actor in actors):
        if all(actor.is_done.is_set() for actor in actors):
            return
        if time.monotonic() > until:
            raise Stuck("all wait for each other")
        time.sleep(0.001)
