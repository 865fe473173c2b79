"""Places failed orders that can be placed by now, and tells the shops."""

from sqlalchemy.orm import Session

from flows import releasing
from orders.settings import OrderSettings


def run(session: Session) -> dict[str, int]:
    """Try orders that failed lately again; returns how many are placed."""
    hours = OrderSettings.current(session).retry_failed_hours
    return {"placed": releasing.retry_failed(session, hours)}
