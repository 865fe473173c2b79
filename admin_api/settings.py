"""How the organisation works: times, quiet hours, what is granted, what counts, what is printed.

The thresholds of the status rules have an address of their own (`/guardrails/ladder`) and the same version.
"""

import base64
import re
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema
from sqlalchemy.orm import Session

from admin_api import preconditions
from admin_api.access import operation
from admin_api.shapes import Day, Strict, Text
from admin_api.spec import Blueprint
from core.errors import Invalid
from core.money import MAX_MINOR
from credit import accounts, cheques
from credit.tables import TERMS
from invoicing import identifiers, logos
from orders import catalogue
from parties import organisations
from parties.roles import EVERYBODY, FOUNDERS
from parties.tables import Organisation

blueprint = Blueprint("settings", __name__, url_prefix="/api/v1/admin/settings", description="How we work")

ELSEWHERE = {"ladder", "logo"}  # changed at their own addresses
OF_DELIVERY = {"closed_weekdays", "holidays"}  # read with the catalogue and cached with it
MAX_RATE_BPS = 10_000
MAX_LOGO_TEXT = logos.MAX_BYTES * 4 // 3 + 4

Answer = tuple[dict[str, Any], int, dict[str, str]]


def _whole(most: int, least: int = 0, **kwargs: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=least, max=most), **kwargs)


def _minor(**kwargs: Any) -> fields.Integer:
    return _whole(MAX_MINOR, **kwargs)


