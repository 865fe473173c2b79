"""Disputes: what is contested stands aside, and comes back exactly."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from core import ids
from core.errors import Forbidden, Invalid, NotFound
from credit import accounts, allocating, bills, disputes, guardrails, ledger, payments, reminders
from credit import days as business_days
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def allowed(session: Session, shop: Retailer, amount_minor: int) -> bool:
    return guardrails.judge(session, shop.id, amount_minor).allowed


def test_a_disputed_bill_is_not_overdue_and_takes_nothing_of_the_limit(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session, limit_minor=1_000, max_outstanding_days=30)
    old = bill(session, shop.id, 900, due_in=-31)
    assert not allowed(session, shop, 100)
    dispute = disputes.start(session, old.id, 900, "never delivered")
    assert allowed(session, shop, 1_000)
    assert (ledger.receivable(session, shop.id), ledger.disputed(session, shop.id)) == (0, 900)
    disputes.settle(session, dispute.id, 0, "the driver has the signature", "accountant")
    assert not allowed(session, shop, 100)
    assert (ledger.receivable(session, shop.id), ledger.disputed(session, shop.id)) == (900, 0)


def test_a_reminder_asks_for_the_undisputed_part_only(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    due = bill(session, shop.id, 900, due_in=0)
    disputes.start(session, due.id, 400, "two crates short")
    [line] = reminders.preview(session, business_days.today(session))
    assert (line.open_minor, line.skip_reason) == (500, None)


def test_what_is_accepted_becomes_an_adjustment_and_the_rest_is_owed_as_before(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 500, reference="OLD", due_in=-9)
    late = bill(session, shop.id, 900, reference="NEW", due_in=-3)
    dispute = disputes.start(session, late.id, 400, "two crates short")
    settled = disputes.settle(session, dispute.id, 150, "one crate", "accountant", "short_supply")
    assert (settled.status, settled.accepted_minor) == ("settled", 150)
    assert [(one.reference, one.open_minor, one.due_on) for one in bills.open_bills(session, shop.id)] == [
        ("OLD", 500, bills.open_bills(session, shop.id)[0].due_on),
        ("NEW", 750, late.due_on),
    ]
    assert accounts.position(session, shop.id).outstanding_minor == 1_250 == ledger.receivable(session, shop.id)


def test_money_that_came_in_meanwhile_stays_where_it_was_put(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    late = bill(session, shop.id, 900)
    dispute = disputes.start(session, late.id, 400, "two crates short")
    paid = payments.record(session, payments.NewPayment(shop.id, 600, "cash"))
    assert paid.unapplied_minor == 100
    disputes.settle(session, dispute.id, 400, "right", "owner", "return")
    assert bills.open_bills(session, shop.id) == []
    assert accounts.position(session, shop.id).outstanding_minor == -100


def test_no_more_is_disputed_than_is_open(session: Session, make_retailer: Make, bill: Post) -> None:
    late = bill(session, make_retailer(session).id, 900)
    disputes.start(session, late.id, 600, "spoilt")
    with pytest.raises(allocating.OverAllocated):
        disputes.start(session, late.id, 301, "spoilt too")
    with pytest.raises(Invalid):
        disputes.start(session, late.id, 0, "nothing")
    with pytest.raises(NotFound):
        disputes.start(session, ids.new(), 5, "what bill")


def test_a_dispute_is_settled_once_within_its_amount_by_a_role_that_may(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    late = bill(session, make_retailer(session).id, 900)
    dispute = disputes.start(session, late.id, 600, "spoilt")
    with pytest.raises(Invalid):
        disputes.settle(session, dispute.id, 601, "too much", "owner")
    with session.begin_nested() as attempt:
        with pytest.raises(Forbidden):
            disputes.settle(session, dispute.id, 600, "forget it", "accountant", "write_off")
        attempt.rollback()
    disputes.settle(session, dispute.id, 600, "right", "owner")
    with pytest.raises(disputes.DisputeSettled):
        disputes.settle(session, dispute.id, 0, "no", "owner")


def test_a_freeze_ends_by_settling_only(session: Session, make_retailer: Make, bill: Post) -> None:
    late = bill(session, make_retailer(session).id, 900)
    dispute = disputes.start(session, late.id, 600, "spoilt")
    with pytest.raises(Invalid):
        payments.reverse(session, dispute.freeze_id, "go away")
