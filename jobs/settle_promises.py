"""Once an hour: a promise to pay whose day is over, without the money, is broken."""

from sqlalchemy.orm import Session

from credit import days, promises


def run(session: Session) -> dict[str, int]:
    """Mark what is broken by the organisation's own calendar; returns the count of shops."""
    return {"broken": len(promises.settle_due(session, days.today(session)))}
