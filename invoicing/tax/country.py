"""What a country's tax module must offer. A module of this package that has `RULES` is found by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.errors import Invalid
from invoicing.tax.document import Document, Line

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


Assess = Callable[[Line, int], Assessed]


@dataclass(frozen=True, slots=True)
class Country:
    """One country's rules. `assessor(document)` decides once per document how each line's net value is taxed.

    `taxable_name` is what the taxable value is called on this country's documents.
    """

    code: str
    currency: str
    heads: tuple[str, ...]
    year_starts_in_month: int
    taxable_name: str
    place_of_supply: Callable[[Document], str]
    assessor: Callable[[Document], Assess]


def checked_rate(rate_bps: int) -> int:
    """The rate itself. Raises RateInvalid when no law could have it."""
    if not 0 <= rate_bps <= MAX_RATE_BPS:
        raise RateInvalid(f"a tax rate of {rate_bps} basis points is out of range", rate_bps=rate_bps)
    return rate_bps
