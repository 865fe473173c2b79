"""Dispatch: one invoice, one bill, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import policy
from core import clock, db
from credit import accounts, bills
from credit.tables import Bill
from invoicing import papers
from invoicing.pdf import render
from invoicing.tables import Invoice
from orders import confirmation, dispatching, listing, ordering
from orders.dispatching import NotConfirmed
from orders.quotes import Wanted
from parties.tables import Retailer
from tests.invoicing.test_footing import pages_of

CASES = [Wanted("COKE-500", 2, "case"), Wanted("SUGAR", 10, "kg")]


def test_what_was_reserved_is_owed_after_dispatch(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    sent = dispatching.dispatch(stocked, order.id)
    assert sent == listing.get(stocked, order.id)
    assert sent.status == "dispatched"
    account = accounts.get(stocked, shop.id)
    assert (account.reserved_minor, account.outstanding_minor) == (0, order.total_minor)
    (bill,) = bills.open_bills(stocked, shop.id)
    today = clock.today("Asia/Kolkata")
    assert (bill.amount_minor, bill.bill_on, bill.due_on) == (order.total_minor, today, today + timedelta(days=15))
    invoice = stocked.scalars(select(Invoice)).one()
    assert (invoice.id, invoice.number, invoice.total_minor) == (sent.invoice_id, bill.reference, order.total_minor)


def test_dispatching_twice_bills_once(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    assert dispatching.dispatch(stocked, order.id) == dispatching.dispatch(stocked, order.id)
    assert stocked.scalar(select(func.count()).select_from(Invoice)) == 1


def test_dispatching_from_four_desks_bills_once(org: UUID, open_shop: Callable[..., UUID]) -> None:
    shop_id = open_shop()
    with db.transaction(org) as session:
        order_id = ordering.place(session, shop_id, CASES, "CREDIT").order.id
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: db.run(lambda s: dispatching.dispatch(s, order_id), org), range(4)))
    assert len({order.invoice_id for order in sent}) == 1
    with db.transaction(org) as session:
        assert session.scalar(select(func.count()).select_from(Bill).where(Bill.retailer_id == shop_id)) == 1


def test_a_cash_order_is_due_the_day_it_leaves(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, CASES, "CASH").order
    dispatching.dispatch(stocked, order.id)
    (bill,) = bills.open_bills(stocked, shop.id)
    assert bill.due_on == bill.bill_on == clock.today("Asia/Kolkata")


def test_only_what_was_promised_leaves(stocked: Session, shop: Retailer) -> None:
    waiting = ordering.draft(stocked, shop.id, CASES)
    with pytest.raises(NotConfirmed):
        dispatching.dispatch(stocked, waiting.id)


def test_an_invoice_prints_what_the_order_agreed_to(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    dispatching.dispatch(stocked, order.id)
    invoice = stocked.scalars(select(Invoice)).one()
    assert invoice.buyer["reference"] == order.number
    assert invoice.taxable_minor == sum(line.taxable_minor for line in order.lines)


def test_under_composition_nothing_from_quote_to_paper_carries_tax(stocked: Session, shop: Retailer) -> None:
    policy.change(stocked, {"gst_scheme": "composition"}, "registered under section 10")
    stocked.flush()
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    assert all(line.tax_minor == 0 for line in order.lines)
    dispatching.dispatch(stocked, order.id)
    invoice = stocked.scalars(select(Invoice)).one()
    assert (invoice.document_type, invoice.cgst_minor, invoice.total_minor) == ("bill_of_supply", 0, order.total_minor)
    assert "not eligible to collect tax" in papers.paper(stocked, invoice.id).notes[0]


def test_a_bill_prints_the_retail_price_of_goods_that_have_one(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    sent = dispatching.dispatch(stocked, order.id)
    assert sent.invoice_id
    paper = papers.paper(stocked, sent.invoice_id)
    assert [line.mrp_minor for line in paper.lines] == [4_000, None]
    text = pages_of(render(paper))[0]
    assert "MRP" in text
    assert "40.00" in text
    confirmed = papers.kept_paper(stocked, confirmation.keep(stocked, order.id))
    assert [line["mrp_minor"] for line in confirmed.content["lines"]] == [4_000, None]


def test_a_bill_speaks_to_the_shop_in_its_language_beside_english(stocked: Session, shop: Retailer) -> None:
    shop.language = "ur"
    stocked.flush()
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    sent = dispatching.dispatch(stocked, order.id)
    assert sent.invoice_id
    assert papers.paper(stocked, sent.invoice_id).language == "ur"
