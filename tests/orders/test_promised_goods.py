"""Promised goods stay promised: until their day and a day more, and to whoever they were promised to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, db
from credit import accounts
from invoicing.tables import Invoice
from jobs import free_stock
from orders import catalogue, catalogue_import, dispatching, listing, ordering, pricing, rules, shortening, stock
from orders.delivery import Timetable
from orders.dispatching import NotThere
from orders.pricing import PriceChange
from orders.quotes import Wanted
from orders.rules import Rules
from orders.tables import Product, StockMovement
from parties.tables import Retailer
from reports.invariants import i29_stock_movements, i50_stock, i51_promised_orders, i56_promised_goods

COLA = [Wanted("COKE-500", 2, "case")]
INDIA = ZoneInfo("Asia/Kolkata")
LATE, NOON = time(23, 59), time(12)


def shelf(session: Session, pieces: int, sku: str = "COKE-500") -> None:
    stock.count(session, sku, pieces * 1000, "counted")


def held(session: Session, sku: str = "COKE-500") -> tuple[int, int]:
    """What is on the shelf and what is promised of it."""
    level = stock.level(session, sku)
    return level.on_hand_milli // 1000, level.reserved_milli // 1000


def sound(session: Session) -> bool:
    known = (i29_stock_movements, i50_stock, i51_promised_orders, i56_promised_goods)
    found = [row for one in known for row in db.execute(session, one.INVARIANT.sql).all()]
    return [row.what for row in found if row.org_id == db.org_of(session)] == []


def kept_until(session: Session, order_id: UUID) -> datetime:
    """Until when the goods of an order are held for it."""
    key = (str(db.org_of(session)), str(order_id))
    asked = "SELECT expires_at FROM stock_reservation WHERE org_id = %s AND order_id = %s"
    found: datetime = db.execute(session, asked, key).scalar_one()
    return found


def deliver_on_fridays(session: Session, shop: Retailer, hours: int | None = 72) -> date:
    """It is Monday noon, and the lorry to the shop goes on Friday: that day."""
    shop.route = "north"
    session.flush()
    timetable = Timetable(time(17), routes={"north": [4]})
    rules.change(session, Rules(timetable=timetable, stock_hold_hours=hours), "the lorry goes on Fridays")
    catalogue.changed(session)
    today = clock.today("Asia/Kolkata")
    monday = today + timedelta(days=7 - today.weekday())
    clock.move_to(datetime.combine(monday, NOON, INDIA))
    return monday + timedelta(days=4)


# -- how long ----------------------------------------------------------------------------------------------------------


def test_goods_promised_for_friday_are_held_until_saturday_is_over(stocked: Session, shop: Retailer) -> None:
    friday = deliver_on_fridays(stocked, shop)
    shelf(stocked, 48)
    order = ordering.place(stocked, shop.id, COLA, "CREDIT").order
    assert order.deliver_on == friday
    for days, at in ((-1, NOON), (0, LATE), (1, LATE)):  # 72 hours are over on Thursday
        clock.move_to(datetime.combine(friday + timedelta(days=days), at, INDIA))
        assert free_stock.run(stocked) == {"freed": 0}, at
        assert held(stocked) == (48, 48)
    assert sound(stocked)
    clock.move_to(datetime.combine(friday + timedelta(days=2), time(0, 1), INDIA))
    assert free_stock.run(stocked) == {"freed": 1}
    assert held(stocked) == (48, 0)
    assert accounts.get(stocked, shop.id).reserved_minor == order.total_minor  # it is an order still
    assert sound(stocked)


def test_longer_hours_than_the_promised_day_hold_longer_and_no_hours_for_ever(stocked: Session, shop: Retailer) -> None:
    deliver_on_fridays(stocked, shop, hours=24 * 10)
    shelf(stocked, 96)
    ordering.place(stocked, shop.id, COLA, "CREDIT")
    version = rules.read(stocked).version
    rules.change(stocked, Rules(version=version, timetable=Timetable(time(17), routes={"north": [4]})), "no end")
    catalogue.changed(stocked)
    ordering.place(stocked, shop.id, COLA, "CREDIT")
    clock.advance(timedelta(days=9))
    assert free_stock.run(stocked) == {"freed": 0}
    clock.advance(timedelta(days=100))
    assert free_stock.run(stocked) == {"freed": 1}
    assert held(stocked) == (96, 48)


def test_an_order_that_shrank_at_its_yes_is_held_as_long(stocked: Session, shop: Retailer) -> None:
    friday = deliver_on_fridays(stocked, shop)
    shelf(stocked, 30)
    order = ordering.place(stocked, shop.id, COLA, "CREDIT").order
    assert kept_until(stocked, order.id) == datetime.combine(friday + timedelta(days=2), time(), INDIA)


# -- dispatch ----------------------------------------------------------------------------------------------------------


def lapsed_and_sold(session: Session, shop: Retailer, other: Retailer) -> tuple[UUID, UUID]:
    """An order whose time is over, and one that took all the goods meanwhile."""
    shelf(session, 60)
    first = ordering.place(session, shop.id, COLA, "CREDIT").order
    stock.release(session, first.id, stock.EXPIRED)
    second = ordering.place(session, other.id, [Wanted("COKE-500", 60, "pc")], "CREDIT").order
    return first.id, second.id


def test_goods_that_others_were_promised_do_not_leave_with_an_order_that_holds_none(
    stocked: Session, shop: Retailer, make_retailer: Callable[..., Retailer]
) -> None:
    first, second = lapsed_and_sold(stocked, shop, make_retailer(stocked))
    with pytest.raises(NotThere) as refused, stocked.begin_nested():
        dispatching.dispatch(stocked, first)
    assert (refused.value.code, refused.value.status) == ("STOCK_SHORT", 409)
    assert refused.value.facts["shorts"][0]["given"] == 0
    dispatching.dispatch(stocked, second)
    assert held(stocked) == (0, 0)
    assert stocked.scalar(select(func.count()).select_from(Invoice)) == 1


def test_what_is_there_is_named_as_shortening_takes_it(
    stocked: Session, shop: Retailer, make_retailer: Callable[..., Retailer]
) -> None:
    first, _ = lapsed_and_sold(stocked, shop, make_retailer(stocked))
    stock.move(stocked, "COKE-500", 40_000, "receipt", "from the depot")
    with pytest.raises(NotThere) as refused, stocked.begin_nested():
        dispatching.dispatch(stocked, first)
    assert refused.value.facts["shorts"][0]["wanted"] == 48
    assert refused.value.facts["shorten"] == {"lines": [{"sku": "COKE-500", "base_qty": 40}]}
    assert "40 of 48 pc of Coca-Cola" in refused.value.detail
    (fits,) = refused.value.facts["shorten"]["lines"]
    shortening.shorten(stocked, first, {fits["sku"]: Decimal(fits["base_qty"])}, "the rest is not there")
    dispatching.dispatch(stocked, first)
    assert held(stocked) == (60, 60)
    assert sound(stocked)


def test_free_goods_count_in_what_is_there_and_not_in_what_is_offered(stocked: Session, shop: Retailer) -> None:
    change = PriceChange("scheme", pricing.product(stocked, "COKE-500").version)
    pricing.set_terms(stocked, "COKE-500", {"scheme_buy": 12, "scheme_free": 1}, change)
    shelf(stocked, 52)
    order = ordering.place(stocked, shop.id, COLA, "CREDIT").order
    shelf(stocked, 39)
    with pytest.raises(NotThere) as refused, stocked.begin_nested():
        dispatching.dispatch(stocked, order.id)
    (fits,) = refused.value.facts["shorten"]["lines"]
    assert fits["base_qty"] == 36
    shortening.shorten(stocked, order.id, {"COKE-500": Decimal(36)}, "the rest is not there")
    dispatching.dispatch(stocked, order.id)
    assert held(stocked) == (0, 0)


def test_after_a_count_below_what_was_promised_the_first_to_leave_gets_what_it_holds(
    stocked: Session, shop: Retailer
) -> None:
    shelf(stocked, 96)
    first, second = (ordering.place(stocked, shop.id, COLA, "CREDIT").order.id for _ in range(2))
    shelf(stocked, 60)
    dispatching.dispatch(stocked, second)
    assert held(stocked) == (12, 48)
    with pytest.raises(NotThere) as refused, stocked.begin_nested():
        dispatching.dispatch(stocked, first)
    assert refused.value.facts["shorts"][0]["given"] == 12


def test_a_refused_dispatch_changes_nothing(stocked: Session, shop: Retailer) -> None:
    shelf(stocked, 48)
    order = ordering.place(stocked, shop.id, [*COLA, Wanted("SUGAR", 10, "kg")], "CREDIT").order
    shelf(stocked, 40)
    with pytest.raises(NotThere), stocked.begin_nested():
        dispatching.dispatch(stocked, order.id)
    assert listing.get(stocked, order.id) == order
    assert held(stocked) == (40, 48)
    assert stocked.scalars(select(Invoice)).all() == []
    assert sound(stocked)


def test_all_that_leaves_is_in_the_movements(stocked: Session, shop: Retailer) -> None:
    shelf(stocked, 100)
    order = ordering.place(stocked, shop.id, COLA, "CREDIT").order
    dispatching.dispatch(stocked, order.id)
    moved = stocked.scalars(select(StockMovement).where(StockMovement.kind == "dispatch")).one()
    assert (moved.change_milli, moved.order_id) == (-48_000, order.id)
    assert held(stocked) == (52, 0)


def test_goods_that_are_sold_no_longer_leave_the_shelf_all_the_same(stocked: Session, shop: Retailer) -> None:
    shelf(stocked, 100)
    order = ordering.place(stocked, shop.id, COLA, "CREDIT").order
    stocked.scalars(select(Product).where(Product.sku == "COKE-500")).one().active = False
    stocked.flush()
    catalogue.changed(stocked)
    dispatching.dispatch(stocked, order.id)
    assert held(stocked) == (52, 0)
    assert sound(stocked)


def test_what_was_promised_twice_leaves_once(org: UUID, open_shop: Callable[..., UUID]) -> None:
    """Two orders of all that is there, the older one without a hold: never both, at whatever moment."""
    shop_id = open_shop(limit_minor=10**9, max_order_minor=None)
    with db.transaction(org) as session:
        shelf(session, 48)
        first = ordering.place(session, shop_id, COLA, "CREDIT").order.id
        stock.release(session, first, stock.EXPIRED)
        second = ordering.place(session, shop_id, COLA, "CREDIT").order.id

    def send(order_id: UUID) -> Any:
        try:
            return db.run(lambda session: dispatching.dispatch(session, order_id), org).status
        except NotThere:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, (first, second))) == ["refused", "dispatched"]
    with db.transaction(org) as session:
        assert held(session) == (0, 0)


# -- counted only after the promise ------------------------------------------------------------------------------------


def test_the_first_count_holds_what_was_promised_before(
    stocked: Session, shop: Retailer, make_retailer: Callable[..., Retailer]
) -> None:
    friday = deliver_on_fridays(stocked, shop)
    order = ordering.place(stocked, shop.id, COLA, "CREDIT").order
    shelf(stocked, 60)
    assert held(stocked) == (60, 48)
    other = ordering.place(stocked, make_retailer(stocked).id, COLA, "CREDIT").order
    assert other.lines[0].base_qty == 12
    assert kept_until(stocked, order.id) == datetime.combine(friday + timedelta(days=2), time(), INDIA)
    dispatching.dispatch(stocked, order.id)
    assert held(stocked) == (12, 12)
    assert sound(stocked)


def test_a_list_of_counts_holds_what_was_promised_before(
    stocked: Session, shop: Retailer, items: list[dict[str, Any]]
) -> None:
    ordering.place(stocked, shop.id, COLA, "CREDIT")
    ordering.draft(stocked, shop.id, COLA)
    shelf(stocked, 7, "RICE-L")
    catalogue_import.import_catalogue(stocked, {"items": [{**one, "stock": 40} for one in items]})
    assert (held(stocked), held(stocked, "SUGAR"), held(stocked, "RICE-L")) == ((40, 48), (40, 0), (40, 0))
    assert sound(stocked)
