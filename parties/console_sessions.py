"""Browsers signed in to the console: one random token in a cookie, stored hashed, alive while it is used.

It stands among the refresh tokens as a family of one, but under another fingerprint: neither works as the other. A
browser is signed out half an hour after its last page, and twelve hours after it signed in.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, crypto, db, ids
from parties.sessions import LIFE, new_token
from parties.tables import UserSession
from parties.users import Identity, WrongCredentials, identity

IDLE = timedelta(minutes=30)
STEP = timedelta(minutes=1)  # a page that comes sooner after another writes nothing


def start(session: Session, user_id: UUID) -> str:
    """The token of a browser that has just signed in."""
    token = new_token(session)
    now = clock.now()
    session.add(
        UserSession(
            user_id=user_id,
            family_id=ids.new(),
            token_hash=_fingerprint(token),
            expires_at=now + IDLE,
            created_at=now,
        )
    )
    return token


def resume(session: Session, token: str) -> Identity:
    """Whose browser this is; looking keeps it signed in. Raises WrongCredentials."""
    row, now = _row(session, token), clock.now()
    if row is None or row.revoked_at is not None or not now < row.expires_at <= now + IDLE:  # or moved back
        raise WrongCredentials
    until = min(now + IDLE, row.created_at + LIFE)
    if until - row.expires_at >= STEP:
        row.expires_at = until
    return identity(session, row.user_id)


def end(session: Session, token: str) -> None:
    """Sign out; an unknown token is ignored."""
    row = _row(session, token)
    if row is not None:
        row.revoked_at = clock.now()


def _row(session: Session, token: str) -> UserSession | None:
    where = (UserSession.org_id == db.org_of(session), UserSession.token_hash == _fingerprint(token))
    return session.scalars(select(UserSession).where(*where)).first()


def _fingerprint(token: str) -> str:
    return crypto.fingerprint(f"console|{token}")
