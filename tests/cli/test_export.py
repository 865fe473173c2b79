"""`bahi export`: a file that is there whole or not at all."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from cli import export
from core import db
from core.audit import AuditEntry
from parties import organisations


def run(org: UUID, *arguments: str) -> Result:
    name, *rest = arguments
    return CliRunner().invoke(export.command, [name, "--org", organisations.public_id(org), *rest])


def test_the_journal_goes_to_stdout_or_to_a_file(org: UUID, tmp_path: Path) -> None:
    printed = run(org, "journal").stdout
    assert printed.startswith("; Books of Shree Ganesh Traders")
    file = tmp_path / "books.journal"
    done = run(org, "journal", "--output", str(file))
    assert done.stdout == ""
    assert file.read_text() == printed


def test_an_export_is_noted(org: UUID) -> None:
    run(org, "journal", "--as-of", "2026-11-20")
    with db.transaction(org) as session:
        entry = session.query(AuditEntry).filter_by(action="export.requested").one()
    assert (entry.actor, entry.after) == ("cli", {"export": "journal", "as_of": "2026-11-20"})


def test_a_file_that_cannot_be_finished_leaves_the_old_one(org: UUID, tmp_path: Path) -> None:
    file = tmp_path / "books.journal"
    file.write_text("as it was")

    def broken():  # type: ignore[no-untyped-def]
        yield "half"
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        export.save(broken(), file)
    assert file.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [file]


def test_an_organisation_that_does_not_exist_is_not_found() -> None:
    answer = CliRunner().invoke(export.command, ["journal", "--org", "org_00000000000000000000000000"])
    assert answer.exception is not None
    assert getattr(answer.exception, "code", "") == "NOT_FOUND"


def test_a_months_return_is_json(org: UUID, tmp_path: Path) -> None:
    file = tmp_path / "gstr1.json"
    assert run(org, "gstr1", "--month", "2026-11", "--output", str(file)).exception is None
    assert json.loads(file.read_text()) == {
        "gstin": "27AAPFU0939F1ZV", "fp": "112026", "version": "GST3.2.4", "hash": "hash",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (("sales-register", "--month", "2026-11"), b"\xef\xbb\xbfdate,"),
        (("sales-register", "--month", "2026-11", "--format", "xlsx"), b"PK"),
        (("einvoice", "--month", "2026-11"), b"[]"),
        (("tally", "--from", "2026-11-01", "--to", "2026-11-30"), b"<?xml"),
    ],
)
def test_the_other_books_are_written_too(org: UUID, arguments: tuple[str, ...], begins: bytes, tmp_path: Path) -> None:
    file = tmp_path / "out"
    assert run(org, *arguments, "--output", str(file)).exception is None
    assert file.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    "arguments",
    [
        ("sales-register",),
        ("tally", "--month", "2026-13"),
        ("gstr1", "--month", "November"),
        ("einvoice", "--from", "2026-11-02", "--to", "2026-11-01"),
    ],
)
def test_days_that_are_none_are_a_usage_error(org: UUID, arguments: tuple[str, ...]) -> None:
    assert run(org, *arguments).exit_code == 2
