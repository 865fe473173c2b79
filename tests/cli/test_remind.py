"""`bahi remind` shows what would be said without saying it, and says it only in the hours for it."""

import json
from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from cli import remind
from core import clock, db
from core.errors import DomainError
from credit import bills
from parties import organisations
from parties.tables import Retailer

MakeRetailer = Callable[..., Retailer]


@pytest.fixture
def owing(org: UUID, make_retailer: MakeRetailer) -> list[Retailer]:
    """Two shops with a bill due on 5 December; the second one has its reminders paused."""
    shops = []
    with db.transaction(org) as session:
        for name in ("Sharma Kirana", "Gupta Stores"):
            shop = make_retailer(session, name=name, language="hi")
            shop.reminders_paused = name == "Gupta Stores"
            posting = bills.Posting(
                retailer_id=shop.id,
                kind="opening",
                reference="OB-1",
                bill_on=date(2026, 11, 20),
                due_on=date(2026, 12, 5),
                amount_minor=120_000,
                contra={"opening_balance": 120_000},
            )
            bills.post(session, posting)
            shops.append(shop)
    return shops


def run(org: UUID, *arguments: str) -> Result:
    return CliRunner().invoke(remind.command, ["--org", organisations.public_id(org), *arguments])


def queued(org: UUID) -> int:
    with db.transaction(org) as session:
        return int(db.execute(session, "SELECT count(*) FROM outbox_message").scalar())


def test_a_dry_run_names_text_and_reasons_and_changes_nothing(org: UUID, owing: list[Retailer]) -> None:
    answer = run(org, "--dry-run", "--date", "2026-12-04", "--json")
    rows = {row["retailer"]: row for row in json.loads(answer.stdout)}
    going, held = rows["Sharma Kirana"], rows["Gupta Stores"]
    assert (going["stage"], going["would_send"], going["open_minor"]) == ("T-1", True, 120_000)
    assert "OB-1" in going["text"]
    assert "₹1,200" in going["text"]
    assert "नमस्ते" in going["text"]
    assert (held["would_send"], held["skip_reason"], held["text"]) == (False, "reminders_paused", None)
    assert queued(org) == 0
    assert json.loads(run(org, "--dry-run", "--date", "2026-12-04", "--json").stdout) == json.loads(answer.stdout)


def test_for_people_it_is_a_few_lines(org: UUID, owing: list[Retailer]) -> None:
    said = run(org, "--dry-run", "--date", "2026-12-04").stdout
    assert "T-1  Sharma Kirana  bill OB-1, ₹1,200, due 2026-12-05" in said
    assert "not sent: reminders_paused" in said
    assert run(org, "--dry-run", "--date", "2026-12-01").stdout == "Nobody has a stage on this day.\n"


def test_without_dry_run_it_reminds_once(org: UUID, owing: list[Retailer]) -> None:
    clock.move_to(datetime.fromisoformat("2026-12-05T11:00:00+05:30"))
    assert json.loads(run(org, "--json").stdout) == {"reminded": 1, "failed": 0}
    assert json.loads(run(org, "--json").stdout) == {"reminded": 0, "failed": 0}
    assert queued(org) == 1


def test_nobody_is_reminded_at_night_even_by_hand(org: UUID, owing: list[Retailer]) -> None:
    clock.move_to(datetime.fromisoformat("2026-12-05T21:00:00+05:30"))
    answer = run(org)
    assert isinstance(answer.exception, DomainError)
    assert answer.exception.code == "QUIET_HOURS"
    assert queued(org) == 0


def test_another_day_is_for_dry_runs_only(org: UUID) -> None:
    assert run(org, "--date", "2026-12-05").exit_code == 2
