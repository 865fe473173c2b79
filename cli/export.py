"""`bahi export`: the books and the returns as files, each of one moment."""

import functools
import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
from sqlalchemy.orm import Session

from cli import org
from core import audit, db, ids
from core.errors import Invalid
from parties import organisations
from reports import period, plain_json
from reports.books import journal, register, tally
from reports.period import Period
from reports.returns import filing

Command = TypeVar("Command", bound=Callable[..., Any])
Pieces = Iterable[str | bytes]
SOME_REJECTED = 5
DAY = click.DateTime(["%Y-%m-%d"])


def _days(function: Command) -> Command:
    for option in (
        click.option("--to", "last", type=DAY, help="The last day, with --from."),
        click.option("--from", "first", type=DAY, help="The first day, with --to."),
        click.option("--month", "text", help="Which month, such as 2026-11."),
    ):
        function = option(function)
    return function


@click.group()
def command() -> None:
    """Write the books or a return to a file, or to stdout."""
    audit.act_as(audit.Actor("cli"))


def _options(function: Command) -> Command:
    for option in (
        click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; stdout when left out."),
        click.option("--org", "public", required=True, help="org_..."),
    ):
        function = option(function)
    return function


@command.command("journal")
@_options
@click.option("--as-of", type=DAY, help="Only what was booked until this day, included.")
def write_journal(public: str, output: Path | None, as_of: datetime | None) -> None:
    """The whole ledger as a plain-text journal, for hledger and its relatives."""
    until = as_of.date() if as_of else None
    export(public, output, {"export": "journal", "as_of": until}, functools.partial(journal.write, as_of=until))


@command.command("gstr1")
@_options
@click.option("--month", "text", required=True, help="Which month, such as 2026-11.")
def write_gstr1(public: str, output: Path | None, text: str) -> None:
    """GSTR-1 of a month as the portal's JSON; refused when it would not tie out with the documents."""
    covered = _period(text, None, None)
    export(public, output, {"export": "gstr1", "month": text}, lambda session: filing.write_gstr1(session, covered))


@command.command("sales-register")
@_options
@_days
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
def write_register(
    public: str, output: Path | None, text: str | None, first: datetime | None, last: datetime | None, form: str
) -> None:
    """Every document with its tax, signed so that columns add up; xlsx has a second sheet by rate."""
    covered = _period(text, first, last)
    write = register.write_xlsx if form == "xlsx" else register.write_csv
    export(public, output, {"export": "sales-register", "format": form, **_asked(covered)}, lambda s: write(s, covered))


@command.command("tally")
@_options
@_days
def write_tally(
    public: str, output: Path | None, text: str | None, first: datetime | None, last: datetime | None
) -> None:
    """Ledgers and vouchers as XML that Tally imports."""
    covered = _period(text, first, last)
    export(public, output, {"export": "tally", **_asked(covered)}, lambda session: tally.write(session, covered))


@command.command("einvoice")
@_options
@_days
def write_einvoices(
    public: str, output: Path | None, text: str | None, first: datetime | None, last: datetime | None
) -> int:
    """Documents to be registered, as a JSON array of schema 1.1; what the portal would refuse is named on stderr.

    Exit code 5: some documents are incomplete.
    """
    covered = _period(text, first, last)
    incomplete: list[dict[str, Any]] = []

    def write(session: Session) -> Pieces:
        found = filing.einvoices(session, covered)
        incomplete.extend(found["incomplete"])
        return plain_json.pieces(found["invoices"])

    export(public, output, {"export": "einvoice", **_asked(covered)}, write)
    for one in incomplete:
        click.echo(f"{one['number']}: missing {'; '.join(one['missing'])}", err=True)
    return SOME_REJECTED if incomplete else 0


def _period(text: str | None, first: datetime | None, last: datetime | None) -> Period:
    try:
        return period.given(text, first.date() if first else None, last.date() if last else None)
    except Invalid as error:
        raise click.UsageError(error.detail) from error


def _asked(covered: Period) -> dict[str, Any]:
    return {"from": covered.from_on, "to": covered.to_on}


def export(public: str, output: Path | None, what: dict[str, Any], write: Callable[[Session], Pieces]) -> None:
    """Note the export in the audit trail, then write it in a snapshot. Raises NotFound and what `write` raises."""
    org_id = org.find(public)
    _note(org_id, {name: str(value) for name, value in what.items() if value is not None})
    with db.transaction(org_id, snapshot=True) as session:
        save(write(session), output)
    if output:
        click.echo(f"{output}: {output.stat().st_size} bytes", err=True)


def save(pieces: Pieces, output: Path | None) -> None:
    """Write the pieces to a file that is there whole or not at all, or to stdout."""
    encoded = (piece.encode() if isinstance(piece, str) else piece for piece in pieces)
    if output is None:
        sys.stdout.buffer.writelines(encoded)
        sys.stdout.buffer.flush()
        return
    draft = output.with_name(f".{output.name}.{ids.new()}")
    try:
        with draft.open("wb") as file:
            file.writelines(encoded)
        os.replace(draft, output)
    finally:
        draft.unlink(missing_ok=True)


def _note(org_id: UUID, what: dict[str, str]) -> None:
    with db.transaction(org_id) as session:
        audit.record(session, "export.requested", subject=organisations.public_id(org_id), after=what)
