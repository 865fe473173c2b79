"""Once an hour: stages of reminders whose day went by unclaimed are written down as skipped."""

from sqlalchemy.orm import Session

from credit import days, missed_stages
from parties import organisations


def run(session: Session) -> dict[str, int]:
    """Write down what was missed; returns the count."""
    return {"missed": missed_stages.note(session, organisations.get(session), days.today(session))}
