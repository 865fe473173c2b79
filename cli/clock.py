"""`bahi clock`: one business clock for all processes of a home, to see what tomorrow brings."""

import json
import re
from datetime import UTC, datetime, timedelta

import click

from cli import environment
from core import clock, settings

UNITS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
PART = re.compile(r"(\d{1,6})\s*(minute|hour|day|week)s?")
JSON = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")


class Span(click.ParamType[timedelta]):
    """`3 days`, `1 day 6 hours`, `90 minutes`."""

    name = "span"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        parts = PART.findall(value.lower())
        if not parts or PART.sub("", value.lower()).strip(" ,"):
            self.fail(f"{value!r} is no span of time. Write for example: 3 days, 6 hours, 90 minutes.", param, ctx)
        return timedelta(seconds=sum(int(number) * UNITS[unit] for number, unit in parts))


class Moment(click.ParamType[datetime]):
    """An ISO 8601 moment; without an offset it is UTC."""

    name = "moment"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment. Write for example: 2026-12-01T10:00+05:30.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group()
def command() -> None:
    """Show or move the clock of all processes. Refused in production.

    Examples: ./bahi clock advance "3 days";  ./bahi clock set 2026-12-01T10:00+05:30;  ./bahi clock reset
    """


@command.command()
@JSON
def show(as_json: bool) -> None:
    """Print what time it is for Bahi."""
    _print(as_json)


@command.command("set")
@click.argument("moment", metavar="ISO", type=Moment())
@JSON
def set_to(moment: datetime, as_json: bool) -> None:
    """Make it this moment now; it goes on from there."""
    _refuse_in_production()
    clock.move_to(moment)
    _tell(as_json)


@command.command()
@click.argument("span", type=Span())
@JSON
def advance(span: timedelta, as_json: bool) -> None:
    """Move on by a span of time, such as "3 days"."""
    _refuse_in_production()
    clock.advance(span)
    _tell(as_json)


@command.command()
@JSON
def reset(as_json: bool) -> None:
    """Back to real time."""
    _refuse_in_production()
    clock.reset()
    _tell(as_json)


def _refuse_in_production() -> None:
    if environment.is_production():
        raise settings.ConfigurationError("The clock cannot be moved when BAHI_ENV=production.")


def _tell(as_json: bool) -> None:
    """Print the new time and let the worker look at once what is due; the next tick does so anyway."""
    _print(as_json)
    from cli import tick  # noqa: PLC0415  loads Redis clients, which `clock show` never needs

    if not tick.hint():
        click.echo("Nothing runs here now; what is due is done when it starts.", err=True)


def _print(as_json: bool) -> None:
    now = clock.read()
    line = f"{now['now']} (moved by {timedelta(seconds=float(now['offset_seconds']))})"
    click.echo(json.dumps(now) if as_json else line)
