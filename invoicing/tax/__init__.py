"""Tax: what a document's lines cost, by the rules of the seller's country.

    compute(Document(lines=[Line(qty=50, unit_price_minor=4200, rate_bps=500)], seller_state="27")).grand_total_minor

`country.py` says what a country's module offers; `india.py` and `pakistan.py` are the two that exist. Everything is
integer minor units, halves rounded up, per line and per tax head.
"""

from datetime import date

from invoicing.tax.country import Country
from invoicing.tax.credit_note import CreditNote, ReturnedLine, commercial_credit, credit_note
from invoicing.tax.document import (
    TAXABLE,
    TREATMENTS,
    Computed,
    ComputedLine,
    Discount,
    Document,
    Line,
    PriceMode,
    RateGroup,
    Totals,
    Treatment,
)
from invoicing.tax.engine import CountryUnknown, discover, totals
from invoicing.tax.engine import compute as compute_by
from invoicing.tax.year import financial_year_label

__all__ = [
    "COUNTRIES",
    "TAXABLE",
    "TREATMENTS",
    "Computed",
    "ComputedLine",
    "Country",
    "CountryUnknown",
    "CreditNote",
    "Discount",
    "Document",
    "Line",
    "PriceMode",
    "RateGroup",
    "ReturnedLine",
    "Totals",
    "Treatment",
    "commercial_credit",
    "compute",
    "country",
    "credit_note",
    "financial_year",
    "place_of_supply",
    "totals",
]

COUNTRIES = discover(__name__, list(__path__))


def country(code: str) -> Country:
    """The rules of one country. Raises CountryUnknown."""
    if code not in COUNTRIES:
        raise CountryUnknown(f"there are no tax rules for country {code!r}", country=code)
    return COUNTRIES[code]


def compute(document: Document) -> Computed:
    """The document's money: lines, totals, sums by rate, round-off, grand total. Raises subclasses of Invalid."""
    return compute_by(document, country(document.country))


def place_of_supply(
    *,
    seller_state: str,
    buyer_tax_id: str | None = None,
    delivery_state: str | None = None,
    country_code: str = "IN",
) -> str:
    """The state whose tax applies: of the buyer's tax id, else of the delivery address, else the seller's own."""
    document = Document(
        lines=(), seller_state=seller_state, buyer_tax_id=buyer_tax_id, buyer_state=delivery_state, country=country_code
    )
    return country(country_code).place_of_supply(document)


def financial_year(on: date, country_code: str = "IN") -> str:
    """`26-27` for a local business date."""
    return financial_year_label(on, country(country_code).year_starts_in_month)
