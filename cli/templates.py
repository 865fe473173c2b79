"""`bahi templates`: the sentences that WhatsApp must approve before they may be sent outside the 24-hour window."""

import json
from uuid import UUID

import click
from sqlalchemy import select

from bot.gateway import contents
from bot.gateway.twilio import TwilioGateway
from cli import org as orgs
from core import db
from core.i18n import LANGUAGES
from parties import channels, organisations
from parties.channels import ChannelLine
from parties.tables import Channel

BAD = frozenset({"rejected", "paused", "disabled"})


@click.group("templates")
def command() -> None:
    """Message templates at the provider."""


@command.command()
@click.option("--org", "public", help="Only this organisation (org_...).")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def sync(public: str | None, as_json: bool) -> int:
    """Make the templates that are missing at Twilio, submit them to WhatsApp, and show where they stand.

    Templates that carry a PDF are made with the first invoice that needs one: WhatsApp wants a living sample. Exit code
    1 when one is rejected, paused or disabled.
    """
    rows = [
        {
            "org_id": organisations.public_id(line.org_id),
            "number": line.number,
            "name": name,
            "language": language,
            "approval": approval,
        }
        for line in _lines([orgs.find(public)] if public else _all())
        for name, language, approval in contents.sync(TwilioGateway(line), LANGUAGES)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    for row in () if as_json else rows:
        click.echo(f"{row['number']}  {row['name']:<32} {row['language']:<8} {row['approval']}")
    return int(any(row["approval"] in BAD for row in rows))


def _lines(org_ids: list[UUID]) -> list[ChannelLine]:
    found = []
    for org_id in org_ids:
        with db.transaction(org_id) as session:
            found += [channels.line(session, channel_id) for channel_id in session.scalars(select(Channel.id))]
    return found


def _all() -> list[UUID]:
    with db.transaction() as session:
        return organisations.ids_of_all(session)
