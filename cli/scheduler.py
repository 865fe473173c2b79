"""`bahi scheduler`: the clock that starts what is due."""

import click

from cli import metering


@click.command()
def command() -> None:
    """Start a tick every minute; one scheduler is enough, more do no harm."""
    metering.join()
    from jobs import scheduler  # noqa: PLC0415  counters are placed when they are imported

    scheduler.main()
