"""The part of an order that fits into an amount, and refused orders that are tried again."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

import policy
from core import clock
from credit import accounts, overrides, pauses
from credit.tables import CreditOverride
from jobs import free_stock, retry_failed
from orders import catalogue, drafting, fitting, listing, ordering, pricing, rules, stock
from orders.order import Order
from orders.pricing import PriceChange
from orders.quotes import Wanted
from orders.rules import Rules
from parties import tasks
from parties.tables import Retailer

WANTED = [Wanted("COKE-500", 5, "case"), Wanted("SUGAR", 10, "kg"), Wanted("RICE-L", 2, "bag")]


def fit(session: Session, shop: Retailer, wanted: Sequence[Wanted], most_minor: int) -> list[tuple[str, Any, str]]:
    at = drafting.standing(session, shop.id)

    def price(wishes: Sequence[Wanted]) -> int:
        return drafting.price(session, at, wishes).quote.total_minor

    found = fitting.within(catalogue.load(session), wanted, most_minor, price)
    assert not found or price(found) <= most_minor
    return [(wish.sku, wish.qty, wish.unit) for wish in found]


@pytest.mark.parametrize(
    ("most_minor", "fits"),
    [
        (10_000_000, [("COKE-500", 5, "case"), ("SUGAR", 10, "kg"), ("RICE-L", 2, "bag")]),
        (500_000, [("COKE-500", 5, "case"), ("SUGAR", 10, "kg"), ("RICE-L", 5, "kg")]),
        (300_000, [("COKE-500", 3, "case"), ("SUGAR", 9, "kg")]),
        (50_000, [("COKE-500", 13, "pc")]),
        (1_000, []),
    ],
)
def test_the_list_is_filled_from_its_top(
    stocked: Session, shop: Retailer, most_minor: int, fits: list[tuple[str, Any, str]]
) -> None:
    assert fit(stocked, shop, WANTED, most_minor)[:3] == fits


def test_only_whole_packs_are_proposed(stocked: Session, shop: Retailer) -> None:
    change = PriceChange("packs", pricing.product(stocked, "COKE-500").version)
    pricing.set_terms(stocked, "COKE-500", {"multiple": 12, "min_qty": 24}, change)
    assert fit(stocked, shop, WANTED[:1], 150_000) == [("COKE-500", 1, "case")]
    assert fit(stocked, shop, [Wanted("COKE-500", 96, "pc")], 150_000) == [("COKE-500", 36, "pc")]
    assert fit(stocked, shop, WANTED[:1], 80_000) == []


# -- again -----------------------------------------------------------------------------------------------------------


def refused(session: Session, shop: Retailer, wanted: Sequence[Wanted] = WANTED) -> Order:
    placed = ordering.place(session, shop.id, wanted, "CREDIT")
    assert placed.refusal is not None
    return placed.order


def ask_to_let_through(session: Session, order: Order) -> CreditOverride:
    """Above the threshold a second person has to say yes: until then it is only asked for."""
    policy.change(session, {"override_second_minor": 0}, "two people always")
    return overrides.grant(session, order.retailer_id, order.id, order.total_minor, "a good shop")


def test_nine_identical_refusals_place_nothing(stocked: Session, shop: Retailer) -> None:
    pauses.pause(stocked, shop.id, "cheque bounced")
    tried = [refused(stocked, shop).id for _ in range(9)]
    pauses.unpause(stocked, shop.id, "paid")
    for _ in range(3):
        assert retry_failed.run(stocked) == {"placed": 0}
        clock.advance(timedelta(hours=1))
    assert {listing.get(stocked, order_id).status for order_id in tried} == {"failed"}
    assert accounts.get(stocked, shop.id).reserved_minor == 0


def test_a_refusal_for_want_of_goods_is_final_too(stocked: Session, shop: Retailer) -> None:
    stock.count(stocked, "SUGAR", 0, "counted")
    gone = refused(stocked, shop, WANTED[1:2])
    stock.count(stocked, "SUGAR", 100_000, "came in")
    assert retry_failed.run(stocked) == {"placed": 0}
    assert listing.get(stocked, gone.id).status == "failed"


def test_an_order_that_somebody_asked_to_let_through_is_placed_by_the_clock_once(
    stocked: Session, shop: Retailer
) -> None:
    pauses.pause(stocked, shop.id, "cheque bounced")
    ask_to_let_through(stocked, refused(stocked, shop))
    newest = refused(stocked, shop)
    ask_to_let_through(stocked, newest)
    assert retry_failed.run(stocked) == {"placed": 0}
    assert listing.get(stocked, newest.id).status == "failed"
    pauses.unpause(stocked, shop.id, "paid")
    assert retry_failed.run(stocked) == {"placed": 1}
    assert retry_failed.run(stocked) == {"placed": 0}
    placed = listing.get(stocked, newest.id)
    assert (placed.status, placed.tries) == ("confirmed", 2)
    assert accounts.get(stocked, shop.id).reserved_minor == placed.total_minor


def test_whatever_the_shop_was_refused_or_given_later_takes_the_place_of_what_was_asked_for(
    stocked: Session, shop: Retailer, make_retailer: Callable[..., Retailer]
) -> None:
    other = make_retailer(stocked, limit_minor=10_000_000)
    for one in (shop, other):
        pauses.pause(stocked, one.id, "cheque bounced")
        ask_to_let_through(stocked, refused(stocked, one))
    refused(stocked, shop, WANTED[:1])
    ordering.place(stocked, other.id, WANTED[:1], "CASH")
    for one in (shop, other):
        pauses.unpause(stocked, one.id, "paid")
    assert retry_failed.run(stocked) == {"placed": 0}


def test_what_was_asked_for_waits_for_people_when_it_is_dearer_old_or_not_asked_for_any_more(
    stocked: Session, shop: Retailer
) -> None:
    pauses.pause(stocked, shop.id, "cheque bounced")
    order = refused(stocked, shop, WANTED[1:2])
    asked = ask_to_let_through(stocked, order)
    pauses.unpause(stocked, shop.id, "paid")
    change = PriceChange("mill raised it", pricing.product(stocked, "SUGAR").version)
    pricing.set_price(stocked, "SUGAR", 4300, "exclusive", change)
    assert retry_failed.run(stocked) == {"placed": 0}
    pricing.set_price(stocked, "SUGAR", 4200, "exclusive", PriceChange("back again", change.version + 1))
    overrides.revoke(stocked, asked.id, "not any more")
    assert retry_failed.run(stocked) == {"placed": 0}
    ask_to_let_through(stocked, order)
    clock.advance(timedelta(hours=25))
    assert retry_failed.run(stocked) == {"placed": 0}


def test_goods_held_for_too_long_are_freed_and_people_are_asked(stocked: Session, shop: Retailer) -> None:
    stock.count(stocked, "SUGAR", 100_000, "counted")
    rules.change(stocked, Rules(stock_hold_hours=24), "a day")
    catalogue.changed(stocked)
    ordering.place(stocked, shop.id, WANTED, "CREDIT")
    clock.advance(timedelta(hours=25))
    assert free_stock.run(stocked) == {"freed": 1}
    assert [task.kind for task in tasks.open_tasks(stocked, 10)] == ["goods_not_held"]
