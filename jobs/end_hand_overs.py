"""Brings the bot back where a person's time is over, and tells the retailer."""

from sqlalchemy.orm import Session

from flows import hand_over


def run(session: Session) -> dict[str, int]:
    """Returns how many conversations came back."""
    return {"returned": hand_over.end_over(session)}
