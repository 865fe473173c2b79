"""Signed-in sessions: refresh tokens that are random, stored hashed, and replaced at each use.

A refresh token names its organisation (`org.secret`), so that its row can be found under row-level security. Using an
old one again later than a short grace means that it was stolen: the whole family is revoked.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock, crypto, db, ids
from core.errors import NotFound
from parties.tables import UserSession
from parties.users import Identity, WrongCredentials, identity

LIFE = timedelta(hours=12)
GRACE = timedelta(seconds=20)  # two tabs refresh at the same moment: both get the same successor


@dataclass(frozen=True)
class Refreshed:
    """The next refresh token and whose it is."""

    refresh_token: str
    who: Identity


def start(session: Session, user_id: UUID) -> str:
    """A new family of refresh tokens; returns the first."""
    return _add(session, user_id, ids.new())


def rotate(token: str) -> Refreshed:
    """Exchange a refresh token for the next. Raises WrongCredentials. Opens its own transaction."""
    org_id = organisation(token)
    with db.transaction(org_id) as session:
        row = _row(session, token)
        if row is not None and _reused(row):
            _revoke_family(session, row.family_id)
            row = None
        refreshed = None if row is None else Refreshed(_next(session, row, token), identity(session, row.user_id))
    if refreshed is None:
        raise WrongCredentials
    return refreshed


def end(token: str) -> None:
    """Sign out: revoke the token's family. Unknown tokens are ignored. Opens its own transaction."""
    with db.transaction(organisation(token)) as session:
        row = _row(session, token)
        if row is not None:
            _revoke_family(session, row.family_id)


def organisation(token: str) -> UUID:
    """Whose row a token is, as it says itself. Raises WrongCredentials."""
    try:
        return ids.parse("org", token.partition(".")[0])
    except NotFound as error:
        raise WrongCredentials from error


def new_token(session: Session) -> str:
    """A random token of the session's organisation."""
    return f"{ids.public('org', db.org_of(session))}.{ids.token()}"


def _next(session: Session, row: UserSession, token: str) -> str:
    if row.rotated_at is not None and row.successor is not None:
        return crypto.decrypt(row.successor, place=_place(row))
    successor = _add(session, row.user_id, row.family_id)
    row.rotated_at = clock.now()
    row.successor = crypto.encrypt(successor, place=_place(row))
    return successor


def _reused(row: UserSession) -> bool:
    now = clock.now()
    rotated_long_ago = row.rotated_at is not None and now - row.rotated_at > GRACE
    return rotated_long_ago or row.revoked_at is not None or row.expires_at <= now


def _add(session: Session, user_id: UUID, family_id: UUID) -> str:
    token = new_token(session)
    now = clock.now()
    session.add(
        UserSession(
            user_id=user_id,
            family_id=family_id,
            token_hash=crypto.fingerprint(token),
            expires_at=now + LIFE,
            created_at=now,
        )
    )
    return token


def _row(session: Session, token: str) -> UserSession | None:
    return session.scalars(
        select(UserSession).where(UserSession.token_hash == crypto.fingerprint(token)).with_for_update()
    ).first()


def _revoke_family(session: Session, family_id: UUID) -> None:
    session.execute(
        update(UserSession)
        .where(UserSession.org_id == db.org_of(session), UserSession.family_id == family_id)
        .values(revoked_at=clock.now())
    )


def _place(row: UserSession) -> str:
    return f"user_session|successor|{row.org_id}|{row.id}"
