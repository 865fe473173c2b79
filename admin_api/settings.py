"""How the organisation works: times, quiet hours, what is granted, what counts, what is printed.

The thresholds of the status rules have an address of their own (`/guardrails/ladder`) and the same version.
"""

import base64
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

import policy
from admin_api import preconditions, setting_fields
from admin_api.access import operation
from admin_api.answers.settings import ELSEWHERE, LogoPictureOut, SettingsOut
from admin_api.shapes import Strict, Text
from admin_api.spec import Blueprint
from core.errors import Invalid
from invoicing import logos
from invoicing.settings import InvoicingSettings
from orders import catalogue
from parties import organisations
from parties.roles import EVERYBODY, FOUNDERS
from parties.tables import Organisation

blueprint = Blueprint("settings", __name__, url_prefix="/api/v1/admin/settings", description="How we work")

OF_DELIVERY = {"closed_weekdays", "holidays"}  # read with the catalogue and cached with it
MAX_LOGO_TEXT = logos.MAX_BYTES * 4 // 3 + 4

Answer = tuple[dict[str, Any], int, dict[str, str]]


SettingsIn = setting_fields.schema(
    "SettingsIn",
    {name: kind for name, kind in policy.kinds().items() if name not in ELSEWHERE},
    reason=Text(longest=500, needed=True),
)
SettingsIn.__doc__ = "The settings to change; the others stay. Times are local HH:MM, weekdays 0 (Monday) to 6."


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, SettingsOut)
def read(session: Session) -> Answer:
    """Every setting as it holds now, with the ETag that a change must name."""
    return _answer(organisations.get(session))


@blueprint.route("", methods=["PATCH"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(SettingsIn)
@blueprint.response(200, SettingsOut)
def change(session: Session, given: dict[str, Any]) -> Answer:
    """Change some settings; audited with the reason."""
    seen, reason = preconditions.version(), given.pop("reason")
    if not given:
        raise Invalid("Name at least one setting to change.")
    changed = policy.change(session, given, reason, seen)
    if OF_DELIVERY & set(given):
        catalogue.changed(session)
    return _answer(changed)


class LogoIn(Strict):
    """A PNG or JPEG picture, base64."""

    picture = fields.String(required=True, validate=validate.Length(1, MAX_LOGO_TEXT))
    reason = Text(longest=500, needed=True)


class LogoGone(Strict):
    """Why the picture is no longer printed."""

    reason = Text(longest=500, needed=True)


@blueprint.route("/logo", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, LogoPictureOut)
def logo(session: Session) -> Answer:
    """The picture on papers as it is printed (PNG, base64), or null; with the ETag of the settings."""
    organisation = organisations.get(session)
    return _logo(organisation, logos.current(organisation))


@blueprint.route("/logo", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(LogoIn)
@blueprint.response(200, LogoPictureOut)
def set_logo(session: Session, given: dict[str, Any]) -> Answer:
    """Print this picture on papers from now on; those that exist stay as they were printed."""
    try:
        content = base64.b64decode(given["picture"], validate=True)
    except ValueError as error:
        raise logos.PictureInvalid("The picture is not base64.") from error
    changed = logos.keep(session, content, given["reason"], preconditions.version())
    return _logo(changed, logos.current(changed))


@blueprint.route("/logo", methods=["DELETE"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(LogoGone)
@blueprint.response(200, LogoPictureOut)
def drop_logo(session: Session, given: dict[str, Any]) -> Answer:
    """Print no picture from now on."""
    return _logo(logos.remove(session, given["reason"], preconditions.version()), None)


def _logo(organisation: Organisation, png: bytes | None) -> Answer:
    body = {
        "picture": base64.b64encode(png).decode() if png else None,
        "name": InvoicingSettings.of(organisation).logo,
    }
    return body, 200, preconditions.tag(organisation.settings_version)


def _answer(organisation: Organisation) -> Answer:
    shown = {name: value for name, value in policy.shown(organisation).items() if name not in ELSEWHERE}
    return shown, 200, preconditions.tag(organisation.settings_version)
