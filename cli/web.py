"""`bahi web`: the HTTP door, served by gunicorn."""

import os
import signal
import subprocess
import sys

import click

from cli import environment, metering
from cli.services import ready, settle_schema

STOP_SECONDS = 20


@click.command()
@click.option("--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 behind a proxy on another machine.")
def command(port: int, host: int) -> None:
    """Serve webhooks, API and documents on one port.

    Examples: ./bahi web --port 9000;  PORT=8080 ./bahi web --host 0.0.0.0
    """
    server = [sys.executable, "-P", "-m", "gunicorn", "-c", "cli/gunicorn.py", "--bind", f"{host}:{port}"]
    metering.begin()
    os.chdir(environment.ROOT)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        settle_schema(os.environ["DATABASE_URL"])  # as every other command does, before this process becomes the server
        os.execv(sys.executable, [*server, "app:create_app()"])
    with ready():
        _serve([*server, "app:create_app()"])


def _serve(server: list[str]) -> None:
    """Stay the parent, because the services that were started for this server must be stopped after it."""
    process = subprocess.Popen(server)
    try:
        code = process.wait()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)
    sys.exit(code)
