"""Access tokens: a JWT for fifteen minutes, one algorithm, checked against our own clock."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt

from core import clock, ids, settings
from parties.users import Identity

ALGORITHM, ISSUER, AUDIENCE = "HS256", "bahi", "bahi-admin"
LIFE = timedelta(minutes=15)


class NotSignedIn(Exception):
    """No token, or one that is wrong, expired or for something else."""


def issue(who: Identity) -> str:
    """A signed access token for this user."""
    now = clock.now()
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "typ": "access",
        "sub": str(who.user_id),
        "org": str(who.org_id),
        "role": who.role,
        "email": who.email,
        "jti": str(ids.new()),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
    }
    return jwt.encode(claims, settings.current().secret_key, ALGORITHM)


def read(token: str) -> Identity:
    """Who a token speaks for. Raises NotSignedIn."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.current().secret_key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            # the times are compared below with our clock, which may be moved outside production
            options={"require": ["exp", "sub", "org"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError as error:
        raise NotSignedIn from error
    now = clock.now().timestamp()
    if claims.get("typ") != "access" or not claims["iat"] - 60 <= now < claims["exp"]:
        raise NotSignedIn
    return Identity(UUID(claims["org"]), UUID(claims["sub"]), claims["role"], claims["email"])
