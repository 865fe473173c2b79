"""The statement and the profile of a past day: they add up, and tell what was true then."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import clock, db, ids
from core.errors import Invalid
from credit import (
    accounts,
    adjustments,
    advances,
    bills,
    days,
    decisions,
    disputes,
    ledger,
    pauses,
    payments,
    reservations,
)
from credit.tables import Bill
from parties.tables import Retailer
from reports import profile, statement

Make = Callable[..., Retailer]
Owe = Callable[..., Bill]


def test_every_movement_has_the_balance_after_it(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop, today = make_retailer(session), days.today(session)
    owe(session, shop.id, 400, due_in=-50, bill_on=today - timedelta(days=60))
    late = owe(session, shop.id, 1_000, due_in=-3, bill_on=today - timedelta(days=9))
    paid = payments.record(session, payments.NewPayment(shop.id, 700, "upi", "412345678901", today - timedelta(days=2)))
    adjustments.create(session, adjustments.Adjustment(shop.id, "damage", 50, "broken", "owner", late.id))
    payments.reverse(session, paid.payment_id, "another shop's", 20)
    told = statement.of(session, shop.id)
    assert told.opening_minor == 400
    assert [(line.kind, line.debit_minor, line.credit_minor, line.balance_minor) for line in told.lines] == [
        ("bill.invoice", 1_000, 0, 1_400),
        ("payment.recorded", 0, 700, 700),
        ("credit.damage", 0, 50, 650),
        ("payment.reversed", 700, 0, 1_350),
        ("bill.charge", 20, 0, 1_370),
    ]
    assert told.closing_minor == 1_370 == accounts.position(session, shop.id).outstanding_minor
    assert told.opening_minor + told.debits_minor - told.credits_minor == told.closing_minor
    assert told.lines[2].note == "broken"


def test_two_periods_meet_without_gap_or_overlap(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop, today = make_retailer(session), days.today(session)
    for age in range(6):
        owe(session, shop.id, 100 + age, due_in=0, bill_on=today - timedelta(days=age))
    border = today - timedelta(days=3)
    first = statement.of(session, shop.id, today - timedelta(days=90), border)
    second = statement.of(session, shop.id, border + timedelta(days=1), today)
    assert first.closing_minor == second.opening_minor > 0
    assert len(first.lines) + len(second.lines) == 6


def test_a_dispute_shows_as_what_it_is(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop = make_retailer(session)
    dispute = disputes.start(session, owe(session, shop.id, 500, due_in=3).id, 200, "short")
    told = statement.of(session, shop.id)
    assert (told.closing_minor, told.disputed_minor) == (300, 200)
    disputes.settle(session, dispute.id, 0, "delivered", "owner")
    told = statement.of(session, shop.id)
    assert (told.closing_minor, told.disputed_minor) == (500, 0)
    assert [line.kind for line in told.lines][1] == "credit.dispute"


@pytest.mark.parametrize(
    ("from_on", "to_on"), [(date(2026, 2, 1), date(2026, 1, 1)), (date(1, 1, 1), None), (None, date(1, 1, 1))]
)
def test_what_is_no_period_is_refused(
    session: Session, make_retailer: Make, from_on: date | None, to_on: date | None
) -> None:
    with pytest.raises(Invalid):
        statement.of(session, make_retailer(session).id, from_on, to_on)


def test_too_many_movements_ask_for_a_shorter_period(
    session: Session, make_retailer: Make, owe: Owe, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_retailer(session)
    monkeypatch.setattr(statement, "MAX_LINES", 2)
    for amount_minor in (1, 2, 3):
        owe(session, shop.id, amount_minor, due_in=0)
    with pytest.raises(statement.TooLong):
        statement.of(session, shop.id)


@pytest.mark.usefixtures("midday")
def test_a_past_day_is_told_as_it_was(org: UUID, make_retailer: Make, owe: Owe) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session, limit_minor=10_000).id
        first_day = days.today(session)
        owe(session, shop, 3_000, due_in=5, bill_on=first_day)
        order = ids.new()
        reservations.reserve(session, shop, order, 2_000)
    clock.advance(timedelta(days=2))
    with db.transaction(org) as session:
        pauses.pause(session, shop, "overdue_days 50 (from 45)", decisions.AUTOMATIC)
        clock.advance(timedelta(hours=1))
        taken_over_at = clock.now()
        pauses.pause(session, shop, "a look at the books")  # staff take it over
        reservations.void(session, order)
        payments.record(session, payments.NewPayment(shop, 3_000, "cash"))
    clock.advance(timedelta(days=2))
    with db.transaction(org) as session:
        pauses.unpause(session, shop, "all is well")
        accounts.set_terms(session, shop, accounts.Terms(limit_minor=500), "smaller shop")
        seen = [profile.of(session, shop, first_day + timedelta(days=age)) for age in (-1, 0, 3, 4)]
        assert ledger.receivable(session, shop, first_day) == 3_000
        assert bills.open_bills(session, shop) == []
    assert [(one.limit_minor, one.outstanding_minor, one.reserved_minor, one.status) for one in seen] == [
        (None, 0, 0, "active"),
        (10_000, 3_000, 2_000, "active"),
        (10_000, 0, 0, "paused"),
        (500, 0, 0, "active"),
    ]
    assert [one.credit_status for one in seen] == [None, "OK", "PAUSED", "OK"]
    assert [bill.open_minor for bill in seen[1].open_bills] == [3_000]
    assert seen[2].pause_reason == "a look at the books"
    assert seen[2].paused_at < taken_over_at
    assert (seen[3].paused_at, seen[3].pause_reason) == (None, None)
    assert seen[1].guardrails["limit_minor"] == 10_000


def test_payments_of_a_past_day_have_the_status_and_the_rest_of_then(
    org: UUID, home: Path, make_retailer: Make, owe: Owe
) -> None:
    with db.transaction(org) as session:
        shop, first_day = make_retailer(session).id, days.today(session)
        owe(session, shop, 1_000, due_in=5, bill_on=first_day)
        paid = payments.record(session, payments.NewPayment(shop, 1_500, "cash"))
    clock.advance(timedelta(days=1))
    with db.transaction(org) as session:
        bill = owe(session, shop, 300, due_in=5, bill_on=days.today(session))
        advances.apply(session, shop, ((bill.id, 300),))
    clock.advance(timedelta(days=1))
    with db.transaction(org) as session:
        payments.reverse(session, paid.payment_id, "false notes")
        seen = [profile.of(session, shop, first_day + timedelta(days=age)) for age in (0, 1, 2)]
        clock.advance(timedelta(days=1))
        seen.append(profile.of(session, shop, first_day + timedelta(days=2)))
    told = [(one.status, one.unapplied_minor) for one in (day.last_payments[0] for day in seen)]
    assert told == [("posted", 500), ("posted", 200), ("reversed", 0), ("reversed", 0)]
    assert [day.on_account_minor for day in seen] == [500, 200, 0, 0]