def _time() -> fields.String:
    return fields.String(validate=validate.Regexp(re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z"), error="Write HH:MM."))


def _each_once(values: list[Any]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("Name each once.")


def _is_iban(value: str) -> None:
    if value and not identifiers.is_iban(value):
        raise ValidationError("Not an IBAN: its check digits do not fit.")


def _is_ntn(value: str) -> None:
    if value and not identifiers.is_ntn(value):
        raise ValidationError("An NTN has seven digits, and a check digit behind a dash.")


class DiscountIn(Strict):
    """For a bill that is paid early; 0 = none is given."""

    percent_bps = _whole(MAX_RATE_BPS, required=True)
    within_days = _whole(accounts.MAX_DAYS, required=True)


class LateFeesIn(Strict):
    """Interest a year on what is overdue; 0 = off."""

    rate_bps = _whole(MAX_RATE_BPS, required=True)
    grace_days = _whole(accounts.MAX_DAYS, required=True)


class BankIn(Strict):
    """Printed on documents."""

    holder = Text(longest=100, needed=True)
    bank = Text(longest=100, needed=True)
    account = Text(longest=40, needed=True)
    ifsc = Text(longest=20, load_default="")
    iban = fields.String(load_default="", validate=[validate.Length(max=42), _is_iban])
    raast = Text(longest=40, load_default="")

    @validates_schema
    def _has_a_code(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("ifsc", "").strip() and not data.get("iban"):
            raise ValidationError("Give the bank's IFSC, or the account's IBAN.", "ifsc")


class DefaultTermsIn(Strict):
    """What a new shop is granted; what is left out is not granted, or no rule."""

    limit_minor = _minor(allow_none=True)
    credit_days = _whole(accounts.MAX_DAYS)
    max_order_minor = _minor(allow_none=True)
    max_outstanding_days = _whole(accounts.MAX_DAYS, allow_none=True)
    terms = fields.String(validate=validate.OneOf(TERMS))
    tolerance_minor = _minor()


class SettingsIn(Strict):
    """The settings to change; the others stay. Times are local HH:MM, weekdays 0 (Monday) to 6."""

    reminders_at = _time()
    quiet_before = _time()
    quiet_after = _time()
    insights_at = _time()
    guardrails_at = _time()
    auto_pause_at = _time()
    closed_weekdays = fields.List(_whole(6), validate=[validate.Length(max=6), _each_once])
    holidays = fields.List(Day(), validate=[validate.Length(max=400), _each_once])
    smallest_reminder_minor = _minor()
    apply_advances = fields.Boolean(truthy={True}, falsy={False})
    cash_discount = fields.Nested(DiscountIn)
    late_fees = fields.Nested(LateFeesIn)
    cash_limit_minor = _minor(allow_none=True)
    cheque_counts_on = fields.String(validate=validate.OneOf(list(cheques.COUNTS_AT)))
    exposure = fields.String(validate=validate.OneOf(accounts.EXPOSURES))
    override_max_minor = _minor()
    override_second_minor = _minor()
    override_hours = _whole(24 * 30, 1)
    retry_failed_hours = _whole(24 * 30)
    hold_days = _whole(90, 1)
    default_terms = fields.Nested(DefaultTermsIn)
    invoice_prefix = fields.String(allow_none=True, validate=validate.Regexp(r"[A-Z0-9]{1,4}\Z"))
    email = fields.Email(validate=validate.Length(max=254))
    bank_account = fields.Nested(BankIn)
    invoice_terms = fields.List(Text(longest=200, needed=True), validate=validate.Length(max=8))
    hsn_digits = fields.Integer(strict=True, validate=validate.OneOf([4, 6, 8]))
    eway_limit_minor = _minor(allow_none=True)
    ntn = fields.String(validate=[validate.Length(max=9), _is_ntn])
    further_tax_bps = _whole(MAX_RATE_BPS, allow_none=True)
    gst_scheme = fields.String(validate=validate.OneOf(["regular", "composition"]))
    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200)
def read(session: Session) -> Answer:
    """Every setting as it holds now, with the ETag that a change must name."""
    return _answer(organisations.get(session))


@blueprint.route("", methods=["PATCH"])
@operation(FOUNDERS)
@blueprint.doc(parameters=[preconditions.HEADER])
@blueprint.arguments(SettingsIn)
@blueprint.response(200)
def change(session: Session, given: dict[str, Any]) -> Answer:
    """Change some settings; audited with the reason."""
    seen, reason = preconditions.version(), given.pop("reason")
    if not given:
        raise Invalid("Name at least one setting to change.")
    if "holidays" in given:
        given["holidays"] = sorted(day.isoformat() for day in given["holidays"])
    changed = organisations.change_settings(session, given, reason, seen)
    _check_quiet_hours(changed)
    if OF_DELIVERY & set(given):
        catalogue.changed(session)
    return _answer(changed)


class LogoIn(Strict):
    """A PNG or JPEG picture, base64."""

    picture = fields.String(required=True, validate=validate.Length(1, MAX_LOGO_TEXT))
    reason = Text(longest=500, needed=True)


class LogoOut(Strict):
    """Why the picture is no longer printed."""

    reason = Text(longest=500, needed=True)


@blueprint.route("/logo", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200)
def logo(session: Session) -> Answer:
    """The picture on papers as it is printed (PNG, base64), or null; with the ETag of the settings."""
    organisation = organisations.get(session)
    return _logo(organisation, logos.current(organisation))


@blueprint.route("/logo", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(parameters=[preconditions.HEADER])
@blueprint.arguments(LogoIn)
@blueprint.response(200)
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
@blueprint.doc(parameters=[preconditions.HEADER])
@blueprint.arguments(LogoOut)
@blueprint.response(200)
def drop_logo(session: Session, given: dict[str, Any]) -> Answer:
    """Print no picture from now on."""
    return _logo(logos.remove(session, given["reason"], preconditions.version()), None)


def _logo(organisation: Organisation, png: bytes | None) -> Answer:
    body = {
        "picture": base64.b64encode(png).decode() if png else None,
        "name": organisations.setting(organisation, logos.SETTING),
    }
    return body, 200, preconditions.tag(organisation.settings_version)


def _check_quiet_hours(organisation: Organisation) -> None:
    before, after = (organisations.setting(organisation, f"quiet_{side}") for side in ("before", "after"))
    if before >= after:
        raise Invalid("The day in which we write begins before it ends.", field="quiet_before")
    for name in ("reminders_at", "auto_pause_at"):
        if organisations.setting(organisation, name) >= after:
            raise Invalid(f"{name} lies in the quiet hours: it would never run.", field=name)


def _answer(organisation: Organisation) -> Answer:
    shown = {
        name: organisations.setting(organisation, name) for name in organisations.DEFAULTS if name not in ELSEWHERE
    }
    shown["cheque_counts_on"] = organisations.cheques_count_on(organisation)
    return shown, 200, preconditions.tag(organisation.settings_version)
