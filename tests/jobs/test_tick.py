"""What is due by local time runs once per slot, whenever somebody ticks."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import policy
from core import clock, db
from credit import bills
from invoicing.settings import InvoicingSettings
from jobs import leading, periodic, tick
from jobs.periodic import Periodic, by_day, every_hours
from parties.tables import Organisation, Retailer
from tests.twilio_stand_in import TwilioStandIn

Statement = Callable[..., list[Any]]
MakeRetailer = Callable[..., Retailer]

INDIA = Organisation(timezone="Asia/Kolkata", settings={})


def at(local: str) -> datetime:
    """A moment in India."""
    return datetime.fromisoformat(f"{local}+05:30")


@pytest.mark.parametrize(
    ("local", "slot"),
    [
        ("2026-12-01T09:59:59", None),
        ("2026-12-01T10:00:00", "2026-12-01T10:00"),
        ("2026-12-01T10:29:59", "2026-12-01T10:15"),
        ("2026-12-01T18:59:59", "2026-12-01T18:45"),
        ("2026-12-01T19:00:00", None),
    ],
)
def test_reminders_are_due_from_ten_until_quiet_hours(local: str, slot: str | None) -> None:
    assert by_day(lambda hours: hours.reminders_at, 15)(INDIA, at(local)) == slot


def test_reminders_set_to_the_night_wait_for_the_end_of_quiet_hours() -> None:
    early = Organisation(timezone="Asia/Kolkata", settings={"reminders_at": "06:00"})
    assert by_day(lambda hours: hours.reminders_at, 15)(early, at("2026-12-01T08:30:00")) is None
    assert by_day(lambda hours: hours.reminders_at, 15)(early, at("2026-12-01T09:00:00")) == "2026-12-01T09:00"


def test_four_stretches_a_day() -> None:
    slots = {every_hours(6)(INDIA, at(f"2026-12-01T{hour:02d}:30:00")) for hour in range(24)}
    assert sorted(str(slot) for slot in slots) == [f"2026-12-01T{hour:02d}" for hour in (0, 6, 12, 18)]


def always(work: Callable[[Session], dict[str, int]]) -> Periodic:
    return Periodic("test", lambda _organisation, local: local.date().isoformat(), work)


def test_a_slot_runs_once(org: UUID) -> None:
    ran: list[int] = []
    job = always(lambda _session: ran.append(1) or {"done": 1})  # type: ignore[func-returns-value]
    assert tick.run_if_due(org, job)
    assert not tick.run_if_due(org, job)
    clock.advance(timedelta(days=1))
    assert tick.run_if_due(org, job)
    assert len(ran) == 2


def test_a_failed_run_leaves_nothing_and_is_repeated(org: UUID, statement: Statement) -> None:
    def fail(session: Session) -> dict[str, int]:
        policy.change(session, {"invoice_prefix": "XX"}, "test")
        raise RuntimeError("on purpose")

    assert not tick.run_if_due(org, always(fail))
    assert statement("SELECT status FROM job_run WHERE job = 'test'")[0][0] == "failed"
    with db.transaction(org) as session:
        assert InvoicingSettings.current(session).invoice_prefix is None
    assert tick.run_if_due(org, always(lambda _session: {}))


def test_a_run_whose_process_died_is_repeated(org: UUID, statement: Statement) -> None:
    today = clock.today("Asia/Kolkata").isoformat()
    statement(
        "INSERT INTO job_run (org_id, job, slot, status, started_at) VALUES (%s, 'test', %s, 'running', now())",
        org,
        today,
    )
    assert tick.run_if_due(org, always(lambda _session: {"done": 1}))
    assert statement("SELECT status, result FROM job_run WHERE job = 'test'")[0] == ("done", {"done": 1})


def test_only_one_process_ticks_at_a_time(database: str) -> None:
    with leading.alone("bahi tick") as is_mine:
        assert is_mine
        others: list[bool] = []
        thread = threading.Thread(target=lambda: others.append(tick.tick()))
        thread.start()
        thread.join()
        assert others == [False]
    assert tick.tick()


@pytest.fixture
def owing(org: UUID, make_retailer: MakeRetailer) -> Retailer:
    """A shop whose bill of 20 November is due on 5 December."""
    with db.transaction(org) as session:
        retailer = make_retailer(session)
        bills.post(
            session,
            bills.Posting(
                retailer_id=retailer.id,
                kind="opening",
                reference="OB-1",
                bill_on=date(2026, 11, 20),
                due_on=date(2026, 12, 5),
                amount_minor=120_000,
                contra={"opening_balance": 120_000},
            ),
        )
    return retailer


def said(statement: Statement) -> list[tuple[str, str]]:
    rows = statement("SELECT template, params->>'amount' FROM outbox_message ORDER BY id")
    return [(template, amount) for template, amount in rows]


def test_each_stage_is_said_once_on_its_day_and_a_missed_one_never(
    twilio: TwilioStandIn, owing: Retailer, statement: Statement
) -> None:
    for day, hour in (
        ("2026-12-03", 11),
        ("2026-12-04", 10),
        ("2026-12-04", 17),
        ("2026-12-06", 10),
        ("2026-12-08", 18),
    ):
        clock.move_to(at(f"{day}T{hour}:30:00"))
        tick.tick()
        tick.tick()
    assert [template for template, _ in said(statement)] == ["payment_due_tomorrow", "payment_overdue_3d"]
    assert {amount for _, amount in said(statement)} == {"₹1,200"}


def test_nothing_is_said_at_night_and_what_was_missed_is_caught_up_the_same_day(
    twilio: TwilioStandIn, owing: Retailer, statement: Statement
) -> None:
    clock.move_to(at("2026-12-05T02:00:00"))
    tick.tick()
    assert said(statement) == []
    clock.move_to(at("2026-12-05T18:40:00"))
    tick.tick()
    assert [template for template, _ in said(statement)] == ["payment_due_today"]


def test_every_job_of_the_table_runs_on_an_empty_shop(org: UUID, statement: Statement) -> None:
    clock.move_to(datetime(2026, 12, 1, 6, 0, tzinfo=UTC))
    for job in periodic.TABLE:
        assert tick.run_if_due(org, job), job.name
    assert {status for (status,) in statement("SELECT status FROM job_run")} == {"done"}
