"""Places refused orders that somebody asked to let through and that can be placed by now; the shops are told."""

from sqlalchemy.orm import Session

from orders import retrying
from orders.settings import OrderSettings


def run(session: Session) -> dict[str, int]:
    """Try such orders of lately again; returns how many are placed."""
    hours = OrderSettings.current(session).retry_failed_hours
    return {"placed": len(retrying.retry_failed(session, hours))}
