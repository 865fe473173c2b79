"""The sample catalogue, made readable once."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orders.understanding.facts import CartLine, Context, Understanding
from orders.understanding.index import Index, build
from orders.understanding.read import understand

CATALOGUE = Path(__file__).parents[3] / "orders" / "data" / "catalog.json"
Read = Callable[..., Understanding]


@pytest.fixture(scope="session")
def catalogue() -> dict[str, Any]:
    return json.loads(CATALOGUE.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def index(catalogue: dict[str, Any]) -> Index:
    return build(catalogue)


@pytest.fixture
def read(index: Index) -> Read:
    """Understands a text, with a cart written as "SKU:qty:unit ..." if one is given."""

    def understood(text: str, cart: str = "", last: str | None = None, **context: Any) -> Understanding:
        lines = tuple(_line(index, written) for written in cart.split())
        return understand(index, text, context=Context(lines, last, **context))

    return understood


def _line(index: Index, written: str) -> CartLine:
    sku, qty, unit = written.split(":")
    return CartLine(sku, Decimal(qty), unit, Decimal(qty) * index.by_sku[sku].units[unit])


def lines_of(found: Understanding) -> list[str]:
    """The lines as "SKU:base quantity"."""
    return [f"{line.sku}:{line.base_qty.normalize():f}" for line in found.lines]


def cart_of(found: Understanding) -> list[str]:
    """The resulting cart as "SKU:qty:unit"."""
    return [f"{line.sku}:{line.qty.normalize():f}:{line.unit}" for line in found.cart or ()]


@pytest.fixture(name="lines_of")
def _lines_of() -> Callable[[Understanding], list[str]]:
    return lines_of


@pytest.fixture(name="cart_of")
def _cart_of() -> Callable[[Understanding], list[str]]:
    return cart_of
