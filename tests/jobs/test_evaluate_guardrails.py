"""The rules of credit by the clock: at night only looked at, in the morning applied, and the shop is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from core import clock, events
from core.outbox import OutboxMessage
from credit import accounts, bills, days, decisions, payments
from jobs import evaluate_guardrails, expire_pending, periodic
from orders import catalogue_import, holding, listing, ordering
from orders.quotes import Wanted
from orders.settings import OrderSettings
from parties.tables import Organisation, Retailer
from tests.orders.conftest import item

Make = Callable[..., Retailer]


def owe(session: Session, shop: UUID, late: int) -> None:
    on = days.today(session) - timedelta(days=late)
    bills.post(session, bills.Posting(shop, bills.OPENING, f"OLD-{late}", on, on, 1_000, {"opening_balance": 1_000}))


def status(session: Session, shop: UUID) -> str:
    return decisions.status_of(accounts.get(session, shop))


def slot(job: str, local: str) -> str | None:
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Kolkata"))
    (found,) = [one for one in periodic.TABLE if one.name == job]
    return found.slot(Organisation(settings={}), at)


@pytest.mark.parametrize(
    ("job", "local", "due"),
    [
        ("guardrails", "2026-03-02T03:59", None),
        ("guardrails", "2026-03-02T04:00", "2026-03-02"),
        ("guardrails", "2026-03-02T23:30", "2026-03-02"),
        ("auto_pause", "2026-03-02T10:59", None),
        ("auto_pause", "2026-03-02T11:00", "2026-03-02"),
        ("auto_pause", "2026-03-02T19:00", None),
    ],
)
def test_the_rules_are_looked_at_at_four_and_applied_at_eleven(job: str, local: str, due: str | None) -> None:
    assert slot(job, local) == due


def test_at_night_shops_are_watched_and_in_the_morning_paused(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session).id
    owe(session, shop, 50)
    assert evaluate_guardrails.look(session)["changed"] == 1
    assert status(session, shop) == "WATCH"
    assert evaluate_guardrails.apply(session) == {"changed": 1, "placed": 0}
    assert status(session, shop) == "PAUSED"
    assert evaluate_guardrails.apply(session)["changed"] == 0


def test_a_night_ends_temporary_limits_that_ran_out(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session).id
    until = days.today(session)
    accounts.set_terms(session, shop, accounts.Terms(temporary_limit_minor=500, temporary_until=until), "festival")
    assert evaluate_guardrails.look(session)["limits_ended"] == 0
    clock.advance(timedelta(days=1))
    assert evaluate_guardrails.look(session)["limits_ended"] == 1


def test_a_held_order_is_placed_when_the_cause_is_gone_and_the_shop_hears_of_it(
    session: Session, make_retailer: Make
) -> None:
    catalogue_import.import_catalogue(session, {"items": [item()]})
    shop = make_retailer(session).id
    owe(session, shop, 50)
    evaluate_guardrails.apply(session)
    events.follow(session)
    order = ordering.place(session, shop, [Wanted("COKE-500", 1, "case")], "CREDIT").order
    holding.hold(session, order.id)
    assert evaluate_guardrails.release(session) == {"placed": 0}
    payments.record(session, payments.NewPayment(shop, 1_000, "cash"))
    events.forget(session)  # as if the room had come by nothing that anybody did
    assert evaluate_guardrails.release(session) == {"placed": 1}
    events.follow(session)
    assert listing.get(session, order.id).status == "confirmed"
    said = [message.template for message in session.query(OutboxMessage).order_by(OutboxMessage.created_at)]
    assert said == ["credit_paused", "order_released"]


def test_what_was_held_too_long_lapses(session: Session, make_retailer: Make) -> None:
    catalogue_import.import_catalogue(session, {"items": [item()]})
    shop = make_retailer(session, limit_minor=0).id
    holding.hold(session, ordering.place(session, shop, [Wanted("COKE-500", 1, "case")], "CREDIT").order.id)
    assert expire_pending.run(session) == {"expired": 0, "held_expired": 0}
    clock.advance(timedelta(days=OrderSettings().hold_days, minutes=1))
    assert expire_pending.run(session) == {"expired": 0, "held_expired": 1}
