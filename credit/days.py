"""The organisation's business day, and how late a bill is on it."""

from datetime import date

from sqlalchemy.orm import Session

from core import clock
from core.errors import Invalid
from parties import organisations

EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)  # no books here are older, and no bill waits longer


def today(session: Session) -> date:
    """The organisation's local date now."""
    return clock.today(organisations.get(session).timezone)


def overdue(due_on: date, today: date) -> int:
    """Days past due; due today is 0, and so is everything that is not due yet."""
    return max(0, (today - due_on).days)


def possible(day: date, field: str) -> date:
    """The day, when business can be about it. Raises Invalid."""
    if not EARLIEST <= day <= LATEST:
        raise Invalid(f"A day lies between {EARLIEST} and {LATEST}.", field=field, value=day.isoformat())
    return day
