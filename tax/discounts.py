"""Discounts before tax: per line first, then the invoice's own, spread over the lines by what is left of them."""

from collections.abc import Sequence

from core.errors import Invalid
from tax.document import Discount, TaxLine
from tax.rounding import BPS, THOUSANDTHS, apportioned, divided, share, thousandths

MAX_UNIT_PRICE_MINOR = 10**12


class DiscountInvalid(Invalid):
    """A discount below zero, above what it discounts, or given both as a share and as an amount."""

    code = "DISCOUNT_INVALID"


class PriceInvalid(Invalid):
    """A price below zero or beyond any real price."""

    code = "PRICE_INVALID"


def gross(line: TaxLine, price_minor: int) -> int:
    """Quantity times a price per unit, rounded once. Raises QuantityInvalid or PriceInvalid."""
    if not 0 <= price_minor <= MAX_UNIT_PRICE_MINOR:
        raise PriceInvalid(f"unit price {price_minor} is out of range", unit_price_minor=price_minor)
    return divided(thousandths(line.qty) * price_minor, THOUSANDTHS)


def discounted(discount: Discount, base_minor: int) -> int:
    """How much a discount takes off `base_minor`. Raises DiscountInvalid."""
    if discount.bps and discount.amount_minor:
        raise DiscountInvalid("give a discount as basis points or as an amount, not both")
    if not 0 <= discount.bps <= BPS:
        raise DiscountInvalid(f"a discount of {discount.bps} basis points is out of range", bps=discount.bps)
    amount_minor = discount.amount_minor or share(base_minor, discount.bps)
    if not 0 <= amount_minor <= base_minor:
        raise DiscountInvalid(f"discount {amount_minor} must be between 0 and {base_minor}", base_minor=base_minor)
    return amount_minor


def spread(discount: Discount, nets: Sequence[int]) -> list[int]:
    """Each line's share of the invoice discount, in order; the shares sum to the discount exactly."""
    if discount.bps == 0 and discount.amount_minor == 0:
        return [0] * len(nets)
    return apportioned(discounted(discount, sum(nets)), nets)
