"""`bahi audit`: the ends of the audit chains outside the database, and whether the chains still agree with them."""

import json
from dataclasses import asdict
from uuid import UUID

import click

from cli import doctor as doctors
from core import anchors, db
from parties import organisations
from reports import trail


@click.group("audit")
def command() -> None:
    """Anchor the audit trail outside the database, and verify it."""


@command.command()
@click.option("--org", "public", help="Only this organisation (org_...).")
def anchor(public: str | None) -> None:
    """Write the ends of the chains that moved to the file in BAHI_HOME/anchors. A job does it once an hour."""
    for org_id in _chosen(public):
        with db.transaction(org_id) as session:
            moved = anchors.append(session)
        click.echo(f"{organisations.public_id(org_id)}: {moved} chains moved; {anchors.path_of(org_id)}")


@command.command()
@click.option("--org", "public", help="Only this organisation (org_...).")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def verify(public: str | None, as_json: bool) -> int:
    """Recompute every chain and compare it with the anchors. Exit code 0: intact, 1: not, 2: could not be checked."""
    findings = {org_id: _verified(org_id) for org_id in _chosen(public)}
    if as_json:
        named = {organisations.public_id(org_id): asdict(found) for org_id, found in findings.items()}
        click.echo(json.dumps(named, indent=2, ensure_ascii=False, default=str))
    else:
        for org_id, found in findings.items():
            _show(org_id, found)
    return trail.exit_code(findings.values())


def _verified(org_id: UUID) -> trail.Verified:
    with db.transaction(org_id) as session:
        return trail.verify(session)


def _show(org_id: UUID, found: trail.Verified) -> None:
    since = found.anchored_at.isoformat() if found.anchored_at else "never"
    click.echo(
        f"{doctors.MARKS[found.status]} {organisations.public_id(org_id)}: {found.entries} entries in {found.chains}"
        f" chains, last anchored {since}"
    )
    for problem in found.problems:
        click.echo(f"       {problem}")


def _chosen(public: str | None) -> list[UUID]:
    if public:
        return [organisations.parse_id(public)]
    with db.transaction() as session:
        return organisations.ids_of_all(session)
