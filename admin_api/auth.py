"""Signing in, staying signed in, signing out."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from admin_api import access, tokens
from admin_api.answers.auth import TokensOut
from admin_api.shapes import Strict, Text
from admin_api.spec import Blueprint
from core import db
from parties import sessions, users

blueprint = Blueprint("auth", __name__, url_prefix="/api/v1/auth", description="Signing in")


def _no_codes_yet(_code: str) -> None:
    raise ValidationError("Sign-in with a one-time code is not offered yet: leave totp out.")


class Credentials(Strict):
    """What a person signs in with. A `totp` is refused rather than ignored: nobody may believe it was checked."""

    email = Text(longest=254, needed=True)
    password = Text(longest=users.MAX_PASSWORD, needed=True)
    totp = fields.String(load_default=None, allow_none=True, validate=[validate.Length(max=8), _no_codes_yet])


class RefreshToken(Strict):
    """A refresh token from the last answer."""

    refresh_token = Text(longest=200, needed=True)


@blueprint.route("/login", methods=["POST"])
@access.public
@blueprint.arguments(Credentials)
@blueprint.response(200, TokensOut)
def login(credentials: dict[str, Any]) -> dict[str, Any]:
    """Sign in with e-mail and password."""
    who = users.authenticate(credentials["email"], credentials["password"])
    with db.transaction(who.org_id) as session:
        refresh_token = sessions.start(session, who.user_id)
    return _tokens(who, refresh_token)


@blueprint.route("/refresh", methods=["POST"])
@access.public
@blueprint.arguments(RefreshToken)
@blueprint.response(200, TokensOut)
def refresh(given: dict[str, Any]) -> dict[str, Any]:
    """Exchange a refresh token for new tokens; each works once."""
    refreshed = sessions.rotate(given["refresh_token"])
    return _tokens(refreshed.who, refreshed.refresh_token)


@blueprint.route("/logout", methods=["POST"])
@access.public
@blueprint.arguments(RefreshToken)
@blueprint.response(204)
def logout(given: dict[str, Any]) -> None:
    """Sign out: the refresh token and its successors stop working."""
    sessions.end(given["refresh_token"])


def _tokens(who: users.Identity, refresh_token: str) -> dict[str, Any]:
    return {
        "access_token": tokens.issue(who),
        "refresh_token": refresh_token,
        "expires_in": int(tokens.LIFE.total_seconds()),
    }
