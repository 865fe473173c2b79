"""`bahi worker`: sends messages and runs jobs."""

import click

from jobs import worker


@click.command()
def command() -> None:
    """Run jobs until SIGTERM; any number of workers may run, on any number of machines."""
    worker.main()
