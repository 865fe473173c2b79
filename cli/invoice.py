"""`bahi invoice`: the arithmetic of a document without a database."""

import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import click

from core.errors import DomainError
from invoicing.irn import TYPES, irn_of
from invoicing.preview import preview as preview_of
from invoicing.preview_fields import MoneyNotRead
from reports import period, plain_json
from reports.returns import worked
from reports.returns.gstr1 import compute as gstr1_of

KINDS = {code: kind for kind, code in TYPES.items()}
MAX_INPUT_CHARACTERS = 5_000_000
JSON_FILE = click.File("r", encoding="utf-8")
STANDARD_INPUT = ("-", "<stdin>")
BYTE_ORDER_MARK = "\ufeff"  # editors on Windows begin a file with one


@click.group("invoice")
def command() -> None:
    """Tax documents: check what one comes to."""


@command.command()
@click.argument("file", type=JSON_FILE)
@click.option("--original", type=JSON_FILE, help="The document that a credit note corrects.")
def preview(file: TextIO, original: TextIO | None) -> None:
    """Print lines, totals, tax by rate, round-off and grand total of the document in FILE (`-` reads stdin)."""
    source = _read(file)
    if original is not None and isinstance(source, dict):
        source["against"] = _read(original)
    elif isinstance(source, dict) and isinstance(source.get("against"), str):
        source["against"] = _beside(file.name, source["against"])
    try:
        result = preview_of(source)
    except MoneyNotRead as error:
        raise click.UsageError(f"{file.name}: {error}") from error
    except DomainError as error:
        click.echo(f"{file.name}: {error}", err=True)
        sys.exit(1)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


@command.command()
@click.argument("file", type=JSON_FILE)
@click.option("--month", "text", help="Which month, such as 2026-11; the file's own `month` when left out.")
def gstr1(file: TextIO, text: str | None) -> None:
    """Print the GSTR-1 of the documents in FILE: `{"month": ..., "documents": [{"number": ..., "input": ...}]}`."""
    source = _read(file)
    if not isinstance(source, dict):
        raise click.UsageError(f"{file.name} holds no JSON object")
    try:
        found = worked.documents(source.get("documents", []))
        filed = gstr1_of(found[0].seller, period.month(text or str(source.get("month"))), found)
    except DomainError as error:
        click.echo(f"{file.name}: {error}", err=True)
        sys.exit(1)
    click.echo("".join(plain_json.pieces(filed)))


@command.command()
@click.option("--gstin", required=True, help="The seller's.")
@click.option("--type", "kind", required=True, type=click.Choice(sorted(KINDS)), help="Of the document.")
@click.option("--number", required=True)
@click.option("--date", "on", required=True, type=click.DateTime(["%Y-%m-%d"]))
def irn(gstin: str, kind: str, number: str, on: datetime) -> None:
    """Print the invoice reference number (IRN) that a document must have, to compare it with the portal's."""
    click.echo(irn_of(gstin.strip().upper(), KINDS[kind], number.strip(), on.date()))


def _beside(path: str, name: str) -> Any:
    """The original that a note names, when a file of that name lies next to the note's; else the name itself."""
    folder = Path(path).parent
    if path in STANDARD_INPUT or f"{name}.json" not in {found.name for found in folder.glob("*.json")}:
        return name
    original = folder / f"{name}.json"
    with original.open(encoding="utf-8") as file:
        return _read(file)


def _read(file: TextIO) -> Any:
    try:
        text = file.read(MAX_INPUT_CHARACTERS + 1)
        if len(text) > MAX_INPUT_CHARACTERS:
            raise click.UsageError(f"{file.name} is larger than {MAX_INPUT_CHARACTERS} characters")
        given = json.loads(text.removeprefix(BYTE_ORDER_MARK), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:  # a number can be too large for a decimal
        raise click.UsageError(f"{file.name} is not JSON: {error}") from error
    # A whole example (`{"input": ..., "expected": ...}`) is accepted as well as its input alone.
    return given["input"] if isinstance(given, dict) and isinstance(given.get("input"), dict) else given
