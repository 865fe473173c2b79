"""Keeps the totals of open bills short to read: shops get a day older at midnight, and parts are added up."""

from sqlalchemy.orm import Session

from credit import ages


def run(session: Session) -> dict[str, int]:
    """Do both; returns the counts."""
    return {"aged": ages.renew(session), "folded": ages.fold(session)}
