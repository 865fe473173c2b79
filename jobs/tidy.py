"""Forgets what no longer serves: routes of links that ended, and keys of requests that nobody will repeat."""

from datetime import timedelta

from sqlalchemy.orm import Session

from core import clock, idempotency
from invoicing import pay_codes, sharing

KEYS_LIVE = timedelta(days=30)  # a client may retry for days; the promise is at least seven


def run(session: Session) -> dict[str, int]:
    """Remove both; returns the counts."""
    links = sharing.purge(session) + pay_codes.purge(session)
    return {"links": links, "keys": idempotency.purge(session, clock.now() - KEYS_LIVE)}
