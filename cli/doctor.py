"""`bahi doctor`: is everything as it must be?"""

import json
from dataclasses import asdict

import click

from bot import flow
from cli import org as organisation
from reports import doctor, invariants
from reports.invariants import i14_conversation_states

MARKS = {doctor.HOLDS: "ok  ", doctor.VIOLATED: "FAIL", doctor.UNCHECKED: "??  "}


@click.command()
@click.option("--org", help="Look at this organisation only (org_...).")
@click.option("--fast", "mode", flag_value=doctor.FAST, default=doctor.FAST, help="What is quick to check (default).")
@click.option("--full", "mode", flag_value=doctor.FULL, help="Read whole histories too: every hash, every journal.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(org: str | None, mode: str, as_json: bool) -> int:
    """Check every invariant of the live database.

    Exit code 0: all hold. 1: a violation. 2: something could not be checked. 4: there is no such organisation.
    """
    i14_conversation_states.declare(flow.known_states())
    findings = doctor.check(organisation.find(org) if org else None, mode)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            show(finding)
        for identifier, reason in invariants.NOT_APPLICABLE.items():
            click.echo(f"n/a  {identifier} Not checked: {reason}.")
    code = doctor.exit_code(findings)
    held = sum(finding.status == doctor.HOLDS for finding in findings)
    click.echo(f"{held} of {len(findings)} invariants hold.", err=True)
    return code


def show(finding: doctor.Finding) -> None:
    """One line per invariant; what is wrong and what to do below it."""
    severity = f" [{finding.severity}]" if finding.status == doctor.VIOLATED else ""
    click.echo(f"{MARKS[finding.status]} {finding.id} {finding.title}{severity}")
    for violation in finding.violations:
        click.echo(f"       {violation}")
    if finding.count > len(finding.violations):
        click.echo(f"       and {finding.count - len(finding.violations)} more")
    if finding.status == doctor.VIOLATED:
        click.echo(f"       Remedy: {finding.fix}")
