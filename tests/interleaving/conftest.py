"""A wholesaler with goods, whose shops meet themselves in two transactions; the orders gone through are told."""

import os
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from core import db, logs
from orders import catalogue, catalogue_import
from parties.tables import Retailer
from tests.interleaving import stepping
from tests.interleaving.actors import Work
from tests.orders.conftest import ITEMS

COMPLETE = os.environ.get("BAHI_PAIRS") == "complete"
FEW = 1000  # so many orders are gone through one by one, too


@pytest.fixture
def open_shop(org: UUID, make_retailer: Callable[..., Retailer]) -> Callable[..., UUID]:
    """Commit a shop with credit: `open_shop(limit_minor=...)`; the goods are there from the first one on."""
    catalogue.forget()
    with db.transaction(org) as session:
        catalogue_import.import_catalogue(session, {"items": [dict(one) for one in ITEMS]})

    def make(**terms: int | None) -> UUID:
        with db.transaction(org) as session:
            return make_retailer(session, **{"max_order_minor": None, **terms}).id

    return make


@pytest.fixture(autouse=True)
def _plain_logs() -> None:
    """Runs that end early are logged by the doors as errors: without painting every variable of the explorer."""
    logs.configure()


@pytest.fixture
def go(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Go through every order of a pair, and note how many there were.

    When complete, each way is run, and a pair of few orders is gone through one by one as well.
    """

    def explore(pair: str, prepare: Prepare, check: Check) -> None:
        found = [stepping.explore(prepare, check, stepping.MERGED if COMPLETE else stepping.COMMUTING)]
        if COMPLETE and found[0].orders <= FEW:
            found.append(stepping.explore(prepare, check, stepping.ONE_BY_ONE))
            assert found[0].orders == found[1].orders
        request.config.stash.setdefault(EXPLORED, {})[pair] = found

    return explore


Prepare = Callable[[], Sequence[Work]]
Check = Callable[[tuple[Any, ...]], None]
EXPLORED = pytest.StashKey[dict[str, list[stepping.Explored]]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The counts are part of the result."""
    found = config.stash.get(EXPLORED, {})
    for pair, explored in found.items():
        first, steps = explored[0], "+".join(map(str, explored[0].statements))
        how = ", then ".join(f"{one.runs} runs ({one.method})" for one in explored)
        terminalreporter.write_line(
            f"Interleaving: {pair}: {first.orders:,} orders of {steps} statements, {first.states} states; {how}"
        )
    if found:
        orders = sum(row[0].orders for row in found.values())
        runs = sum(one.runs for row in found.values() for one in row)
        terminalreporter.write_line(f"Interleaving: {orders:,} orders of {len(found)} pairs covered by {runs} runs")
