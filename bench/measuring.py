"""Bursts and pairs: the product and the floor in turn, with the database checked after each load."""

import random
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from bench import load, operations, processor_time
from bench import world as worlds
from bench.operations import FEWEST, MOST_PER_SECOND, QUOTE, TURN, YES, Operation, Traffic
from bench.samples import Cost, Series, percentile
from bench.servers import Server
from bench.world import World, must

WARM_UP_SECONDS = 0.4
UNTIL_ALL = 30.0  # every shop that wrote an order confirms it; they are as many as a burst of order texts reached
SETTLE_SECONDS = 0.05  # PostgreSQL's background processes finish what the burst left them
FIXED_RATE, FIXED_SHARE = 600.0, 0.4
FIXED_SLICES = 3
KEPT_FOR_REPLAY = 4000


@dataclass
class Bench:
    """Everything a measurement needs."""

    world: World
    product: Server
    floor: Server
    traffic: Traffic
    seconds: float
    tell: Callable[[str], None]


def pairs(bench: Bench, wanted: Iterable[Operation], count: int) -> list[Series]:
    """`count` pairs of each operation and the floor, all in a random order. Raises Wrong."""
    found = {one.name: Series(one.name, one.title, one.goal) for one in wanted}
    if YES.name in found:
        found[QUOTE.name] = Series(QUOTE.name, QUOTE.title, QUOTE.goal)
    plan = [one for one in wanted for _ in range(count)]
    bench.traffic.random.shuffle(plan)
    for number, operation in enumerate(plan, 1):
        bench.tell(f"{number}/{len(plan)} {operation.name}")
        for name, pair in _pair(bench, operation):
            found[name].pairs.append(pair)
    return list(found.values())


def warm_up(bench: Bench) -> None:
    """First requests open connections and read the catalogue; none of that is an operation's cost."""
    _floor(bench, WARM_UP_SECONDS)
    for operation in (TURN, QUOTE):
        _burst(bench, operation, WARM_UP_SECONDS)
    _burst(bench, YES, UNTIL_ALL)


def _pair(bench: Bench, operation: Operation) -> list[tuple[str, tuple[Cost, Cost]]]:
    is_floor_first = bench.traffic.random.random() < 0.5
    floor = _floor(bench, bench.seconds) if is_floor_first else None
    quoted = _burst(bench, QUOTE, bench.seconds) if operation is YES else None
    cost = _burst(bench, operation, UNTIL_ALL if operation is YES else bench.seconds)
    floor = floor or _floor(bench, bench.seconds)
    found = [(operation.name, (cost, floor))]
    return [*found, (QUOTE.name, (quoted, floor))] if quoted else found


def _burst(bench: Bench, operation: Operation, seconds: float) -> Cost:
    requests = operation.build(bench.traffic, int(seconds * MOST_PER_SECOND))
    if seconds == bench.seconds and len(requests) < FEWEST:  # callbacks need messages, replays too
        _burst(bench, TURN, seconds)
        requests = operation.build(bench.traffic, int(seconds * MOST_PER_SECOND))
    before = worlds.counts(bench.world)
    cost, answered = _load(bench, bench.product, requests, seconds)
    after = worlds.counts(bench.world)
    operations.check(operation, before, after, answered)
    worlds.check_always(bench.world, after)
    _remember(bench.traffic, operation, requests[:answered])
    return cost


def _remember(traffic: Traffic, operation: Operation, sent: Any) -> None:
    """What was sent may be replayed; only shops whose order text arrived may say yes."""
    if operation is TURN:
        traffic.seen = [*traffic.seen, *sent][-KEPT_FOR_REPLAY:]
    if operation is QUOTE:
        traffic.quoted = traffic.quoted[: len(sent)]


def _floor(bench: Bench, seconds: float) -> Cost:
    requests = operations.browsing(bench.traffic, int(seconds * MOST_PER_SECOND))
    before, _ = worlds.floor_counts(bench.world)
    cost, answered = _load(bench, bench.floor, requests, seconds)
    after, turns = worlds.floor_counts(bench.world)
    must(after - before == answered and after == turns, f"the floor answered {answered}, stored {after - before}")
    return cost


def _load(bench: Bench, server: Server, requests: Any, seconds: float) -> tuple[Cost, int]:
    web, database = server.cpu_seconds(), processor_time.seconds(bench.world.postmaster)
    burst = load.drive(server.port, requests, seconds=seconds)
    time.sleep(SETTLE_SECONDS)
    _must_be_ok(server, burst)
    cost = Cost(
        burst.answered,
        server.cpu_seconds() - web,
        processor_time.seconds(bench.world.postmaster) - database,
        burst.elapsed_seconds,
    )
    return cost, burst.answered


def _must_be_ok(server: Server, burst: load.Burst) -> None:
    must(set(burst.statuses) <= {200}, f"answers other than 200: {dict(burst.statuses)}\n{server.last_words()}")
    must(burst.answered > 0, "nothing was answered")


@dataclass(frozen=True)
class Latency:
    """Milliseconds at a fixed rate."""

    rate: float
    turn_p50: float
    turn_p99: float
    floor_p50: float
    floor_p99: float

    def as_json(self) -> dict[str, float]:
        """The fields."""
        return asdict(self)


def latency(bench: Bench, floor_rate: float) -> Latency:
    """The turn and the floor at the same rate, in slices taken in turn; the median slice counts."""
    rate = fixed_rate(floor_rate)
    slices: dict[str, list[tuple[float, float]]] = {"turn": [], "floor": []}
    for _ in range(FIXED_SLICES):
        for name in bench.traffic.random.sample(list(slices), 2):
            slices[name].append(_paced(bench, name, rate))
    middle = {
        f"{name}_{which}": statistics.median(one[place] for one in found)
        for name, found in slices.items()
        for place, which in enumerate(("p50", "p99"))
    }
    return Latency(rate, **middle)


def fixed_rate(floor_rate: float) -> float:
    """600 a second where the floor holds 1,500, and the same share of what it holds elsewhere, but never more."""
    return round(min(FIXED_RATE, FIXED_SHARE * floor_rate))


def _paced(bench: Bench, name: str, rate: float) -> tuple[float, float]:
    bench.tell(f"{name} at {rate:.0f}/s")
    requests = operations.browsing(bench.traffic, int(rate * 2))
    server = bench.product if name == "turn" else bench.floor
    before = worlds.counts(bench.world)
    burst = load.drive(server.port, requests, seconds=load.PATIENCE_SECONDS, rate=rate)
    _must_be_ok(server, burst)
    if name == "turn":
        after = worlds.counts(bench.world)
        operations.check(TURN, before, after, burst.answered)
    return 1000 * percentile(burst.latencies, 50), 1000 * percentile(burst.latencies, 99)


def begin(world: World, product: Server, floor: Server, seconds: float, tell: Callable[[str], None]) -> Bench:
    """A warm bench. Raises Wrong when the first turns go wrong already."""
    traffic = Traffic(world, random.Random(20261120))  # the same order of things in every run
    bench = Bench(world, product, floor, traffic, seconds, tell)
    warm_up(bench)
    return bench
