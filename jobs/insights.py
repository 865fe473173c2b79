"""Counts every shop's insights anew, once a night."""

from sqlalchemy.orm import Session

from reports import insights


def run(session: Session) -> dict[str, int]:
    """Returns for how many shops."""
    return {"counted": insights.regenerate(session)}
