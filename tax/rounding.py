"""The only places where tax money is rounded: halves go up, in integers, never through a float."""

from collections.abc import Sequence
from decimal import Decimal

from core.errors import Invalid

THOUSANDTHS = 1000
BPS = 10_000
MAX_QUANTITY = 10_000_000
RUPEE_MINOR = 100


class QuantityInvalid(Invalid):
    """A quantity that is not above zero, too large, or finer than three decimals."""

    code = "QUANTITY_INVALID"


def divided(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest integer, halves up. Both must not be negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def share(amount_minor: int, bps: int) -> int:
    """So many basis points of an amount, rounded once."""
    return divided(amount_minor * bps, BPS)


def percent(bps: Decimal | int) -> str:
    """`18`, `2.5`, `0.25` from basis points: no zeros behind the last digit that counts."""
    return f"{Decimal(bps).scaleb(-2).normalize():f}"


def thousandths(qty: Decimal | int) -> int:
    """A quantity in thousandths of its unit. Raises QuantityInvalid."""
    if not 0 < qty <= MAX_QUANTITY:
        raise QuantityInvalid(f"quantity {qty} must be above 0 and at most {MAX_QUANTITY}", qty=str(qty))
    whole = int(qty * THOUSANDTHS)
    if Decimal(whole).scaleb(-3) != qty:  # compared, not multiplied: a product would be rounded to 28 digits
        raise QuantityInvalid(f"quantity {qty} has more than three decimals", qty=str(qty))
    return whole


def to_rupee(amount_minor: int) -> int:
    """The nearest whole rupee, halves up."""
    return divided(amount_minor, RUPEE_MINOR) * RUPEE_MINOR


def apportioned(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights so that the parts sum exactly: largest remainder first, ties to the earlier."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    parts = [amount_minor * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(amount_minor * weights[at] % total))
    for at in by_remainder[: amount_minor - sum(parts)]:
        parts[at] += 1
    return parts
