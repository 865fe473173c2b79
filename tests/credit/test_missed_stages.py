"""Stages of reminders that nobody claimed on their day are written down, and never sent late."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import policy
from core import clock, db
from credit import days, missed_stages, openings, reminders
from parties import organisations
from parties.tables import Retailer

_KNOWN = "SELECT stage, status, skip_reason FROM reminder WHERE org_id = %s ORDER BY stage"


def test_a_stage_that_was_slept_through_is_noted_once_and_not_sent_later(
    org: UUID, home: object, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(org) as session:
        today = days.today(session)
        openings.owe(session, make_retailer(session).id, [openings.OpeningBill("1", today, 5_000, today)])
        assert missed_stages.note(session, organisations.get(session), today) == 0
    clock.advance(timedelta(days=4))
    with db.transaction(org) as session:
        today = days.today(session)
        assert [missed_stages.note(session, organisations.get(session), today) for _ in range(2)] == [2, 0]
        rows = db.execute(session, _KNOWN, (str(org),)).all()
        assert [tuple(row) for row in rows] == [("T+0", "skipped", "missed"), ("T+3", "skipped", "missed")]
        assert reminders.claim(session, today) == []


def test_a_stage_of_a_closed_day_is_not_missed_before_the_next_opening_is_over(
    org: UUID, home: object, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(org) as session:
        today = days.today(session)
        policy.change(session, {"holidays": [today.isoformat()]}, "festival")
        openings.owe(session, make_retailer(session).id, [openings.OpeningBill("1", today, 5_000, today)])
    found = []
    for _ in range(2):
        clock.advance(timedelta(days=1))
        with db.transaction(org) as session:
            organisation, day = organisations.get(session), days.today(session)
            found += [[one.name for one in missed_stages.find(session, organisation, today, day)]]
    assert found == [[], ["T+0"]]


def test_a_bill_that_came_after_the_day_of_a_stage_was_not_missed(
    org: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(org) as session:
        today = days.today(session)
        old = openings.OpeningBill("1", today - timedelta(days=9), 5_000, today - timedelta(days=5))
        openings.owe(session, make_retailer(session).id, [old])
        assert missed_stages.note(session, organisations.get(session), today) == 0
