"""A shop that many people act for at once, and the arithmetic told at the end."""

from collections.abc import Callable
from uuid import UUID

import pytest

from core import db
from orders import catalogue, catalogue_import
from parties.tables import Retailer
from tests.orders.conftest import ITEMS

TOLD = pytest.StashKey[list[str]]()


@pytest.fixture
def open_shop(org: UUID, make_retailer: Callable[..., Retailer]) -> Callable[..., UUID]:
    """Commit the goods and a shop: `open_shop(limit_minor=...)`."""

    def make(**terms: int | None) -> UUID:
        catalogue.forget()
        with db.transaction(org) as session:
            catalogue_import.import_catalogue(session, {"items": [dict(one) for one in ITEMS]})
            return make_retailer(session, **{"max_order_minor": None, **terms}).id

    return make


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Note what came of a storm."""
    return request.config.stash.setdefault(TOLD, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Exact sums are part of the result."""
    for line in config.stash.get(TOLD, []):
        terminalreporter.write_line(f"Storm: {line}")
