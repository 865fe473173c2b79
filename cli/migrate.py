"""`bahi migrate`: the release step."""

import click

from cli import schema
from cli.services import ready


@click.command()
def command() -> None:
    """Bring the database to this version's schema; harmless when it is there already.

    In production this is the only command besides `up` that changes the schema: run it before the new processes.
    """
    with ready(migrated=False) as endpoints:
        done = schema.migrate(endpoints.database_url)
    click.echo("migrated" if done else "nothing to migrate", err=True)
