"""Brings the bot back where a person's time is over; the retailer is told."""

from sqlalchemy.orm import Session

from bot import handing_over


def run(session: Session) -> dict[str, int]:
    """Returns how many conversations came back."""
    return {"returned": len(handing_over.end_over(session))}
