"""An order whose invoice was cancelled is billed anew, or called off: never twice, never past the rules of credit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db, events
from credit import accounts, bills
from credit.guardrails import Refused
from invoicing import cancelling
from invoicing.tables import Invoice
from orders import dispatching, listing, ordering, stock
from orders.order import Order
from orders.ordering import AlreadyDispatched
from orders.quotes import Wanted
from parties.tables import Retailer
from reports import doctor
from reports.invariants import i08_reservations, i22_audited, i29_stock_movements, i51_promised_orders, i54_tax_by_month

CASES = [Wanted("COKE-500", 2, "case"), Wanted("SUGAR", 10, "kg")]


def unbilled(session: Session, retailer_id: UUID, mode: str = "CREDIT") -> Order:
    """An order whose goods left on a bill that is cancelled."""
    sent = dispatching.dispatch(session, ordering.place(session, retailer_id, CASES, mode).order.id)
    assert sent.invoice_id is not None
    cancelling.cancel(session, sent.invoice_id, "wrong address", "owner")
    events.follow(session)
    return sent


def sound(session: Session) -> bool:
    known = (i08_reservations, i22_audited, i29_stock_movements, i51_promised_orders, i54_tax_by_month)
    found = [doctor.examine(session, one.INVARIANT, db.org_of(session), doctor.FULL) for one in known]
    return [one.status for one in found] == [doctor.HOLDS] * len(found)


@pytest.mark.parametrize("mode", ["CREDIT", "CASH"])
def test_it_is_billed_anew_under_the_next_number_and_once(stocked: Session, shop: Retailer, mode: str) -> None:
    first = unbilled(stocked, shop.id, mode)
    assert accounts.get(stocked, shop.id).outstanding_minor == 0
    again = dispatching.dispatch(stocked, first.id)
    assert again == dispatching.dispatch(stocked, first.id) == listing.get(stocked, first.id)
    assert (again.status, again.total_minor) == ("dispatched", first.total_minor)
    found = stocked.scalars(select(Invoice).order_by(Invoice.sequence)).all()
    assert [(one.sequence, one.status, one.source_id) for one in found] == [
        (1, "cancelled", first.id), (2, "issued", first.id),
    ]  # fmt: skip
    assert again.invoice_id == found[1].id
    account = accounts.get(stocked, shop.id)
    assert (account.outstanding_minor, account.reserved_minor) == (first.total_minor, 0)
    assert [bill.reference for bill in bills.open_bills(stocked, shop.id)] == [found[1].number]
    assert sound(stocked)


def test_it_is_billed_anew_as_often_as_its_invoice_is_cancelled(stocked: Session, shop: Retailer) -> None:
    order = unbilled(stocked, shop.id)
    for _ in range(3):
        again = dispatching.dispatch(stocked, order.id)
        assert again.invoice_id is not None
        cancelling.cancel(stocked, again.invoice_id, "wrong again", "owner")
    assert accounts.get(stocked, shop.id).outstanding_minor == 0
    assert sound(stocked)


def test_four_desks_bill_it_anew_once(org: UUID, open_shop: Callable[..., UUID]) -> None:
    shop_id = open_shop()
    with db.transaction(org) as session:
        order_id = unbilled(session, shop_id).id
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: db.run(lambda s: dispatching.dispatch(s, order_id), org), range(4)))
    assert len({order.invoice_id for order in sent}) == 1


def test_credit_is_asked_for_again_and_a_no_bills_nothing(
    stocked: Session, make_retailer: Callable[..., Retailer]
) -> None:
    shop = make_retailer(stocked, limit_minor=300_000)
    order = unbilled(stocked, shop.id)
    ordering.place(stocked, shop.id, CASES, "CREDIT")
    with pytest.raises(Refused) as refused, stocked.begin_nested():
        dispatching.dispatch(stocked, order.id)
    assert refused.value.code == "CREDIT_LIMIT_EXCEEDED"
    assert stocked.scalars(select(Invoice.status)).all() == ["cancelled"]
    assert sound(stocked)


def test_its_goods_leave_once(stocked: Session, shop: Retailer) -> None:
    stock.count(stocked, "COKE-500", 100_000, "counted")
    order = unbilled(stocked, shop.id)
    dispatching.dispatch(stocked, order.id)
    assert stock.level(stocked, "COKE-500").on_hand_milli == 52_000
    assert sound(stocked)


def test_it_can_be_called_off_instead_and_an_order_that_is_billed_cannot(stocked: Session, shop: Retailer) -> None:
    order = unbilled(stocked, shop.id)
    assert ordering.cancel(stocked, order.id, "the shop closed").status == "cancelled"
    assert sound(stocked)
    billed = dispatching.dispatch(stocked, ordering.place(stocked, shop.id, CASES, "CREDIT").order.id)
    with pytest.raises(AlreadyDispatched):
        ordering.cancel(stocked, billed.id, "too late")
