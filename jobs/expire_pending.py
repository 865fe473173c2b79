"""Lets quotes lapse that nobody confirmed within a day."""

from sqlalchemy.orm import Session

from orders import ordering


def run(session: Session) -> dict[str, int]:
    """Expire what is too old; returns the count."""
    return {"expired": ordering.expire_pending(session)}
