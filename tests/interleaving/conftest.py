"""A wholesaler with goods, whose shops meet themselves in two transactions; the orders gone through are told."""

from collections.abc import Callable
from uuid import UUID

import pytest

from core import db
from orders import catalogue, catalogue_import
from parties.tables import Retailer
from tests.orders.conftest import ITEMS


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


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Callable[[str, list], None]:
    """Note how many orders of a pair were gone through."""

    def note(pair: str, runs: list) -> None:
        bound = "all of them" if runs[0].switches is None else f"with at most {runs[0].switches} interruptions"
        told = len(runs), f"of up to {max(sum(run.steps) for run in runs)} statements, {bound}"
        request.config.stash.setdefault(EXPLORED, {})[pair] = told

    return note


EXPLORED = pytest.StashKey[dict[str, tuple[int, str]]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The counts are part of the result."""
    found = config.stash.get(EXPLORED, {})
    for pair, (count, bound) in found.items():
        terminalreporter.write_line(f"Interleaving: {pair}: {count} orders {bound}")
    if found:
        total = sum(count for count, _ in found.values())
        terminalreporter.write_line(f"Interleaving: {total} orders of {len(found)} pairs gone through")
