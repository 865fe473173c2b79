"""A stretch of local dates that a return or a book covers: usually one month."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from core.errors import Invalid

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included."""

    from_on: date
    to_on: date


def month(text: str) -> Period:
    """`2026-11`. Raises Invalid."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        raise Invalid(f"{text!r} is not a month such as 2026-11.", field="month", value=text)
    year, number = int(found[1]), int(found[2])
    return Period(date(year, number, 1), date(year, number, monthrange(year, number)[1]))


def between(from_on: date, to_on: date) -> Period:
    """Two days and all between them. Raises Invalid when they stand the wrong way round."""
    if from_on > to_on:
        raise Invalid("A period begins before it ends.", field="from_on")
    return Period(from_on, to_on)


def given(month_text: str | None, from_on: date | None, to_on: date | None) -> Period:
    """A month, or two days: what somebody asked for. Raises Invalid unless it is exactly one of the two."""
    if month_text and not (from_on or to_on):
        return month(month_text)
    if not month_text and from_on and to_on:
        return between(from_on, to_on)
    raise Invalid("Name a month, or the first and the last day.", field="month")
