"""The part of an order that fits into an amount, and failed orders that are tried again."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import clock
from credit import accounts, pauses
from jobs import free_stock, retry_failed
from orders import catalogue, drafting, fitting, listing, ordering, pricing, rules, stock
from orders.pricing import Change
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
    change = Change("packs", pricing.product(stocked, "COKE-500").version)
    pricing.set_terms(stocked, "COKE-500", {"multiple": 12, "min_qty": 24}, change)
    assert fit(stocked, shop, WANTED[:1], 150_000) == [("COKE-500", 1, "case")]
    assert fit(stocked, shop, [Wanted("COKE-500", 96, "pc")], 150_000) == [("COKE-500", 36, "pc")]
    assert fit(stocked, shop, WANTED[:1], 80_000) == []


# -- again -----------------------------------------------------------------------------------------------------------


def test_a_failed_order_is_placed_by_the_clock_when_it_can_be(
    stocked: Session, shop: Retailer, sent_statements: list[str]
) -> None:
    pauses.pause(stocked, shop.id, "cheque bounced")
    failed = ordering.place(stocked, shop.id, WANTED, "CREDIT").order
    assert retry_failed.run(stocked) == {"placed": 0}
    assert listing.get(stocked, failed.id).status == "failed"
    pauses.unpause(stocked, shop.id, "paid")
    assert retry_failed.run(stocked) == {"placed": 1}
    assert retry_failed.run(stocked) == {"placed": 0}
    placed = listing.get(stocked, failed.id)
    assert (placed.status, placed.tries) == ("confirmed", 2)
    assert accounts.get(stocked, shop.id).reserved_minor == placed.total_minor


def test_a_failed_order_waits_for_people_when_it_became_dearer_old_or_was_replaced(
    stocked: Session, shop: Retailer, make_retailer: Callable[..., Retailer]
) -> None:
    stock.count(stocked, "SUGAR", 0, "counted")
    ordering.place(stocked, shop.id, WANTED[1:2], "CASH")
    other = make_retailer(stocked)
    ordering.place(stocked, other.id, WANTED[1:2], "CASH")
    stock.count(stocked, "SUGAR", 100_000, "came in")
    ordering.place(stocked, other.id, WANTED[:1], "CASH")  # other has ordered anew meanwhile
    change = Change("mill raised it", pricing.product(stocked, "SUGAR").version)
    pricing.set_price(stocked, "SUGAR", 4300, "exclusive", change)
    assert retry_failed.run(stocked) == {"placed": 0}
    pricing.set_price(stocked, "SUGAR", 4200, "exclusive", Change("back again", change.version + 1))
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
