"""`bahi audit`: anchors are written, and what was anchored must be found again."""

from uuid import UUID

import click.testing
import pytest

from cli import audit as command_line
from core import anchors, db
from jobs import tick
from jobs.periodic import TABLE
from parties import organisations


def run(*arguments: str) -> click.testing.Result:
    return click.testing.CliRunner().invoke(command_line.command, list(arguments), standalone_mode=False)


def test_anchoring_says_what_moved_and_where_it_is_written(org: UUID) -> None:
    said = run("anchor", "--org", organisations.public_id(org)).stdout
    assert "1 chains moved" in said
    assert str(anchors.path_of(org)) in said
    assert "0 chains moved" in run("anchor", "--org", organisations.public_id(org)).stdout


def test_verifying_ends_with_zero_for_an_intact_trail_and_with_one_for_another(org: UUID) -> None:
    public = organisations.public_id(org)
    run("anchor", "--org", public)
    intact = run("verify", "--org", public)
    assert intact.return_value == 0, intact.output
    assert "2 entries in 1 chains" in intact.stdout
    with anchors.path_of(org).open("ab") as file:
        file.write(b"{}\n")
    changed = run("verify", "--org", public, "--json")
    assert changed.return_value == 1
    assert "line 2" in changed.stdout


def test_all_organisations_are_anchored_without_a_name(org: UUID) -> None:
    assert organisations.public_id(org) in run("anchor").stdout


@pytest.mark.parametrize("runs", [1, 2])
def test_the_job_anchors_once_an_hour(org: UUID, runs: int) -> None:
    job = next(job for job in TABLE if job.name == "anchor_audit")
    ran = [tick.run_if_due(org, job) for _ in range(runs)]
    assert ran == [True, False][:runs]
    assert len(anchors.lines(org)) == 1
    with db.transaction(org) as session:
        assert list(anchors.problems(session, org)) == []
