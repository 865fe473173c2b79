"""Counted goods: never promised twice, given back exactly once, and short supply that shrinks everything together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db, ids
from core.audit import AuditEntry
from core.errors import Invalid, NotFound
from credit import accounts, bills, payments
from credit.guardrails import Refused
from invoicing.tables import Invoice
from orders import catalogue, dispatching, holding, listing, ordering, pricing, rules, shortening, stock
from orders.dispatching import NotConfirmed
from orders.pricing import PriceChange
from orders.quotes import Wanted
from orders.rules import Rules
from orders.shortening import NothingLeft
from orders.stock import StockChanged
from orders.supply import OutOfStock, StockShort
from orders.tables import StockMovement
from parties.tables import Retailer

CASES = [Wanted("COKE-500", 2, "case"), Wanted("SUGAR", 10, "kg")]


def shelf(session: Session, sku: str = "COKE-500", pieces: int = 100) -> None:
    stock.count(session, sku, pieces * 1000, "counted")


def held(session: Session, sku: str = "COKE-500") -> tuple[int, int]:
    """What is on the shelf and what is promised of it."""
    level = stock.level(session, sku)
    return level.on_hand_milli // 1000, level.reserved_milli // 1000


def quantities(order: Any) -> list[tuple[str, Any, str]]:
    return [(line.sku, line.qty, line.unit) for line in order.lines]


# -- the shelf -------------------------------------------------------------------------------------------------------


def test_goods_that_nobody_counted_never_run_out(stocked: Session, shop: Retailer) -> None:
    assert stock.level(stocked, "COKE-500").version == 0
    assert ordering.place(stocked, shop.id, CASES, "CREDIT").order.status == "confirmed"
    assert (
        db.execute(stocked, "SELECT FROM stock_reservation WHERE org_id = %s", (str(db.org_of(stocked)),)).all() == []
    )


def test_counting_and_moving_are_audited_and_add_up(stocked: Session) -> None:
    shelf(stocked, pieces=100)
    stock.move(stocked, "COKE-500", 48_000, "receipt", "from the depot")
    stock.move(stocked, "COKE-500", -3_000, "damage", "fell down")
    level = stock.count(stocked, "COKE-500", 144_000, "counted again", version=3)
    assert (level.on_hand_milli, level.version) == (144_000, 4)
    moved = stocked.scalars(select(StockMovement).order_by(StockMovement.id)).all()
    assert [(one.kind, one.change_milli) for one in moved] == [
        ("count", 100_000), ("receipt", 48_000), ("damage", -3_000), ("count", -1_000),
    ]  # fmt: skip
    actions = stocked.scalars(select(AuditEntry.action).where(AuditEntry.action.like("stock.%")))
    assert sorted(actions) == ["stock.count", "stock.count", "stock.damage", "stock.receipt"]


def test_the_shelf_is_changed_by_whoever_has_seen_it_and_never_below_nothing(stocked: Session) -> None:
    shelf(stocked, pieces=10)
    with pytest.raises(StockChanged):
        stock.count(stocked, "COKE-500", 5_000, "unseen", version=0)
    with pytest.raises(Invalid):
        stock.move(stocked, "COKE-500", -11_000, "damage", "all and more")
    with pytest.raises(Invalid):
        stock.move(stocked, "COKE-500", 1_000, "dispatch", "by hand")
    with pytest.raises(NotFound):
        stock.count(stocked, "NOTHING", 1_000, "counted")


# -- quotes ------------------------------------------------------------------------------------------------------------


def test_a_quote_holds_what_is_there_and_says_what_is_not(stocked: Session, shop: Retailer) -> None:
    shelf(stocked, pieces=36)
    made = ordering.draft(stocked, shop.id, CASES)
    assert quantities(made) == [("COKE-500", 36, "pc"), ("SUGAR", 10, "kg")]
    assert made.shorts == [
        {"sku": "COKE-500", "name": "Coca-Cola 500 ml PET", "wanted_milli": 48_000, "given_milli": 36_000,
         "base_unit": "pc"},
    ]  # fmt: skip
    assert listing.get(stocked, made.id) == made
    assert held(stocked) == (36, 0)  # a quote promises nothing


def test_what_is_out_of_stock_leaves_the_quote(stocked: Session, shop: Retailer) -> None:
    shelf(stocked, pieces=0)
    made = ordering.draft(stocked, shop.id, CASES)
    assert quantities(made) == [("SUGAR", 10, "kg")]
    with pytest.raises(OutOfStock):
        ordering.draft(stocked, shop.id, CASES[:1])


def test_less_is_offered_only_in_whole_packs_with_their_free_goods(stocked: Session, shop: Retailer) -> None:
    shelf(stocked, pieces=40)
    pricing.set_terms(
        stocked,
        "COKE-500",
        {"multiple": 12, "scheme_buy": 12, "scheme_free": 1},
        PriceChange("packs", pricing.product(stocked, "COKE-500").version),
    )
    (line,) = ordering.draft(stocked, shop.id, CASES[:1]).lines
    assert (line.base_qty, line.free_qty) == (36, 3)


# -- promising ---------------------------------------------------------------------------------------------------------


def test_a_yes_holds_the_goods_and_one_more_statement_is_asked(
    stocked: Session, shop: Retailer, sent_statements: list[str]
) -> None:
    shelf(stocked)
    made = ordering.draft(stocked, shop.id, CASES)
    sent_statements.clear()
    ordering.confirm(stocked, made.id, "CREDIT")
    assert len(sent_statements) == 5
    assert held(stocked) == (100, 48)


def test_goods_sold_meanwhile_need_a_fresh_yes(stocked: Session, shop: Retailer) -> None:
    shelf(stocked)
    made = ordering.draft(stocked, shop.id, CASES)
    shelf(stocked, pieces=30)
    with pytest.raises(StockShort) as short:
        ordering.confirm(stocked, made.id, "CREDIT")
    assert short.value.facts["shorts"][0]["given"] == 30
    assert (held(stocked), accounts.get(stocked, shop.id).reserved_minor) == ((30, 0), 0)
    confirmed = ordering.confirm(stocked, made.id, "CREDIT", shrink=True)
    assert confirmed == listing.get(stocked, made.id)
    assert quantities(confirmed) == [("COKE-500", 30, "pc"), ("SUGAR", 10, "kg")]
    assert held(stocked) == (30, 30)
    assert accounts.get(stocked, shop.id).reserved_minor == confirmed.total_minor < made.total_minor


def test_placing_takes_what_is_there_and_drops_what_is_not(stocked: Session, shop: Retailer) -> None:
    shelf(stocked, pieces=0)
    placed = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    assert placed == listing.get(stocked, placed.id)
    assert [(line.line_no, line.sku) for line in placed.lines] == [(1, "SUGAR")]
    assert accounts.get(stocked, shop.id).reserved_minor == placed.total_minor
    nothing = ordering.place(stocked, shop.id, CASES[:1], "CREDIT")
    assert isinstance(nothing.refusal, OutOfStock)
    assert (nothing.order.status, nothing.order.failure["code"]) == ("failed", "OUT_OF_STOCK")  # type: ignore[index]


def test_a_failed_order_is_placed_when_goods_have_come(stocked: Session, shop: Retailer) -> None:
    shelf(stocked, pieces=0)
    failed = ordering.place(stocked, shop.id, CASES[:1], "CREDIT").order
    stock.move(stocked, "COKE-500", 60_000, "receipt", "from the depot")
    assert ordering.retry(stocked, failed.id).order.status == "confirmed"
    assert held(stocked) == (60, 48)


def test_goods_that_credit_refuses_are_given_back(stocked: Session, make_retailer: Callable[..., Retailer]) -> None:
    shelf(stocked)
    poor = make_retailer(stocked, limit_minor=100)
    assert ordering.place(stocked, poor.id, CASES, "CREDIT").refusal is not None
    assert held(stocked) == (100, 0)
    made = ordering.draft(stocked, poor.id, CASES)
    with pytest.raises(Refused):
        ordering.confirm(stocked, made.id, "CREDIT")
    assert held(stocked) == (100, 0)
    assert ordering.confirm(stocked, made.id, "CASH").status == "confirmed"
    assert held(stocked) == (100, 48)


def test_calling_off_gives_the_goods_back_once(stocked: Session, shop: Retailer) -> None:
    shelf(stocked)
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    for _ in range(2):
        ordering.cancel(stocked, order.id, "changed their mind")
    assert held(stocked) == (100, 0)


def test_goods_held_for_too_long_are_free_again_and_the_order_stays(stocked: Session, shop: Retailer) -> None:
    shelf(stocked)
    rules.change(stocked, Rules(stock_hold_hours=48), "held for two days")
    catalogue.changed(stocked)
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    assert stock.expire(stocked) == []
    clock.advance(timedelta(hours=49))
    assert stock.expire(stocked) == [order.id]
    assert stock.expire(stocked) == []
    assert held(stocked) == (100, 0)
    dispatching.dispatch(stocked, order.id)
    assert held(stocked) == (52, 0)


def test_a_held_order_reads_stock_and_prices_again(stocked: Session, make_retailer: Callable[..., Retailer]) -> None:
    shelf(stocked)
    shop = make_retailer(stocked, limit_minor=300_000)
    bill = bills.Posting(
        retailer_id=shop.id, kind=bills.OPENING, reference="OLD", bill_on=clock.today("Asia/Kolkata"),
        due_on=clock.today("Asia/Kolkata"), amount_minor=250_000, contra={"opening_balance": 250_000},
    )  # fmt: skip
    bills.post(stocked, bill)
    order = holding.hold(stocked, ordering.draft(stocked, shop.id, CASES).id)
    shelf(stocked, pieces=30)
    payments.record(stocked, payments.NewPayment(shop.id, 250_000, "upi", reference="412345678901"))
    (released,) = holding.release(stocked, shop.id)
    assert released.id == order.id
    assert quantities(released) == [("COKE-500", 30, "pc"), ("SUGAR", 10, "kg")]
    assert accounts.get(stocked, shop.id).reserved_minor == released.total_minor


# -- short supply after the yes ----------------------------------------------------------------------------------------


def test_short_supply_shrinks_order_hold_credit_and_invoice_together(stocked: Session, shop: Retailer) -> None:
    shelf(stocked)
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    smaller = shortening.shorten(stocked, order.id, {"COKE-500": Decimal(40), "SUGAR": Decimal(0)}, "leaking")
    assert smaller == listing.get(stocked, order.id)
    assert quantities(smaller) == [("COKE-500", 40, "pc")]
    assert [(one["sku"], one["given_milli"]) for one in smaller.shorts or ()] == [("COKE-500", 40_000), ("SUGAR", 0)]
    assert held(stocked) == (100, 40)
    assert accounts.get(stocked, shop.id).reserved_minor == smaller.total_minor == 144_000  # 40 x 25.71 + 40 %
    dispatching.dispatch(stocked, order.id)
    assert stocked.scalars(select(Invoice)).one().total_minor == 144_000
    assert held(stocked) == (60, 0)


def test_what_stays_keeps_the_price_it_was_agreed_at(stocked: Session, shop: Retailer) -> None:
    change = PriceChange("slab", pricing.product(stocked, "COKE-500").version)
    values = {"rates": [["", 48, 2400]], "scheme_buy": 10, "scheme_free": 1}
    pricing.set_terms(stocked, "COKE-500", values, change)
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    (line, _) = shortening.shorten(stocked, order.id, {"COKE-500": Decimal(24)}, "leaking").lines
    assert (line.qty, line.unit, line.price_minor, line.free_qty) == (1, "case", 2400, 2)


def test_an_order_is_shortened_only_down_and_only_while_it_is_here(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    assert shortening.shorten(stocked, order.id, {"COKE-500": Decimal(99)}, "more").total_minor == order.total_minor
    with pytest.raises(Invalid):
        shortening.shorten(stocked, order.id, {"RICE-L": Decimal(1)}, "not on it")
    with pytest.raises(Invalid):
        shortening.shorten(stocked, order.id, {"COKE-500": Decimal("1.5")}, "half a bottle")
    with pytest.raises(NothingLeft):
        shortening.shorten(stocked, order.id, {"COKE-500": Decimal(0), "SUGAR": Decimal(0)}, "all gone")
    dispatching.dispatch(stocked, order.id)
    with pytest.raises(NotConfirmed):
        shortening.shorten(stocked, order.id, {"SUGAR": Decimal(1)}, "too late")


# -- at the same moment ------------------------------------------------------------------------------------------------


def test_as_many_orders_are_placed_as_goods_are_there(org: UUID, open_shop: Callable[..., UUID]) -> None:
    """Goods in both orders of products: no deadlock, nothing promised twice."""
    shop_id = open_shop(limit_minor=10**9, max_order_minor=None)
    with db.transaction(org) as session:
        shelf(session, "COKE-500", 5 * 48)
        shelf(session, "SUGAR", 1000)
    barrier = Barrier(8)

    def place(number: int) -> Any:
        barrier.wait()
        wanted = CASES if number % 2 else CASES[::-1]

        def work(session: Session) -> Any:
            made = ordering.draft(session, shop_id, wanted, "api")
            try:
                return ordering.confirm(session, made.id, "CREDIT")
            except StockShort as short:
                session.rollback()
                return short

        return work_in(org, work)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(place, range(8)))
    with db.transaction(org) as session:
        placed = [one for one in answers if getattr(one, "status", "") == "confirmed"]
        cola = sum(line.base_qty for one in placed for line in one.lines if line.sku == "COKE-500")
        assert held(session) == (240, cola)
        assert cola <= 240
        assert held(session, "SUGAR") == (1000, 10 * len(placed))


def work_in(org: UUID, work: Callable[[Session], Any]) -> Any:
    try:
        return db.run(work, org)
    except (ordering.NotPending, OutOfStock) as refusal:
        return refusal


def test_a_reservation_of_nothing_asks_nothing(stocked: Session, sent_statements: list[str]) -> None:
    assert stock.reserve(stocked, ids.new(), {}, None) == {}
    assert stock.available(stocked, []) == {}
    stock.leave(stocked, ids.new(), {})
    assert sent_statements == []
