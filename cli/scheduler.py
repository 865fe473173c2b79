"""`bahi scheduler`: ticks; what is due is decided from the database."""

import click

from jobs import scheduler


@click.command()
def command() -> None:
    """Tick until SIGTERM. One is enough; a second one does no harm."""
    scheduler.main()
