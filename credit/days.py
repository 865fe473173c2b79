"""The organisation's business day, and how late a bill is on it."""

from datetime import date

from sqlalchemy.orm import Session

from core import clock
from parties import organisations


def today(session: Session) -> date:
    """The organisation's local date now."""
    return clock.today(organisations.get(session).timezone)


def overdue(due_on: date, today: date) -> int:
    """Days past due; due today is 0, and so is everything that is not due yet."""
    return max(0, (today - due_on).days)
