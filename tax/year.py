"""The financial year of a date: April to March in India, July to June in Pakistan; and the end of its month."""

from calendar import monthrange
from datetime import date


def financial_year_label(on: date, starts_in_month: int) -> str:
    """`26-27` for any date of the year that began in 2026."""
    first = on.year if on.month >= starts_in_month else on.year - 1
    return f"{first % 100:02d}-{(first + 1) % 100:02d}"


def month_end(on: date) -> date:
    """The last day of the month of a date."""
    return on.replace(day=monthrange(on.year, on.month)[1])
