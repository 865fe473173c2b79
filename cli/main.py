"""The command line's frame: finds the command, prepares what it needs, turns errors into words and exit codes."""

import difflib
import functools
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from cli import environment, failures, parent_death
from cli.table import COMMANDS, NOTHING, SECTIONS, SERVICES, CommandRow

EXAMPLES = """\b
Examples:
  ./bahi up                                      everything, with demo data
  ./bahi up --port 9000 --no-demo                an empty shop on another port
  ./bahi import retailers shops.xlsx --org ORG --dry-run
  ./bahi export gstr1 --org ORG --month 2026-11 --output gstr1.json
  ./bahi remind --dry-run --date 2026-12-01      who would be reminded that day
  ./bahi clock advance "3 days"                  see what happens then
  ./bahi doctor --json                           is everything as it must be?
"""


class Commands(click.Group):
    """The table of commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        return load(cmd_name) if entry.target else _by_launcher(cmd_name, entry)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS:
            close = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise click.UsageError(f"There is no command `{name}`.{hint} See ./bahi --help.", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.help) for name, entry in section.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, help=EXAMPLES)
def commands() -> None:
    pass


@functools.cache
def load(name: str) -> click.Command:
    """The command behind a name, with what it needs wrapped around each of its functions."""
    entry = COMMANDS[name]
    module, _, attribute = entry.target.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    command = found if isinstance(found, click.Command) else click.Command(name, callback=found, help=entry.help)
    if entry.needs != NOTHING:
        _wrap(command, entry)
    return command


def _wrap(command: click.Command, entry: CommandRow) -> None:
    """Prepare around leaves only: `--help` and usage errors of a sub-command start nothing."""
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _wrap(part, entry)
    elif command.callback is not None:
        command.callback = _prepared(command.callback, entry)


def _prepared(callback: Callable[..., Any], entry: CommandRow) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        if entry.needs == SERVICES:
            from cli.services import ready  # noqa: PLC0415  loads psycopg2, which `clock` does without

            with ready():
                return callback(*args, **kwargs)
        environment.prepare()
        return callback(*args, **kwargs)

    return run


def _by_launcher(name: str, entry: CommandRow) -> click.Command:
    def refuse() -> None:
        raise click.UsageError(f"`{name}` is done by the launcher itself: ./bahi {name}")

    return click.Command(name, callback=refuse, help=entry.help)


def _expected(error: Exception, arguments: Sequence[str]) -> int:
    code = failures.code_of(error)
    if code is None:
        raise error
    failures.explain(error, code)
    entry = COMMANDS.get(arguments[0]) if arguments else None
    return entry.exit_when_down if entry and code == failures.DOWN else code


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code, raises only what nobody expected."""
    try:
        environment.place()
        answer = commands.main(list(arguments), prog_name="bahi", standalone_mode=False)
        return answer if isinstance(answer, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return failures.INTERRUPTED
    except Exception as error:
        return _expected(error, arguments)


def main() -> None:
    """Entry point of `python -m cli`."""
    parent_death.die_with(os.environ.pop(parent_death.VARIABLE, ""))
    sys.exit(run(sys.argv[1:]))
