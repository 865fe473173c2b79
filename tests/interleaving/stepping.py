"""Two pieces of work, taken statement by statement in every possible order.

An explorer lets one of them go on at a time; whoever waits for the other's lock (`pg_blocking_pids`) cannot be chosen
until the lock is free. Nothing sleeps to be lucky, so the same choices always give the same run.

Orders that lead to the same state go on in the same way, so what follows a state is run once. Each state has for
each piece of work that can go on a way to the next state, and all ways together hold every order: their number is
counted, and is what running them one by one would take. Three methods, each more thorough than the one before:

- COMMUTING: a way is not run when the other order of the same two statements was, neither had to wait nor ended a
  transaction, and neither looks at locks (SKIP LOCKED). What is not committed is not seen by anybody, so they commute.
- MERGED: every way out of every state is run.
- ONE_BY_ONE: every order is run from its beginning to its end, nothing is merged.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Engine

from tests.interleaving import actors
from tests.interleaving.actors import COMMIT, DONE, READY, ROLLBACK, Actor, Standing, Stuck, Work

COMMUTING, MERGED, ONE_BY_ONE = "commuting", "merged", "one by one"

Where = tuple[Standing, ...]


@dataclass
class State:
    """A state that was reached, by which choices, and the state behind each choice that was made there."""

    where: Where
    path: tuple[int, ...]
    ways: dict[int, Hashable] = field(default_factory=dict)

    @property
    def ready(self) -> tuple[int, ...]:
        """Who can go on."""
        return tuple(place for place, one in enumerate(self.where) if one.state == READY)


@dataclass(frozen=True)
class Explored:
    """What was gone through: how many orders there are, how many states they pass, how many runs that took."""

    method: str
    orders: int
    states: int
    runs: int
    ends: int
    statements: tuple[int, ...]
    seen: frozenset[tuple[int, ...]] = frozenset()


class Explorer:
    """Goes through all orders of the works that `prepare` makes; `check` judges the results of each whole run."""

    def __init__(self, prepare: Callable[[], Sequence[Work]], check: Callable[[tuple[Any, ...]], None], method: str):
        self.prepare, self.check, self.method = prepare, check, method
        self.states: dict[Hashable, State] = {}
        self.open: list[tuple[Hashable, int]] = []
        self.runs = self.ends = 0
        self.seen: set[tuple[int, ...]] = set()
        self.root: Hashable = None

    def explore(self) -> Explored:
        """Run until no way is left."""
        with actors.stepping() as watching:
            self._run(watching, (), is_rehearsal=True)  # what is read once and then cached is read now
            self._run(watching, ())
            while self.open:
                key, chosen = self.open.pop()
                if chosen not in self.states[key].ways and not self._commute(key, chosen):
                    self._run(watching, (*self.states[key].path, chosen))
        longest = [max(len(one.where[place].steps) for one in self.states.values()) for place in range(2)]
        return Explored(
            self.method, self._orders(), len(self.states), self.runs, self.ends, tuple(longest), frozenset(self.seen)
        )

    def _run(self, watching: Engine, path: tuple[int, ...], is_rehearsal: bool = False) -> None:
        """Take these choices, then the first that is open, until a known state or the end."""
        players = actors.start(self.prepare())
        try:
            actors.settle(watching, players)
            if is_rehearsal:
                self._play(watching, players)
                return
            self.runs += 1
            taken = self._follow(watching, players, path)
            if taken is not None:
                self.ends += 1
                self.seen.add(taken)
                self.check(tuple(player.result for player in players))
        finally:
            actors.end(players)

    def _play(self, watching: Engine, players: list[Actor]) -> None:
        while ready := [player for player in players if player.standing().state == READY]:
            ready[0].step()
            actors.settle(watching, players)

    def _follow(self, watching: Engine, players: list[Actor], path: tuple[int, ...]) -> tuple[int, ...] | None:
        """The choices of a run that came to its end; None when it came to a known state before."""
        taken: tuple[int, ...] = ()
        key, is_new = self._arrive(players, taken)
        self.root = key
        while self.states[key].ready:
            if len(taken) >= len(path) and not is_new:
                return None
            chosen = path[len(taken)] if len(taken) < len(path) else self.states[key].ready[0]
            if players[chosen].standing().state != READY:
                raise Stuck(f"the run changed: {chosen} cannot go on after {taken}")
            players[chosen].step()
            actors.settle(watching, players)
            taken = (*taken, chosen)
            before, (key, is_new) = key, self._arrive(players, taken)
            if self.states[before].ways.setdefault(chosen, key) != key:
                raise Stuck(f"the run changed: {taken} led elsewhere before")
        return taken if is_new else None

    def _arrive(self, players: list[Actor], taken: tuple[int, ...]) -> tuple[Hashable, bool]:
        where = tuple(player.standing() for player in players)
        key: Hashable = taken if self.method == ONE_BY_ONE else where
        return key, self._add(key, where, taken)

    def _add(self, key: Hashable, where: Where, path: tuple[int, ...]) -> bool:
        """Note a state and the ways out of it; False when it is known."""
        if key in self.states:
            return False
        self.states[key] = state = State(where, path)
        self.open += [(key, place) for place in reversed(state.ready)]
        return True

    def _commute(self, key: Hashable, chosen: int) -> bool:
        """Whether the way is known from the other order of the same two statements; then it is noted."""
        if self.method != COMMUTING:
            return False
        state, other = self.states[key], 1 - chosen
        middle = self.states.get(state.ways.get(other))
        last = self.states.get(middle.ways.get(chosen)) if middle else None
        if middle is None or last is None or not _commuted(state.where, middle.where, last.where, chosen):
            return False
        where = tuple(last.where[place] if place == chosen else state.where[place] for place in range(2))
        self._add(where, where, (*state.path, chosen))
        state.ways[chosen] = where
        self.states[where].ways[other] = last.where
        return True

    def _orders(self) -> int:
        @cache
        def count(key: Hashable) -> int:
            state = self.states[key]
            return sum(count(state.ways[chosen]) for chosen in state.ready) if state.ready else 1

        return count(self.root)


def _commuted(first: Where, middle: Where, last: Where, chosen: int) -> bool:
    """Two statements in a row, `chosen` second: neither waited, neither ended anything, neither looked at locks."""
    other = 1 - chosen
    whats = (first[chosen].following, first[other].following)
    if any(what in (COMMIT, ROLLBACK) or "SKIP LOCKED" in what for what in whats):
        return False
    went_on = all(one.state in (READY, DONE) for one in (*middle, *last))
    return went_on and middle[chosen] == first[chosen] and last[other] == middle[other]


def explore(
    prepare: Callable[[], Sequence[Work]], check: Callable[[tuple[Any, ...]], None], method: str = COMMUTING
) -> Explored:
    """Go through every order of the statements of two pieces of work.

    `prepare` makes a fresh situation for each run, `check` judges the results of each that came to its end.
    """
    return Explorer(prepare, check, method).explore()
