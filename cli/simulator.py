"""`bahi simulator`: the stand-in for Twilio and a phone, in the browser."""

import os
import sys

import click

from cli import environment

PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--port", default=8001, show_default=True, type=PORT)
@click.option("--app-url", default="http://127.0.0.1:8000", show_default=True, help="Where Bahi listens.")
def command(port: int, app_url: str) -> None:
    """Play WhatsApp for a Bahi that runs with the same BAHI_HOME."""
    if not environment.has_provider():
        environment.play_provider(app_url=app_url, simulator_url=f"http://127.0.0.1:{port}")
    os.chdir(environment.ROOT)
    line = [sys.executable, "-P", "-m", "simulator", "--port", str(port), "--app-url", app_url]
    os.execv(sys.executable, line)
