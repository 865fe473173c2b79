"""`make bench`: measure, check, print. Exit code 0 measured and right, 7 no service,
1 a load left something wrong or a count is above its budget."""

import json
import random
import signal
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bench import books, counting, documents, load, measuring, operations, provider, servers, table, understanding
from bench import world as worlds
from bench.samples import Series
from cli.embedded.errors import ServiceError, ServiceMissing
from core import settings

SHOPS = 1000
SEED = 20261121
GROWTH = (10, 100)
WRONG, DOWN = 1, 7


@click.command()
@click.option("--pairs", default=7, show_default=True, type=click.IntRange(1, 100), help="Pairs of each operation.")
@click.option("--seconds", default=1.2, show_default=True, type=click.FloatRange(0.2, 30), help="Length of a burst.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([*operations.NAMES, *books.NAMES]),
    help="Only this operation; repeatable.",
)
@click.option("--reading", is_flag=True, help="Only the understanding of messages; needs no services.")
@click.option("--counts", is_flag=True, help="Only count bytecodes and statements; exit code 1 above the budget.")
@click.option("--full", is_flag=True, help="Also with 10 and 100 times as many customers.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Keep the figures in a file.")
def command(
    pairs: int, seconds: float, only: tuple[str, ...], reading: bool, counts: bool, full: bool, file: Path | None
) -> None:
    """CPU per operation of the product and of a bare floor, on fresh services with fsync on.

    CPU is that of the web processes and PostgreSQL; ratios hold between machines, requests per second do not.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    wanted = [one for one in operations.MEASURED if not only or one.name in only]
    try:
        if counts:
            found = {"counts": _count()}
        else:
            found = {"understanding": _read()}
            if not reading:
                found |= {"documents": _draw()}
                of_books = [name for name in books.NAMES if not only or name in only]
                found |= _run(wanted, of_books, pairs, seconds, full)
    except (worlds.Wrong, load.NoAnswer) as error:
        click.echo(f"WRONG, the figures mean nothing: {error}", err=True)
        sys.exit(WRONG)
    except (ServiceError, ServiceMissing, servers.DoesNotStart) as error:
        click.echo(str(error), err=True)
        sys.exit(DOWN)
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n")


def _read() -> dict[str, Any]:
    """How fast messages are understood; before anything else runs."""
    _tell("reading the labelled messages against ten thousand products")
    found = understanding.measure()
    _print(table.reading(found))
    return asdict(found)


def _count() -> dict[str, Any]:
    """What one of each operation takes. Exits with WRONG above the budget, after printing."""
    with provider.listening() as address, worlds.open_world(address) as world:
        worlds.grow(world, 1)
        counted = counting.count(world)
    _print(table.counts(counted))
    above = counting.excess(counted, counting.budget())
    _print(f"ABOVE THE BUDGET: {one}" for one in above)
    if above:
        sys.exit(WRONG)
    return _as_dicts(counted)


def _as_dicts(counted: dict[str, counting.Counted]) -> dict[str, Any]:
    return {name: asdict(one) for name, one in counted.items()}


def _draw() -> dict[str, Any]:
    """How fast tax is computed and invoices are drawn; no services either."""
    _tell("computing and drawing documents")
    found = documents.measure()
    _print(documents.lines(found))
    return asdict(found)


def _run(
    wanted: list[operations.Operation], of_books: list[str], pairs: int, seconds: float, full: bool
) -> dict[str, Any]:
    with ExitStack() as stack:
        _tell("starting PostgreSQL and Redis")
        world = stack.enter_context(worlds.open_world(stack.enter_context(provider.listening())))
        found: dict[str, Any] = {}
        if wanted:
            found = _serve(stack, world, wanted, pairs, seconds, full)
        if of_books:
            measured = books.measure(world, of_books, pairs, _tell, random.Random(SEED))
            _print(table.books(measured))
            found["books"] = [_as_json(one) for one in measured]
        return found


def _serve(
    stack: ExitStack, world: worlds.World, wanted: list[operations.Operation], pairs: int, seconds: float, full: bool
) -> dict[str, Any]:
    """What the web server does, then every invariant."""
    worlds.grow(world, SHOPS)
    home = settings.current().home
    product = stack.enter_context(servers.product(home))
    floor = stack.enter_context(servers.floor(home))
    bench = measuring.begin(world, product, floor, seconds, _tell)
    found = _measure(bench, wanted, pairs)
    if full:
        found["growth"] = _grow(bench, pairs)
    _tell("checking every invariant")
    worlds.check_thoroughly(world)
    return found


def _as_json(one: books.Measured) -> dict[str, Any]:
    series = {size: each.as_json() for size, each in one.series.items()}
    return {"name": one.name, "growth": one.growth, "growth_goal": one.growth_goal, "series": series}


def _measure(bench: measuring.Bench, wanted: Iterable[operations.Operation], pairs: int) -> dict[str, Any]:
    series = measuring.pairs(bench, wanted, pairs)
    floor = Series("floor", "RAW (the floor)", None, [(cost, cost) for one in series for _, cost in one.pairs])
    latency = measuring.latency(bench, floor.middle("rate"))
    counted = counting.count(bench.world)
    _print([*table.costs([floor, *series]), *table.delays(latency), *table.counts(counted)])
    return {
        "floor": {"cpu_ms": floor.middle("cpu_ms"), "requests_per_second": floor.middle("rate")},
        "operations": [one.as_json() for one in series],
        "latency_ms": latency.as_json(),
        "counts": _as_dicts(counted),
        "noisy": any(one.ratio.is_noisy for one in series),
    }


def _grow(bench: measuring.Bench, pairs: int) -> dict[str, Any]:
    found: dict[int, list[Series]] = {}
    for factor in (1, *GROWTH):
        worlds.grow(bench.world, SHOPS * factor)
        measuring.warm_up(bench)
        found[bench.world.shops] = measuring.pairs(bench, (operations.TURN, operations.YES), pairs)
    _print(["growth:", *table.growth(found)])
    return {str(shops): [one.as_json() for one in each] for shops, each in found.items()}


def _tell(what: str) -> None:
    click.echo(what, err=True)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


if __name__ == "__main__":
    command()
