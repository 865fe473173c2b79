"""`bahi gateway`: payment gateways, whose signed events book what was paid through a link."""

import json
import os
import sys

import click

from cli import org
from core import audit, db
from core.settings import ConfigurationError
from credit import gateway_accounts
from credit.gateways import GATEWAYS, Keys


@click.group("gateway")
def command() -> None:
    """Payment gateways: connect one, and see what address its webhooks go to."""


@command.command()
@click.option("--org", "organisation", required=True, help="org_...")
@click.option("--provider", required=True, type=click.Choice(sorted(GATEWAYS)))
@click.option("--key-id", help="Id of the API key; its secret is read from BAHI_GATEWAY_KEY.")
@click.option("--json", "as_json", is_flag=True, help="Print {gateway_id, webhook_url}.")
def connect(organisation: str, provider: str, key_id: str | None, as_json: bool) -> None:
    """Connect a gateway, or give it a new secret; the one before goes on being accepted.

    The webhook's secret is read from BAHI_WEBHOOK_SECRET, else from stdin. With an API key Bahi makes links by itself;
    Stripe's has no id: give its secret alone.
    """
    org_id = org.find(organisation)
    key = os.environ.get("BAHI_GATEWAY_KEY", "")
    if key_id and not key:
        raise ConfigurationError("BAHI_GATEWAY_KEY is missing: the secret of the API key")
    audit.act_as(org.ACTOR)
    with db.transaction(org_id) as session:
        account = gateway_accounts.connect(session, provider, _secret(), Keys(key_id or "", key) if key else None)
    shown = {"gateway_id": gateway_accounts.public_id(account.id), "webhook_url": account.webhook_url}
    click.echo(json.dumps(shown) if as_json else f"{shown['gateway_id']}  {shown['webhook_url']}")


def _secret() -> str:
    given = os.environ.get("BAHI_WEBHOOK_SECRET", "")
    if not given:
        given = click.prompt("Webhook secret", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not given.strip():
        raise ConfigurationError("BAHI_WEBHOOK_SECRET is missing: set it, or give the secret on stdin")
    return given.strip()
