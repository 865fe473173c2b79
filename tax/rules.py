"""What the tax rules of a country must offer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import Invalid
from tax.document import USUAL_TREATMENTS, TaxDocument, TaxLine, Treatment

MAX_RATE_BPS = 10_000


class RateInvalid(Invalid):
    """A tax rate outside 0 to 100 percent."""

    code = "TAX_RATE_INVALID"


@dataclass(frozen=True, slots=True)
class Assessed:
    """A line's taxable value, its tax by head, and what the buyer pays for it."""

    taxable_minor: int
    taxes: Mapping[str, int]
    total_minor: int


Assess = Callable[[TaxLine, int], Assessed]


@dataclass(frozen=True, slots=True)
class Head:
    """One tax as documents name it. `shares` is its part of a line's rate; None: it has a rate of its own."""

    name: str
    label: str
    shares: int | None = None  # 1: the whole rate; 2: half of it


@dataclass(frozen=True, slots=True)
class TaxRules:
    """One country's rules. `assessor(document)` decides once per document how each line's net value is taxed.

    `heads` stand in the order in which they are printed. `taxable_name` is what the taxable value is called on this
    country's documents. `mixed_type` is what taxable and exempt goods together are sold on to a buyer without tax id;
    `treatments` are those that its law knows for goods; `zero_rates_zones` whether a seller under a letter of
    undertaking sells to special economic zones without tax.
    """

    heads: tuple[Head, ...]
    year_starts_in_month: int
    taxable_name: str
    place_of_supply: Callable[[TaxDocument], str]
    assessor: Callable[[TaxDocument], Assess]
    mixed_type: str = "tax_invoice"
    treatments: tuple[Treatment, ...] = USUAL_TREATMENTS
    zero_rates_zones: bool = False

    @property
    def head_names(self) -> tuple[str, ...]:
        """The heads by name, as computed documents have them."""
        return tuple(head.name for head in self.heads)

    def head(self, name: str) -> Head:
        """A head by its name."""
        return next((head for head in self.heads if head.name == name), Head(name, name))


class Taxing(Protocol):
    """A country as far as arithmetic asks."""

    @property
    def code(self) -> str:
        """As documents keep it."""

    @property
    def currency(self) -> str:
        """In which its documents are."""

    @property
    def tax(self) -> TaxRules:
        """How it taxes."""


def checked_rate(rate_bps: int) -> int:
    """The rate itself. Raises RateInvalid when no law could have it."""
    if not 0 <= rate_bps <= MAX_RATE_BPS:
        raise RateInvalid(f"a tax rate of {rate_bps} basis points is out of range", rate_bps=rate_bps)
    return rate_bps
