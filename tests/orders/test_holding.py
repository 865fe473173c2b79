"""Held orders: kept when only credit stands in the way, placed when that is gone, in their order."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core import clock
from credit import accounts, overrides, pauses
from orders import catalogue_import, holding, listing, ordering
from orders.holding import NothingInTheWay
from orders.order import Order
from orders.ordering import NotPending
from orders.quotes import Wanted
from parties import tasks
from parties.tables import Retailer
from tests.orders.conftest import item

CASE = [Wanted("COKE-500", 1, "case")]


@pytest.fixture
def paused(stocked: Session, shop: Retailer) -> Retailer:
    """The shop, with its credit on hold."""
    pauses.pause(stocked, shop.id, "late")
    return shop


def test_a_refused_order_is_held_and_placed_when_credit_is_back(stocked: Session, paused: Retailer) -> None:
    refused = ordering.place(stocked, paused.id, CASE, "CREDIT").order
    held = holding.hold(stocked, refused.id)
    assert (held.status, held.closed_at, held.failure and held.failure["code"]) == ("held", None, "CREDIT_PAUSED")
    assert holding.hold(stocked, refused.id).status == "held"
    assert holding.waiting(stocked, anybody=True) == [paused.id]
    assert holding.release(stocked, paused.id) == []
    assert listing.get(stocked, refused.id).status == "held"
    pauses.unpause(stocked, paused.id, "paid")
    (placed,) = holding.release(stocked, paused.id)
    assert (placed.id, placed.status, placed.payment_mode) == (refused.id, "confirmed", "CREDIT")
    assert accounts.get(stocked, paused.id).reserved_minor == placed.total_minor
    assert holding.waiting(stocked, anybody=True) == []


def test_a_quote_in_the_chat_is_held_and_outlives_the_day(stocked: Session, paused: Retailer) -> None:
    quoted = ordering.draft(stocked, paused.id, CASE)
    holding.hold(stocked, quoted.id)
    newer = ordering.draft(stocked, paused.id, CASE)
    clock.advance(timedelta(days=2))
    ordering.expire_pending(stocked)
    assert [listing.get(stocked, one.id).status for one in (quoted, newer)] == ["held", "expired"]
    assert holding.expire(stocked, 7) == []
    clock.advance(timedelta(days=6))
    assert [one.id for one in holding.expire(stocked, 7)] == [quoted.id]
    assert listing.get(stocked, quoted.id).status == "expired"


def test_an_order_that_may_go_on_credit_is_not_held(stocked: Session, shop: Retailer) -> None:
    with pytest.raises(NothingInTheWay):
        holding.hold(stocked, ordering.draft(stocked, shop.id, CASE).id)


def test_what_was_placed_or_called_off_is_not_held(stocked: Session, shop: Retailer) -> None:
    placed = ordering.place(stocked, shop.id, CASE, "CASH").order
    with pytest.raises(NotPending):
        holding.hold(stocked, placed.id)


def test_the_oldest_held_order_goes_first_and_stops_the_rest(stocked: Session, paused: Retailer) -> None:
    first, second = (ordering.place(stocked, paused.id, CASE, "CREDIT").order for _ in range(2))
    for one in (first, second):
        holding.hold(stocked, one.id)
    terms = accounts.Terms(limit_minor=first.total_minor)
    accounts.set_terms(stocked, paused.id, terms, "room for one")
    pauses.unpause(stocked, paused.id, "paid")
    assert [one.id for one in holding.release(stocked, paused.id)] == [first.id]
    assert listing.get(stocked, second.id).status == "held"


def test_a_smaller_newer_order_does_not_take_the_room_that_an_older_one_waits_for(
    stocked: Session, paused: Retailer
) -> None:
    large, small = held_with(stocked, paused, 3), held_with(stocked, paused, 1)
    accounts.set_terms(stocked, paused.id, accounts.Terms(limit_minor=large.total_minor - 1), "room for the small one")
    pauses.unpause(stocked, paused.id, "paid")
    assert holding.release(stocked, paused.id) == []
    accounts.set_terms(stocked, paused.id, accounts.Terms(limit_minor=large.total_minor), "room for the large one")
    assert [one.id for one in holding.release(stocked, paused.id)] == [large.id]
    assert listing.get(stocked, small.id).status == "held"


@pytest.mark.parametrize("room_minor", [0, 1], ids=["nor_room", "but_room"])
def test_an_order_that_no_room_would_help_keeps_nobody_waiting(
    stocked: Session, paused: Retailer, room_minor: int
) -> None:
    large, small = held_with(stocked, paused, 3), held_with(stocked, paused, 1)
    room_minor = room_minor * large.total_minor or small.total_minor
    terms = accounts.Terms(limit_minor=room_minor, max_order_minor=small.total_minor)
    accounts.set_terms(stocked, paused.id, terms, "smaller orders from now on")
    pauses.unpause(stocked, paused.id, "paid")
    assert [one.id for one in holding.release(stocked, paused.id)] == [small.id]
    assert listing.get(stocked, large.id).status == "held"


def held_with(session: Session, shop: Retailer, cases: int) -> Order:
    """A held order of so many cases."""
    refused = ordering.place(session, shop.id, [Wanted("COKE-500", cases, "case")], "CREDIT").order
    return holding.hold(session, refused.id)


def test_a_held_order_whose_price_rose_needs_a_fresh_yes(stocked: Session, paused: Retailer) -> None:
    held = holding.hold(stocked, ordering.place(stocked, paused.id, CASE, "CREDIT").order.id)
    pauses.unpause(stocked, paused.id, "paid")
    catalogue_import.import_catalogue(stocked, {"items": [item(price_paise=2_671)]})
    assert holding.release(stocked, paused.id) == []
    found = listing.get(stocked, held.id)
    assert (found.status, found.total_minor) == ("held", held.total_minor)
    assert holding.release(stocked, paused.id) == []
    assert [task.kind for task in tasks.open_tasks(stocked, 10)] == ["held_order_dearer"]  # asked once
    assert ordering.retry(stocked, held.id).order.status == "confirmed"


def test_a_held_order_can_be_paid_in_cash_or_called_off(stocked: Session, paused: Retailer) -> None:
    one, two = (holding.hold(stocked, ordering.place(stocked, paused.id, CASE, "CREDIT").order.id) for _ in range(2))
    assert ordering.confirm(stocked, one.id, "CASH").payment_mode == "CASH"
    assert ordering.cancel(stocked, two.id, "no longer needed").status == "cancelled"


def test_a_retry_that_is_refused_leaves_the_order_held(stocked: Session, paused: Retailer) -> None:
    held = holding.hold(stocked, ordering.place(stocked, paused.id, CASE, "CREDIT").order.id)
    tried = ordering.retry(stocked, held.id)
    assert tried.refusal is not None
    assert tried.order.status == "held"


def test_an_override_lets_a_held_order_through(stocked: Session, paused: Retailer) -> None:
    held = holding.hold(stocked, ordering.place(stocked, paused.id, CASE, "CREDIT").order.id)
    overrides.grant(stocked, paused.id, held.id, held.total_minor, "the owner's word")
    assert [one.id for one in holding.release(stocked, paused.id)] == [held.id]
