"""Forgets what no longer serves: links that ended, keys of requests that nobody repeats, what gateways wrote."""

from datetime import timedelta

from sqlalchemy.orm import Session

from core import clock, idempotency
from credit import gateway_events
from invoicing import pay_codes, sharing

KEYS_LIVE = timedelta(days=30)  # a client may retry for days; the promise is at least seven


def run(session: Session) -> dict[str, int]:
    """Remove all three; returns the counts."""
    links = sharing.purge(session) + pay_codes.purge(session)
    keys = idempotency.purge(session, clock.now() - KEYS_LIVE)
    return {"links": links, "keys": keys, "events": gateway_events.purge(session)}
