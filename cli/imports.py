"""`bahi import`: a catalogue, retailers or opening balances from a file, with a report per row."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from cli import files, org
from core import audit, db, i18n
from orders import catalogue_import, entries, ledger_import
from orders.rows import Report

SOME_REJECTED = 5
Command = TypeVar("Command", bound=Callable[..., Any])


def _options(function: Command) -> Command:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print {rows, added, changed, unchanged, rejected}."),
        click.option("--dry-run", is_flag=True, help="Report what would happen; change nothing."),
        click.option("--org", "organisation", required=True, help="org_..."),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        function = option(function)
    return function


@click.group("import")
def command() -> None:
    """Read a catalogue, retailers or balances from a CSV, XLSX or JSON file.

    Amounts are in rupees. Rejected rows are written to FILE.rejected.csv, and the exit code is then 5; all others
    are imported. Importing the same file again changes nothing.
    """


@command.command(
    epilog=f"Columns: {', '.join(entries.COLUMNS)}. price and mrp are rupees per base unit; units is"
    " pc:1;dozen:12;case:24 (base units in each); aliases are separated by semicolons; price_mode is exclusive (the"
    " default) or inclusive of tax; treatment is taxable, exempt, nil_rated or non_gst, and in Pakistan"
    " third_schedule, or yes in the column of that name: taxed by mrp, which must be there; min_qty, multiple and"
    " stock are base units; slabs is 240:24.50;480:24 (from so many on, rupees), class_prices semi:25;semi@480:23,"
    " scheme 10+1 or 10+1 case, scheme_until a date; a column that FILE lacks leaves its part as it is. JSON: a list"
    " of such rows, or a catalogue with items, unit_aliases and category_aliases whose amounts are paise."
)
@_options
@click.option("--valid-from", type=click.DateTime(["%Y-%m-%d"]), help="Prices and taxes hold from this day (today).")
def catalog(file: Path, organisation: str, dry_run: bool, as_json: bool, valid_from: datetime | None) -> int:
    """Add and change products, their prices and tax rates; what FILE does not name stays as it is."""
    data = files.read(file)
    on = valid_from.date() if valid_from else None
    items = data.get("items", []) if isinstance(data, Mapping) else data
    return _import(
        file,
        organisation,
        dry_run,
        as_json,
        items,
        lambda session: catalogue_import.import_catalogue(session, data, on),
    )


@command.command(
    epilog=f"Columns: {ledger_import.RETAILER_COLUMNS.replace(',', ', ')}. language is one of"
    f" {', '.join(i18n.LANGUAGES)}; state is the two-digit GST code or its name; credit_limit empty means no credit, 0"
    " means prepay; price_class and route are among those of the selling rules; sez is yes for a unit in a special"
    " economic zone. A shop is known by code."
)
@_options
def retailers(file: Path, organisation: str, dry_run: bool, as_json: bool) -> int:
    """Add and change shops with their credit terms."""
    rows = files.rows_of(file)

    def work(session: Session) -> Report:
        return ledger_import.import_retailers(session, rows)

    return _import(file, organisation, dry_run, as_json, rows, work)


@command.command(
    epilog=f"Columns: {ledger_import.BALANCE_COLUMNS.replace(',', ', ')}. Days are 2026-11-20 or 20/11/2026."
    " A bill is known by its shop and number."
)
@_options
def balances(file: Path, organisation: str, dry_run: bool, as_json: bool) -> int:
    """Post what shops owed before Bahi, bill by bill."""
    rows = files.rows_of(file)

    def work(session: Session) -> Report:
        return ledger_import.import_balances(session, rows)

    return _import(file, organisation, dry_run, as_json, rows, work)


def _import(
    file: Path,
    organisation: str,
    dry_run: bool,
    as_json: bool,
    rows: Sequence[Mapping[str, Any]],
    work: Callable[[Session], Report],
) -> int:
    org_id = org.find(organisation)
    audit.act_as(org.ACTOR)
    with db.transaction(org_id) as session:
        report = work(session)
        if dry_run:
            session.rollback()
    _print(report, as_json, dry_run)
    beside = files.write_rejected(file, rows, report)
    if beside is not None:
        click.echo(f"{report.count('rejected')} rejected rows are in {beside}", err=True)
    return SOME_REJECTED if beside else 0


def _print(report: Report, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    for row in report.rows:
        click.echo(
            f"{row.number:>6}  {row.outcome:<9}  {row.key}" + "".join(f"\n{'':>19}{one}" for one in row.problems)
        )
    done = "would be " if dry_run else ""
    counts = ", ".join(f"{report.count(one)} {done}{one}" for one in ("added", "changed", "rejected"))
    click.echo(f"{counts}, {report.count('unchanged')} unchanged", err=True)
