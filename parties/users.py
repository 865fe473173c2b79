"""Users: founders and staff who sign in. Passwords are argon2id; wrong ones lock the account for a growing while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from core import audit, clock, crypto, db, ids
from core.errors import DomainError, Invalid
from parties.tables import ROLES, TenantRoute, User

MIN_PASSWORD, MAX_PASSWORD = 12, 256
FREE_TRIES = 5
LONGEST_LOCK = timedelta(hours=1)

_hasher = PasswordHasher()


@dataclass(frozen=True)
class Identity:
    """Who signed in, and for which organisation."""

    org_id: UUID
    user_id: UUID
    role: str
    email: str
    name: str = ""


class EmailTaken(DomainError):
    """Somebody signs in with this address already."""

    code = "EMAIL_TAKEN"
    detail = "This e-mail address is in use."


class WrongCredentials(DomainError):
    """Address, password or account state; which one is not said."""

    code = "WRONG_CREDENTIALS"
    status = 401
    detail = "The e-mail address or the password is wrong."


class TooManyTries(DomainError):
    """The account is locked for a while after wrong passwords."""

    code = "TOO_MANY_TRIES"
    status = 429
    detail = "Too many wrong passwords. Try again later."


def create(session: Session, *, email: str, role: str, password: str, name: str = "") -> User:
    """Add a user. Raises Invalid (role, address, short password), EmailTaken."""
    address = _address(email)
    if role not in ROLES:
        raise Invalid(f"Role {role!r} does not exist: use one of {', '.join(ROLES)}.")
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Invalid(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    user = User(
        org_id=db.org_of(session),
        id=ids.new(),
        email=address,
        name=name,
        role=role,
        password_hash=_hasher.hash(password),
        created_at=clock.now(),
    )
    routed = db.execute(
        session,
        "INSERT INTO tenant_route (kind, key, org_id, target_id) VALUES ('login', %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING 1",
        (crypto.fingerprint(address), str(user.org_id), str(user.id)),
    ).first()
    if not routed:
        raise EmailTaken
    session.add(user)
    session.flush()  # the audit entry follows the row
    audit.record(session, "user.created", subject=public_id(user.id), after={"email": address, "role": role})
    return user


def authenticate(email: str, password: str) -> Identity:
    """Who this is. Raises WrongCredentials or TooManyTries. Opens its own transactions: a wrong try is counted.

    An unknown address, a wrong password and a disabled user get the same refusal after the same work. The lock is the
    exception: only an address that exists is ever answered TooManyTries, so whoever tries five wrong passwords learns
    that it does. That is chosen: a person who is locked out must be told, and tries at unknown addresses are not kept.

    No row is locked while a password is compared, which is slow on purpose. Tries side by side are each counted
    afterwards; those that were under way when the account became locked are refused, right or wrong.
    """
    address = email.strip().lower()
    known = _known(address)
    right = _matches(known.password_hash if known else _nobody(), password)
    if known is None:
        raise WrongCredentials
    with db.transaction(known.org_id) as session:
        user = db.fetch(session, User, known.id, lock=True)
        _refuse_locked(user)
        admitted = _count(user, right=right and user.password_hash == known.password_hash)
    if not admitted:
        raise WrongCredentials
    return Identity(user.org_id, user.id, user.role, user.email)


def _known(address: str) -> User | None:
    """The user with this address. Raises TooManyTries before anything slow is done."""
    with db.transaction() as session:
        route = session.get(TenantRoute, ("login", crypto.fingerprint(address)))
        if route is None:
            return None
        db.enter(session, route.org_id)
        user = db.fetch(session, User, route.target_id)
        _refuse_locked(user)
        return user


def identity(session: Session, user_id: UUID) -> Identity:
    """The user behind a token, if still active. Raises WrongCredentials."""
    user = session.get(User, (db.org_of(session), user_id))
    if user is None or user.status != "active":
        raise WrongCredentials
    return Identity(user.org_id, user.id, user.role, user.email, user.name)


def names(session: Session, wanted: Iterable[UUID]) -> dict[UUID, str]:
    """What these users are called, in one statement: by name, or by address where none is known."""
    sql = (
        "SELECT id, coalesce(nullif(name, ''), email) AS name FROM app_user WHERE org_id = %s AND id = ANY(%s::uuid[])"
    )
    found = db.execute(session, sql, (str(db.org_of(session)), [str(one) for one in wanted]))
    return {UUID(str(row.id)): row.name for row in found}


def public_id(user_id: UUID) -> str:
    """`usr_...`"""
    return ids.public("usr", user_id)


def _refuse_locked(user: User) -> None:
    now = clock.now()
    if user.locked_until is not None and now < user.locked_until <= now + LONGEST_LOCK:  # else the clock was moved back
        minutes = -(-(user.locked_until - now) // timedelta(minutes=1))
        raise TooManyTries(f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}.")


def _count(user: User, *, right: bool) -> bool:
    """Note a try on the locked row; True when it lets the user in."""
    if right and user.status == "active":
        user.failed_logins, user.locked_until = 0, None
        return True
    user.failed_logins += 1
    if user.failed_logins >= FREE_TRIES:
        minutes = 2 ** min(user.failed_logins - FREE_TRIES, 6)
        user.locked_until = clock.now() + min(timedelta(minutes=minutes), LONGEST_LOCK)
    return False


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[:MAX_PASSWORD])
    except VerifyMismatchError:
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Verifying it makes an unknown address take as long as a known one."""
    return _hasher.hash("nobody has this password")


def _address(email: str) -> str:
    address = email.strip().lower()
    name, _, domain = address.partition("@")
    if not name or "." not in domain or len(address) > 254 or any(letter.isspace() for letter in address):
        raise Invalid(f"{email!r} is not an e-mail address.")
    return address
