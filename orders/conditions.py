"""The terms of sale as catalogue files hold them: JSON in paise, columns in rupees, both into ProductTerms' columns."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core.money import from_major
from orders.rows import Fields, whole
from orders.terms import EVERYBODY, THOUSANDTHS

MAX_QTY = 100_000
MAX_RATES = 40
MAX_RATE_MINOR = 10**9
MAX_STOCK = 10**9
_SCHEME = re.compile(r"(\d+)\s*\+\s*(\d+)(?:\s+(\S+))?")


def of_item(fields: Fields, item: Mapping[str, Any]) -> dict[str, Any]:
    """What a JSON item says of the terms: `min_qty`, `multiple`, `rates`, `scheme`; only what it names."""
    found: dict[str, Any] = {}
    for name in ("min_qty", "multiple"):
        if name in item:
            found[name] = fields.optional(name, whole(1, MAX_QTY), 1)
    if "rates" in item:
        found["rates"] = fields.optional("rates", _rates, [])
    if "scheme" in item:
        buy, free, until = fields.optional("scheme", _scheme, (None, None, None))
        found |= {"scheme_buy": buy, "scheme_free": free, "scheme_until": until}
    return found


def of_columns(fields: Fields, row: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a table's row, in the shape of a JSON item; an empty cell takes a term away."""
    found: dict[str, Any] = {name: row[name] for name in ("min_qty", "multiple", "stock") if name in row}
    if "slabs" in row or "class_prices" in row:
        slabs = fields.optional("slabs", _slabs, [])
        found["rates"] = slabs + fields.optional("class_prices", _class_prices, [])
    if "scheme" in row:
        found["scheme"] = fields.optional("scheme", lambda value: _said_scheme(value, row), None)
    return found


def stock_milli(value: Any) -> int:
    """What is on the shelf, in thousandths of a base unit."""
    try:
        scaled = Decimal(str(value).strip()) * THOUSANDTHS
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not a number") from error
    if not 0 <= scaled <= MAX_STOCK * THOUSANDTHS or scaled != int(scaled):
        raise ValueError(f"{value!r} is not a quantity from 0 on with at most three decimals")
    return int(scaled)


def rates_of(given: list[Mapping[str, Any]]) -> list[list[Any]]:
    """`[{price_class, from_qty, price_minor}]` as the database keeps it; each class and quantity once.

    Raises ValueError.
    """
    if len(given) > MAX_RATES:
        raise ValueError(f"has more than {MAX_RATES} prices")
    found = {}
    for rate in given:
        price_class = str(rate.get("price_class") or EVERYBODY).strip()
        from_qty = whole(1, MAX_QTY)(rate.get("from_qty") or 1)
        key = (price_class, from_qty)
        if key in found:
            raise ValueError(f"names {price_class or 'everybody'} from {from_qty} twice")
        found[key] = whole(1, MAX_RATE_MINOR)(rate.get("price_minor"))
    return [[price_class, from_qty, minor] for (price_class, from_qty), minor in sorted(found.items())]


def _rates(value: Any) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(rate, Mapping) for rate in value):
        raise ValueError("must be a list of {price_class, from_qty, price_minor}")
    return rates_of(value)


def _slabs(value: Any) -> list[dict[str, Any]]:
    """`240:24.50;480:24`: from so many base units, rupees each."""
    return [{"from_qty": from_qty, "price_minor": minor} for from_qty, minor in _pairs(value)]


def _class_prices(value: Any) -> list[dict[str, Any]]:
    """`semi:24.00;semi@240:23.50`: for a class, and from a quantity on."""
    found = []
    for name, minor in _pairs(value):
        price_class, _at, from_qty = name.partition("@")
        found.append({"price_class": price_class, "from_qty": from_qty or 1, "price_minor": minor})
    return found


def _pairs(value: Any) -> list[tuple[str, int]]:
    parts = [part.partition(":") for part in str(value).split(";") if part.strip()]
    if any(not name.strip() or not price.strip() for name, _colon, price in parts):
        raise ValueError("must be pairs such as 240:24.50, separated by semicolons")
    return [(name.strip(), from_major(price.strip())) for name, _colon, price in parts]


def _scheme(value: Any) -> tuple[int, int, date | None]:
    if not isinstance(value, Mapping):
        raise ValueError("must be {buy, free, until}")
    until = value.get("until")
    size = whole(1, MAX_QTY)
    return size(value.get("buy")), size(value.get("free")), date.fromisoformat(str(until)) if until else None


def _said_scheme(value: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """`10+1` base units, or `10+1 case` in a unit of the row."""
    said = _SCHEME.fullmatch(str(value).strip())
    if said is None:
        raise ValueError(f"{value!r} is not a scheme such as 10+1 or 10+1 case")
    size = _size(said[3], row) if said[3] else 1
    until = row.get("scheme_until")
    return {"buy": int(said[1]) * size, "free": int(said[2]) * size, "until": str(until)[:10] if until else None}


def _size(unit: str, row: Mapping[str, Any]) -> int:
    units = dict(part.strip().split(":", 1) for part in str(row.get("units") or "").split(";") if ":" in part)
    if unit == str(row.get("base_unit")).strip():
        return 1
    if unit not in units:
        raise ValueError(f"{unit!r} is not among the row's units")
    return whole(1, MAX_QTY)(units[unit])
