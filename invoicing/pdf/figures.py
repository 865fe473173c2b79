"""How numbers and dates look on paper: lakh grouping, two decimals, `20 Nov 2026`."""

from datetime import date
from decimal import Decimal

import countries
from tax import rounding

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUS = "\u2212"


def amount(amount_minor: int) -> str:
    """`12,34,567.50` from paise; a real minus sign before a negative one."""
    rupees, paise = divmod(abs(amount_minor), 100)
    sign = MINUS if amount_minor < 0 else ""
    return f"{sign}{grouped(rupees)}.{paise:02d}"


def signed(amount_minor: int) -> str:
    """As `amount`, with a plus before a positive one."""
    return f"+{amount(amount_minor)}" if amount_minor > 0 else amount(amount_minor)


def grouped(number: int) -> str:
    """`1,23,45,678`: three digits, then pairs."""
    digits = str(number)
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), tail])


def with_currency(amount_minor: int, currency: str) -> str:
    """`₹12,34,567.50`, `Rs 12,34,567.50`."""
    country = countries.by_currency(currency)
    sign = country.currency_sign if country else currency
    gap = " " if sign[-1:].isalpha() else ""
    return f"{sign}{gap}{amount(amount_minor)}"


def debt(amount_minor: int) -> str:
    """`1,500.00 Dr` is owed, `200.00 Cr` was paid in advance."""
    return f"{amount(abs(amount_minor))} {'Cr' if amount_minor < 0 else 'Dr'}" if amount_minor else amount(0)


def quantity(qty: Decimal | int) -> str:
    """`50`, `2.5`: no zeros behind the last digit that counts."""
    text = f"{Decimal(qty):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(bps: int) -> str:
    """`5%`, `2.5%`, `0.25%` from basis points."""
    return f"{rounding.percent(bps)}%"


def day(on: date) -> str:
    """`20 Nov 2026`, read the same everywhere."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
