"""Money is an integer number of minor units with a currency. No float, no division without a named rounding."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from core.errors import Invalid

MAX_MINOR = 10**13  # a hundred thousand crore paise: far above any bill, far below a bigint


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (paise) of one currency."""

    amount_minor: int
    currency: str = "INR"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + _same(self, other).amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - _same(self, other).amount_minor, self.currency)


def _same(left: Money, right: Money) -> Money:
    if left.currency != right.currency:
        raise ValueError(f"cannot mix {left.currency} and {right.currency}")
    return right


def half_up(value: Decimal) -> int:
    """The nearest integer, halves away from zero (the rounding of GST practice)."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_major(text: str) -> int:
    """Rupees as people write them ('12,000.50', '₹ 500') in paise. Raises Invalid for anything else."""
    cleaned = text.strip().lstrip("₹").strip().replace(",", "")
    try:
        value = Decimal(cleaned) * 100
    except InvalidOperation as error:
        raise Invalid(f"{text!r} is not an amount", value=text) from error
    if not value.is_finite() or value != value.to_integral_value() or abs(value) > MAX_MINOR:
        raise Invalid(f"{text!r} is not an amount in rupees and paise", value=text)
    return int(value)
