"""Countries: what differs from one to the next. Each is a folder with a `COUNTRY`, and found by itself.

    countries.compute(TaxDocument(lines=[TaxLine(qty=50, unit_price_minor=4200, rate_bps=500)], seller_state="27"))

`country.py` says what a country is: facts and pure rules. Whoever sells, bills or prints asks the seller's country.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from core.errors import Invalid
from countries.country import Country
from tax import engine
from tax.document import Computed, TaxDocument

FIRST = "IN"  # where nothing names a country


class CountryUnknown(Invalid):
    """A country that is not served."""

    code = "COUNTRY_UNKNOWN"


def discover() -> dict[str, Country]:
    """Every country by code: adding one is adding a folder."""
    folders = [found.name for found in iter_modules(__path__) if found.ispkg]
    found = [import_module(f"{__name__}.{name}").COUNTRY for name in folders]
    return {country.code: country for country in found}


KNOWN = discover()


def get(code: str = "") -> Country:
    """One country. Raises CountryUnknown."""
    if (code or FIRST) not in KNOWN:
        raise CountryUnknown(f"Country {code!r} is not served: use {' or '.join(sorted(KNOWN))}.", country=code)
    return KNOWN[code or FIRST]


def of(party: Mapping[str, Any]) -> Country:
    """The country of a seller as documents keep it."""
    return get(party.get("country") or "")


def by_currency(currency: str) -> Country | None:
    """The country whose currency this is."""
    return next((country for country in KNOWN.values() if country.currency == currency), None)


def compute(document: TaxDocument) -> Computed:
    """The document's money: lines, totals, sums by rate, round-off, grand total. Raises subclasses of Invalid."""
    return engine.compute(document, get(document.country))
