"""`bahi user`: founders and staff who sign in."""

import json
import os

import click

from cli import org
from core import audit, db
from parties import users
from parties.tables import ROLES


@click.group("user")
def command() -> None:
    """Create users."""


@command.command()
@click.option("--org", "organisation", required=True, help="org_...")
@click.option("--email", required=True)
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--name", default="", help="As shown to colleagues.")
@click.option("--json", "as_json", is_flag=True, help="Print {user_id}.")
def create(organisation: str, email: str, role: str, name: str, as_json: bool) -> None:
    """Add somebody who signs in; the password comes from BAHI_PASSWORD, else from a prompt."""
    org_id = org.find(organisation)
    password = os.environ.get("BAHI_PASSWORD") or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    audit.act_as(org.ACTOR)
    with db.transaction(org_id) as session:
        user = users.create(session, email=email, role=role, password=password, name=name)
        public, address = users.public_id(user.id), user.email
    click.echo(json.dumps({"user_id": public}) if as_json else f"{public}  {address}  {role}")
