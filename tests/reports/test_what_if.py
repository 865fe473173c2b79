"""What other terms would have done to the orders that there were."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import clock
from credit import accounts, days, groups, payments
from orders import catalogue_import, dispatching, ordering
from orders.quotes import Wanted
from parties.tables import Retailer
from reports import what_if
from reports.what_if import Judged, Replay
from tests.orders.conftest import item

TOTAL = 86_400  # a case: 24 x 25.71 + 40 %, to the rupee
CASE = [Wanted("COKE-500", 1, "case")]


@pytest.fixture
def shop(session: Session, make_retailer: Callable[..., Retailer]) -> UUID:
    catalogue_import.import_catalogue(session, {"items": [item()]})
    return make_retailer(session, limit_minor=200_000, max_order_minor=None, max_outstanding_days=30).id


def order(session: Session, shop: UUID) -> str:
    clock.advance(timedelta(minutes=1))
    return ordering.place(session, shop, CASE, "CREDIT").order.status


def counts(replayed: Replay, side: str) -> tuple[int, int]:
    judged: Judged = getattr(replayed, side)
    return judged.allowed, judged.refused


def test_each_order_meets_the_books_of_its_moment(session: Session, shop: UUID) -> None:
    assert [order(session, shop) for _ in range(3)] == ["confirmed", "confirmed", "failed"]
    higher = what_if.replay(session, shop, {"limit_minor": 3 * TOTAL})
    assert (higher.orders, counts(higher, "now"), counts(higher, "changed")) == (3, (2, 1), (3, 0))
    (difference,) = higher.differences
    assert (difference.happened, difference.reserved_minor) == ("failed", 2 * TOTAL)
    assert difference.now.reasons[0].code == "CREDIT_LIMIT_EXCEEDED"
    lower = what_if.replay(session, shop, {"limit_minor": TOTAL})
    assert counts(lower, "changed") == (1, 2)
    assert lower.changed.by_reason == {"CREDIT_LIMIT_EXCEEDED": 2}
    assert lower.changed.refused_minor == 2 * TOTAL


def test_a_bill_that_was_paid_later_was_old_then(session: Session, shop: UUID) -> None:
    accounts.set_terms(session, shop, replace(accounts.terms_of(accounts.get(session, shop)), credit_days=0), "cash")
    first = ordering.place(session, shop, CASE, "CREDIT").order
    clock.advance(timedelta(minutes=1))
    dispatching.dispatch(session, first.id)
    clock.advance(timedelta(days=10))
    assert order(session, shop) == "confirmed"
    clock.advance(timedelta(minutes=1))
    payments.record(session, payments.NewPayment(shop, TOTAL, "cash"))
    assert order(session, shop) == "confirmed"
    strict = what_if.replay(session, shop, {"max_outstanding_days": 7})
    assert [one.changed.reasons[0].code for one in strict.differences] == ["OVERDUE_DAYS_EXCEEDED"]
    tolerant = what_if.replay(session, shop, {"max_outstanding_days": 7, "tolerance_minor": TOTAL})
    assert tolerant.differences == []


def test_the_same_terms_change_nothing_and_nothing_is_written(session: Session, shop: UUID) -> None:
    order(session, shop)
    before = accounts.get(session, shop).version
    assert what_if.replay(session, shop, {"limit_minor": 200_000}).differences == []
    assert accounts.get(session, shop).version == before


def test_orders_of_long_ago_are_left_out(session: Session, shop: UUID) -> None:
    order(session, shop)
    clock.advance(timedelta(days=91))
    assert what_if.replay(session, shop, {"limit_minor": 0}).orders == 0


def test_a_temporary_limit_counts_on_the_days_on_which_it_held(session: Session, shop: UUID) -> None:
    terms = accounts.terms_of(accounts.get(session, shop))
    until = days.today(session) + timedelta(days=1)
    raised = replace(terms, limit_minor=0, temporary_limit_minor=2 * TOTAL, temporary_until=until)
    accounts.set_terms(session, shop, raised, "a feast")
    assert order(session, shop) == "confirmed"
    clock.advance(timedelta(days=2))
    assert order(session, shop) == "failed"
    strict = what_if.replay(session, shop, {"limit_minor": TOTAL - 1})
    assert (counts(strict, "now"), counts(strict, "changed"), strict.differences) == ((1, 1), (1, 1), [])


def test_a_cap_counts_what_the_other_shops_had_used_by_then(
    session: Session, shop: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    other = make_retailer(session, limit_minor=900_000, max_order_minor=None).id
    group = groups.create(session, "One owner", 2 * TOTAL)
    for one in (shop, other):
        groups.join(session, one, group.id, "one owner")
    assert [order(session, one) for one in (shop, other, shop)] == ["confirmed", "confirmed", "failed"]
    higher = what_if.replay(session, shop, {"limit_minor": 5 * TOTAL})
    assert (counts(higher, "now"), counts(higher, "changed")) == ((1, 1), (1, 1))
    groups.set_limit(session, group.id, 3 * TOTAL, "trusted", group.version)
    raised = what_if.replay(session, shop, {"limit_minor": TOTAL})
    assert (counts(raised, "now"), counts(raised, "changed")) == ((2, 0), (1, 1))


def test_money_on_account_had_settled_the_oldest_bill(session: Session, shop: UUID) -> None:
    accounts.set_terms(session, shop, replace(accounts.terms_of(accounts.get(session, shop)), credit_days=0), "cash")
    first = ordering.place(session, shop, CASE, "CREDIT").order
    clock.advance(timedelta(minutes=1))
    dispatching.dispatch(session, first.id)
    payments.record(session, payments.NewPayment(shop, TOTAL, "cash", spread=False))
    clock.advance(timedelta(days=10))
    assert order(session, shop) == "confirmed"
    assert what_if.replay(session, shop, {"max_outstanding_days": 7}).differences == []
