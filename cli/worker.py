"""`bahi worker`: sends messages and does what is due."""

import click

from cli import metering


@click.command()
def command() -> None:
    """Send what waits and do what is due; any number of workers may run."""
    metering.join()
    from jobs import worker  # noqa: PLC0415  counters are placed when they are imported

    worker.main()
