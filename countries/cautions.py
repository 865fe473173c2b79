"""What a document should make somebody look twice: never a refusal, always a code, a sentence and its numbers.

What there is to look at is a country's law: see each country's own. None of it is advice on a single case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tax import TAXABLE, Treatment


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to look at; `line` counts from 1 when it is about one."""

    code: str
    detail: str
    line: int | None = None
    value_minor: int | None = None
    limit_minor: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """What is known of it, for JSON."""
        known = {"code": self.code, "detail": self.detail, "line": self.line}
        numbers = {"value_minor": self.value_minor, "limit_minor": self.limit_minor}
        return {name: value for name, value in {**known, **numbers}.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Sold:
    """A line as far as cautions care. `total_minor` is what the buyer pays for it, tax and all."""

    hsn: str
    qty_milli: int
    total_minor: int
    taxable_minor: int
    treatment: Treatment = TAXABLE
    mrp_minor: int | None = None
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class Deal:
    """A document as far as cautions care. None as a limit is the law's own; `goods_to` is where they go, as written."""

    lines: Sequence[Sold]
    total_minor: int
    seller_state: str
    place_of_supply: str
    buyer_tax_id: str | None = None
    buyer_address: str = ""
    buyer_state: str | None = None
    goods_to: str = ""
    is_cash: bool = False
    hsn_digits: int | None = None
    eway_limit_minor: int | None = None
    cash_limit_minor: int | None = None
