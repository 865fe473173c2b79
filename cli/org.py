"""`bahi org`: wholesalers and their WhatsApp numbers."""

import json
import re
import sys
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlalchemy.orm import Session

import countries
import policy
from core import audit, db, ids, settings
from core.errors import Invalid, NotFound
from invoicing.identifiers import is_vpa
from parties import channels, organisations, phones
from parties.tables import Organisation

ACTOR = audit.Actor("cli")
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")


@click.group("org")
def command() -> None:
    """Create organisations."""


@command.command()
@click.option("--name", required=True, help="As printed on invoices.")
@click.option("--country", required=True, type=click.Choice(sorted(countries.KNOWN)))
@click.option("--state", required=True, help="GST state code of the shop, such as 27; in Pakistan the province.")
@click.option("--gstin", help="GST number; its state must be --state.")
@click.option("--timezone", help="IANA name; the country's own when left out.")
@click.option("--whatsapp", required=True, help="The WhatsApp number at Twilio, +91...")
@click.option("--upi-vpa", help="UPI address that invoices ask to be paid to.")
@click.option("--twilio-account-sid", help="AC...; TWILIO_ACCOUNT_SID when left out.")
@click.option("--address", default="", help="As printed on invoices.")
@click.option("--json", "as_json", is_flag=True, help="Print {org_id}.")
def create(
    name: str,
    country: str,
    state: str,
    gstin: str | None,
    timezone: str | None,
    whatsapp: str,
    upi_vpa: str | None,
    twilio_account_sid: str | None,
    address: str,
    as_json: bool,
) -> None:
    """Add a wholesaler with its WhatsApp number.

    The number's auth token comes from TWILIO_AUTH_TOKEN (comma-separated while it is being rotated), else from stdin.
    """
    number = phones.e164(whatsapp, country)
    new = organisations.NewOrganisation(
        name=name,
        country=country,
        state_code=state,
        gstin=countries.get(country).registration.parse(gstin) if gstin else None,
        timezone=_timezone(timezone) if timezone else None,
        upi_vpa=_vpa(upi_vpa) if upi_vpa else None,
        phone=number,
        address=address,
    )
    org_id = add(new, number, _account_sid(twilio_account_sid), _tokens())
    public = organisations.public_id(org_id)
    if not countries.get(country).registration.may_collect(new.gstin):
        click.echo("Without a number of registration no tax is charged: sales are plain bills.", err=True)
    click.echo(json.dumps({"org_id": public}) if as_json else f"{public}  {name}  {number}")


def add(new: organisations.NewOrganisation, number: str, account_sid: str, tokens: list[str]) -> UUID:
    """A committed organisation with its number. Raises Invalid and channels.NumberTaken."""
    org_id = ids.new()
    audit.act_as(ACTOR)
    with db.transaction(org_id) as session:
        organisations.create(session, new, policy.of_a_new_organisation())
        channels.register(session, account_sid=account_sid, number=number, tokens=tokens)
    return org_id


def find(public: str) -> UUID:
    """The id of an organisation that exists. Raises NotFound."""
    org_id = organisations.parse_id(public)
    with db.transaction(org_id) as session:
        exists(session)
    return org_id


def exists(session: Session) -> Organisation:
    """The session's organisation. Raises NotFound."""
    organisation = session.get(Organisation, db.org_of(session))
    if organisation is None:
        raise NotFound("There is no organisation with this id.")
    return organisation


def _timezone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(f"{name!r} is not a time zone: use an IANA name such as Asia/Kolkata.") from error


def _vpa(text: str) -> str:
    if not is_vpa(text):
        raise Invalid(f"{text!r} is not a UPI address such as name@bank.")
    return text


def _account_sid(given: str | None) -> str:
    account_sid = given or settings.current().twilio_account_sid
    if not ACCOUNT_SID.fullmatch(account_sid):
        raise settings.ConfigurationError("name the Twilio account: --twilio-account-sid AC... or TWILIO_ACCOUNT_SID")
    return account_sid


def _tokens() -> list[str]:
    tokens = list(settings.current().twilio_auth_tokens)
    if not tokens:
        typed = click.prompt("Twilio auth token", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
        tokens = [token.strip() for token in typed.split(",") if token.strip()]
    if not tokens:
        raise settings.ConfigurationError("TWILIO_AUTH_TOKEN is missing: set it, or give the token on stdin")
    return tokens
