"""Promises to pay: kept by money, broken by the calendar, and quiet until then."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db
from core.audit import AuditEntry
from core.errors import Invalid
from credit import adjustments, days, ladder, payments, promises, reminders
from credit.arrangements import Promise
from credit.tables import Bill
from parties.tables import Retailer
from reports import doctor
from reports.invariants import i22_audited

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def pay(session: Session, shop: Retailer, amount_minor: int) -> None:
    payments.record(session, payments.NewPayment(shop.id, amount_minor, "cash"))


def promise(session: Session, shop: Retailer, amount_minor: int = 500, within: int = 3) -> Promise:
    return promises.make(session, shop.id, amount_minor, days.today(session) + timedelta(days=within))


def status(session: Session, made: Promise) -> str:
    session.refresh(made)
    return made.status


def test_a_promise_is_kept_by_enough_money_in_parts(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 900)
    made = promise(session, shop)
    pay(session, shop, 499)
    assert status(session, made) == "open"
    pay(session, shop, 1)
    assert status(session, made) == "kept"


def test_a_credit_keeps_no_promise(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 900)
    made = promise(session, shop)
    adjustments.create(session, adjustments.Adjustment(shop.id, "goodwill", 900, "old friend", "owner"))
    assert status(session, made) == "open"


def test_money_that_was_taken_back_keeps_no_promise(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    made = promise(session, shop)
    wrong = payments.record(session, payments.NewPayment(shop.id, 400, "cash"))
    payments.reverse(session, wrong.payment_id, "another shop's")
    pay(session, shop, 200)
    assert status(session, made) == "open"


def test_a_promise_breaks_when_its_day_is_over_and_not_before(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    made = promise(session, shop, within=2)
    assert promises.settle_due(session, made.promised_on) == []
    assert promises.settle_due(session, made.promised_on + timedelta(days=1)) == [shop.id]
    assert status(session, made) == "broken"
    assert promises.settle_due(session, made.promised_on + timedelta(days=2)) == []
    told = session.scalars(select(AuditEntry.action).where(AuditEntry.chain_id == shop.id).order_by(AuditEntry.seq))
    assert list(told)[-2:] == ["promise.made", "promise.broken"]


def test_one_promise_at_a_time(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    first = promise(session, shop)
    with pytest.raises(promises.PromiseOpen):
        promise(session, shop)
    promises.withdraw(session, first.id, "misheard")
    assert status(session, first) == "withdrawn"
    with pytest.raises(promises.PromiseOver):
        promises.withdraw(session, first.id, "again")
    promise(session, shop)


@pytest.mark.parametrize(("amount_minor", "within"), [(0, 3), (500, -1), (500, promises.LONGEST_DAYS + 1)])
def test_what_is_no_promise_is_refused(session: Session, make_retailer: Make, amount_minor: int, within: int) -> None:
    with pytest.raises(Invalid):
        promise(session, make_retailer(session), amount_minor, within)


def skips(session: Session, today: date) -> list[str | None]:
    return [line.skip_reason for line in reminders.preview(session, today)]


def test_nobody_is_reminded_until_the_end_of_the_promised_day(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop, today = make_retailer(session), days.today(session)
    bill(session, shop.id, 900, due_in=3)
    promise(session, shop, within=3)
    assert skips(session, today + timedelta(days=3)) == ["promised"]
    assert skips(session, today + timedelta(days=6)) == [None]


@pytest.mark.parametrize(("waits", "then"), [(0, "open"), (5, "broken")])
def test_money_that_went_back_keeps_no_promise(
    session: Session, make_retailer: Make, bill: Post, waits: int, then: str
) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000)
    promise = promises.make(session, shop, 1_000, days.today(session) + timedelta(days=3))
    paid = payments.record(session, payments.NewPayment(shop, 1_000, "upi"))
    session.refresh(promise)
    assert promise.status == "kept"
    clock.advance(timedelta(days=waits))
    payments.reverse(session, paid.payment_id, "the bank took it back")
    session.refresh(promise)
    assert promise.status == then
    assert doctor.examine(session, i22_audited.INVARIANT, db.org_of(session), doctor.FULL).violations == ()


def test_a_newer_promise_stands_in_the_place_of_one_that_was_not_kept_after_all(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop, on = make_retailer(session).id, days.today(session) + timedelta(days=3)
    bill(session, shop, 2_000)
    older = promises.make(session, shop, 1_000, on)
    paid = payments.record(session, payments.NewPayment(shop, 1_000, "upi"))
    promises.make(session, shop, 2_000, on)
    payments.reverse(session, paid.payment_id, "the bank took it back")
    session.refresh(older)
    assert older.status == "withdrawn"


def test_money_that_is_booked_after_the_promised_day_keeps_the_promise_that_was_called_broken(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    ladder.configure(session, {"pause": {"broken_promises": 1}}, "strict")
    shop = make_retailer(session).id
    bill(session, shop, 1_000)
    made = promises.make(session, shop, 1_000, days.today(session))
    clock.advance(timedelta(days=1))
    assert promises.settle_due(session, days.today(session)) == [shop]
    stopped = ladder.evaluate(session, shop, "daily")
    assert stopped.was != stopped.status == "PAUSED"
    yesterday = days.today(session) - timedelta(days=1)
    payments.record(session, payments.NewPayment(shop, 400, "upi", received_on=yesterday))
    assert status(session, made) == "broken"
    assert ladder.look(session, shop).status == "PAUSED"
    paid = payments.record(session, payments.NewPayment(shop, 600, "upi", received_on=yesterday))
    assert status(session, made) == "kept"
    now = ladder.look(session, shop)
    assert (now.status, now.facts.broken_promises) == ("OK", 0)
    of_promise = select(AuditEntry).where(AuditEntry.action.like("promise.%")).order_by(AuditEntry.seq)
    told = [(entry.action, entry.reason) for entry in session.scalars(of_promise)]
    assert told[-3:] == [("promise.broken", None), ("promise.unbroken", promises.BOOKED_LATE), ("promise.kept", None)]
    payments.reverse(session, paid.payment_id, "the bank took it back")
    assert status(session, made) == "broken"
    assert doctor.examine(session, i22_audited.INVARIANT, db.org_of(session), doctor.FULL).violations == ()


def test_money_dated_after_the_promised_day_leaves_the_promise_broken(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session).id
    made = promises.make(session, shop, 1_000, days.today(session))
    clock.advance(timedelta(days=2))
    promises.settle_due(session, days.today(session))
    on = days.today(session) - timedelta(days=1)
    payments.record(session, payments.NewPayment(shop, 1_000, "upi", received_on=on))
    assert status(session, made) == "broken"
