"""A small catalogue and shops that can order from it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import db
from orders import catalogue, catalogue_import
from parties.tables import Retailer


def item(sku: str = "COKE-500", **changes: Any) -> dict[str, Any]:
    """One product in the shape of a JSON catalogue."""
    return {
        "sku": sku,
        "name": "Coca-Cola 500 ml PET",
        "brand": "Coca-Cola",
        "family": "coke",
        "size": {"value": 500, "unit": "ml"},
        "base_unit": "pc",
        "units": {"pc": 1, "dozen": 12, "case": 24},
        "default_unit": "case",
        "hsn": "22021010",
        "gst_rate_bps": 4000,
        "mrp_paise": 4000,
        "price_paise": 2571,
        "aliases": {"en": ["coke"]},
        "loose": False,
        **changes,
    }


ITEMS = [
    item(),
    item("SUGAR", name="Sugar (loose)", family="sugar", size=None, base_unit="kg", units={"kg": 1, "bag": 50},
         default_unit="kg", hsn="17019990", gst_rate_bps=500, mrp_paise=None, price_paise=4200,
         aliases={"en": ["sugar"]}, loose=True),
    item("RICE-L", name="Rice (loose)", family="rice", size=None, base_unit="kg", units={"kg": 1, "bag": 30},
         default_unit="kg", hsn="10063090", gst_rate_bps=0, mrp_paise=None, price_paise=4800,
         aliases={"en": ["rice"]}, loose=True),
]  # fmt: skip


@pytest.fixture
def items() -> list[dict[str, Any]]:
    """Cola at 40 %, sugar at 5 %, rice untaxed."""
    return [dict(one) for one in ITEMS]


@pytest.fixture(autouse=True)
def _no_cached_catalogue() -> Iterator[None]:
    catalogue.forget()
    yield
    catalogue.forget()


@pytest.fixture
def stocked(session: Session, items: list[dict[str, Any]]) -> Session:
    """The rolled-back session with the small catalogue in it."""
    catalogue_import.import_catalogue(session, {"items": items})
    return session


@pytest.fixture
def shop(stocked: Session, make_retailer: Callable[..., Retailer]) -> Retailer:
    """A shop with a limit of 50,000 rupees, in the session of `stocked`."""
    return make_retailer(stocked)


@pytest.fixture
def open_shop(org: UUID, items: list[dict[str, Any]], make_retailer: Callable[..., Retailer]) -> Callable[..., UUID]:
    """Commit the catalogue and a shop, for tests in which several transactions meet."""

    def make(**details: Any) -> UUID:
        with db.transaction(org) as session:
            catalogue_import.import_catalogue(session, {"items": items})
            return make_retailer(session, **details).id

    return make
