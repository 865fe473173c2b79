"""Goods come back with a return and with a cancelled invoice, once, or it is said why not."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db, events, ids
from core.errors import Invalid
from invoicing import cancelling, credit_notes, issuing
from invoicing.charging import Goods
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.issuing import Buyer, Request
from invoicing.tables import Invoice
from orders import dispatching, ordering, pricing, returning, stock
from orders.dispatching import NotThere
from orders.order import Order
from orders.pricing import PriceChange
from orders.quotes import Wanted
from orders.returning import GoneAgain
from orders.tables import StockMovement
from parties.tables import Retailer
from reports.invariants import i29_stock_movements, i56_promised_goods, i57_goods_back

GOODS = [Wanted("COKE-500", 2, "case"), Wanted("SUGAR", 10, "kg")]


def shelf(session: Session, sku: str = "COKE-500") -> int:
    return stock.level(session, sku).on_hand_milli // 1000


def sound(session: Session) -> bool:
    known = (i29_stock_movements, i56_promised_goods, i57_goods_back)
    found = [row for one in known for row in db.execute(session, one.INVARIANT.sql).all()]
    return [row.what for row in found if row.org_id == db.org_of(session)] == []


@pytest.fixture
def sent(stocked: Session, shop: Retailer) -> Order:
    """48 bottles of 100 that are counted, and sugar that nobody counts, gone with an invoice."""
    stock.count(stocked, "COKE-500", 100_000, "counted")
    return dispatching.dispatch(stocked, ordering.place(stocked, shop.id, GOODS, "CREDIT").order.id)


def back(session: Session, order: Order, qty: int, kind: str = "return", **more: Any) -> Invoice:
    """A credit note for so many bottles and a kilogram of sugar, with what follows from it."""
    assert order.invoice_id is not None
    lines = [Correction(1, qty * 1000), Correction(2, 1_000)]
    new = NewCreditNote(order.invoice_id, kind, "as the driver said", "owner", lines, **more)
    note = credit_notes.issue(session, new).note
    assert note is not None
    events.follow(session)
    return note


def undo(session: Session, document_id: UUID | None, **more: Any) -> None:
    assert document_id is not None
    cancelling.cancel(session, document_id, "a mistake", "owner", **more)
    events.follow(session)


@pytest.mark.parametrize(
    ("kind", "goods", "there"),
    [
        ("return", None, 64), ("short_supply", None, 64), ("damage", None, 52), ("expiry", None, 52),
        ("rate_difference", None, 52), ("return", "damaged", 52), ("return", "kept", 52), ("damage", "shelf", 64),
    ],
)  # fmt: skip
def test_goods_go_where_the_note_says_and_by_its_kind_when_nobody_does(
    stocked: Session, sent: Order, kind: str, goods: str | None, there: int
) -> None:
    note = back(stocked, sent, 12, kind, goods=goods)
    assert shelf(stocked) == there
    assert note.goods == (goods or credit_notes.GOODS_OF[kind])
    assert sound(stocked)
    undo(stocked, note.id)
    assert shelf(stocked) == 52
    assert sound(stocked)


def test_what_is_not_put_back_says_why_in_the_movements(stocked: Session, sent: Order) -> None:
    note = back(stocked, sent, 12, "damage")
    moved = stocked.scalars(select(StockMovement).where(StockMovement.invoice_id == note.id)).all()
    assert sorted((one.kind, one.change_milli, one.reason) for one in moved) == [
        ("damage", -12_000, note.number), ("return", 12_000, note.number),
    ]  # fmt: skip


def test_returns_in_parts_add_up_and_each_is_undone_by_itself(stocked: Session, sent: Order) -> None:
    first, second = back(stocked, sent, 10), back(stocked, sent, 8)
    assert shelf(stocked) == 70
    undo(stocked, second.id)
    assert shelf(stocked) == 62
    undo(stocked, first.id)
    assert shelf(stocked) == 52
    assert sound(stocked)


def test_a_note_that_lowers_a_price_moves_no_goods(stocked: Session, sent: Order) -> None:
    assert sent.invoice_id is not None
    lines = [Correction(1, taxable_minor=5_000)]
    new = NewCreditNote(sent.invoice_id, "return", "too dear", "owner", lines)
    note = credit_notes.issue(stocked, new).note
    events.follow(stocked)
    assert note is not None
    assert note.goods is None
    assert shelf(stocked) == 52


def test_goods_go_only_where_goods_can(stocked: Session, sent: Order) -> None:
    with pytest.raises(Invalid):
        back(stocked, sent, 1, goods="nowhere")
    with pytest.raises(Invalid):
        undo(stocked, sent.invoice_id, goods="nowhere")


@pytest.mark.parametrize(("goods", "there"), [("shelf", 100), ("damaged", 52), ("kept", 52)])
def test_a_cancelled_invoice_puts_its_goods_back_or_says_why_not(
    stocked: Session, sent: Order, goods: str, there: int
) -> None:
    undo(stocked, sent.invoice_id, goods=goods)
    assert shelf(stocked) == there
    assert sound(stocked)


@pytest.mark.parametrize(("goods", "there"), [("shelf", 52), ("damaged", 4), ("kept", 52)])
def test_an_order_billed_anew_takes_out_what_came_back_and_nothing_else(
    stocked: Session, sent: Order, goods: str, there: int
) -> None:
    for _ in range(2):
        undo(stocked, sent.invoice_id, goods="shelf")
        sent = dispatching.dispatch(stocked, sent.id)
    undo(stocked, sent.invoice_id, goods=goods)
    dispatching.dispatch(stocked, sent.id)
    assert shelf(stocked) == there
    assert sound(stocked)


def test_free_goods_come_back_with_a_cancelled_invoice(stocked: Session, shop: Retailer) -> None:
    change = PriceChange("scheme", pricing.product(stocked, "COKE-500").version)
    pricing.set_terms(stocked, "COKE-500", {"scheme_buy": 12, "scheme_free": 1}, change)
    stock.count(stocked, "COKE-500", 100_000, "counted")
    order = dispatching.dispatch(stocked, ordering.place(stocked, shop.id, GOODS[:1], "CREDIT").order.id)
    assert shelf(stocked) == 48
    undo(stocked, order.invoice_id)
    assert shelf(stocked) == 100
    assert sound(stocked)


def test_what_follows_twice_comes_back_once(stocked: Session, sent: Order) -> None:
    note = back(stocked, sent, 12)
    returning.follow(stocked, note.id)
    undo(stocked, note.id)
    returning.follow(stocked, note.id)
    assert shelf(stocked) == 52


def test_goods_that_left_again_stop_the_undoing_of_their_return(stocked: Session, sent: Order) -> None:
    note = back(stocked, sent, 12)
    stock.move(stocked, "COKE-500", -60_000, "damage", "flood")
    with pytest.raises(GoneAgain), stocked.begin_nested():
        undo(stocked, note.id)
    assert shelf(stocked) == 4


@pytest.mark.parametrize(
    ("counted", "goods", "there", "left"),
    [
        ("before", "shelf", 15, 5), ("before", "damaged", 5, -5), ("before", "kept", 5, 5),
        ("after", "shelf", 5, -5), ("after", "kept", 5, 5),
    ],
)  # fmt: skip
def test_goods_that_were_first_counted_since_they_left_leave_again_only_if_they_came_back(
    stocked: Session, shop: Retailer, counted: str, goods: str, there: int, left: int
) -> None:
    order = dispatching.dispatch(stocked, ordering.place(stocked, shop.id, GOODS, "CREDIT").order.id)
    if counted == "before":
        stock.count(stocked, "SUGAR", 5_000, "counted")
    undo(stocked, order.invoice_id, goods=goods)
    if counted == "after":
        stock.count(stocked, "SUGAR", 5_000, "counted")
    assert shelf(stocked, "SUGAR") == there
    if left < 0:
        with pytest.raises(NotThere), stocked.begin_nested():
            dispatching.dispatch(stocked, order.id)
    else:
        dispatching.dispatch(stocked, order.id)
        assert shelf(stocked, "SUGAR") == left
    assert sound(stocked)


def test_a_document_of_no_order_brings_its_goods_back_all_the_same(stocked: Session, shop: Retailer) -> None:
    stock.count(stocked, "SUGAR", 5_000, "counted")
    goods = Goods(
        sku="SUGAR", description="Sugar (loose)", hsn="17019990", qty_milli=3_000, unit="kg", price_minor=4200,
        price_mode="exclusive", rate_bps=500, cess_bps=0, treatment="taxable", packs="",
    )  # fmt: skip
    request = Request(ids.new(), shop.id, Buyer(name=shop.name), [goods], "CASH", 0, "")
    undo(stocked, issuing.issue(stocked, request).id)
    assert shelf(stocked, "SUGAR") == 8
    assert sound(stocked)


def test_the_doctor_misses_what_did_not_come_back(
    stocked: Session, sent: Order, make_retailer: Callable[..., Retailer]
) -> None:
    note = back(stocked, sent, 12)
    assert sound(stocked)
    db.execute(stocked, "UPDATE invoice SET goods = 'kept' WHERE id = %s", (str(note.id),))
    assert not sound(stocked)
