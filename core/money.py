"""Money is an integer number of minor units with a currency beside it. No float; a division names its rounding."""

from decimal import Decimal, InvalidOperation

from core.errors import Invalid

MAX_MINOR = 10**13  # a hundred thousand crore paise: far above any bill, far below a bigint


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


def to_major(amount_minor: int) -> str:
    """Paise as rupees with two decimals, for files that machines read: `-1234.50`."""
    rupees, paise = divmod(abs(amount_minor), 100)
    return f"{'-' if amount_minor < 0 else ''}{rupees}.{paise:02d}"
