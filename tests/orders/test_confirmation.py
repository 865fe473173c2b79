"""What an order says of its bill, on its confirmation and on the bill alike."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from invoicing import papers
from invoicing.charging import NO_DISCOUNT
from invoicing.printing import confirmation_of
from invoicing.tables import Invoice
from invoicing.transport import Transport
from orders import billing, confirmation, dispatching, ordering, shortening
from orders.billing import Billing, Consignee
from orders.dispatching import NotConfirmed
from orders.drafting import Extras
from orders.quotes import Wanted
from parties.tables import Retailer
from tax import Discount

GOODS = [Wanted("COKE-500", 2, "case"), Wanted("SUGAR", 10, "kg"), Wanted("RICE-L", 5, "kg")]
SITE = Consignee("Site 4, Metro Line 3", "Gate 2, Surat 395003", "24")
AGREED = Billing("PO/77", date(2026, 11, 1), SITE, Discount(bps=200))


def test_what_is_said_of_a_bill_comes_back_as_it_was_said() -> None:
    assert billing.loaded(billing.dumped(AGREED)) == AGREED
    assert billing.dumped(Billing()) == {}
    assert billing.loaded({}).discount == NO_DISCOUNT


def test_a_confirmation_and_the_bill_come_to_what_the_order_came_to(stocked: Session, shop: Retailer) -> None:
    extras = Extras(note="after 4 pm", billing=AGREED)
    order = ordering.place(stocked, shop.id, GOODS, "CREDIT", extras=extras).order
    kept = papers.kept_paper(stocked, confirmation.keep(stocked, order.id))
    paper = confirmation_of(kept.content, kept.org_id)
    assert (paper.grand_total_minor, paper.number, paper.title) == (
        order.total_minor, order.number, "Order confirmation",
    )  # fmt: skip
    assert paper.place_of_supply == "Gujarat (24)"
    assert paper.heads == ("igst",)
    assert (paper.ship_to.name if paper.ship_to else None) == SITE.name
    assert ("Your order", "PO/77 of 1 Nov 2026") in paper.references
    assert paper.totals.discount_minor == sum(line.discount_minor for line in paper.lines) > 0
    way = Transport(vehicle="MH04AB1234", transporter="Vasai Roadways", eway_bill="331000123456")
    dispatching.dispatch(stocked, order.id, transport=way)
    invoice = stocked.scalars(select(Invoice)).one()
    assert (invoice.total_minor, invoice.discount_minor) == (order.total_minor, paper.totals.discount_minor)
    printed = papers.paper(stocked, invoice.id)
    assert {("E-way bill", "331000123456"), ("Vehicle", "MH04AB1234"), ("Transporter", "Vasai Roadways")} == set(
        printed.carriage
    )
    assert printed.ship_to == paper.ship_to
    assert printed.place_of_supply == paper.place_of_supply


def test_the_same_order_is_confirmed_by_the_same_paper_and_a_shortened_one_by_another(
    stocked: Session, shop: Retailer
) -> None:
    order = ordering.place(stocked, shop.id, GOODS, "CASH", extras=Extras(billing=AGREED)).order
    first = confirmation.keep(stocked, order.id)
    assert confirmation.keep(stocked, order.id) == first
    drawn = papers.pdf(stocked, first)
    assert drawn.filename == f"ORDER-{order.number}.pdf"
    smaller = shortening.shorten(stocked, order.id, {"SUGAR": 4}, "torn bag")
    second = confirmation.keep(stocked, order.id)
    assert second != first
    assert papers.kept_paper(stocked, second).content["total_minor"] == smaller.total_minor
    assert papers.pdf(stocked, first) == drawn
    assert papers.pdf(stocked, second, size="80mm").content.startswith(b"%PDF")


def test_only_what_was_promised_is_confirmed(stocked: Session, shop: Retailer) -> None:
    with pytest.raises(NotConfirmed):
        confirmation.keep(stocked, ordering.draft(stocked, shop.id, GOODS).id)


def test_a_delivery_address_of_the_order_is_where_the_bill_sends_the_goods(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, GOODS, "CASH", extras=Extras(delivery_address="Godown 9, Bhiwandi")).order
    dispatching.dispatch(stocked, order.id)
    to = papers.paper(stocked, stocked.scalars(select(Invoice)).one().id).ship_to
    assert to is not None
    assert (to.name, tuple(to.address)) == (shop.name, ("Godown 9, Bhiwandi",))


def test_a_shop_in_a_special_economic_zone_is_sold_to_as_in_another_state(stocked: Session, shop: Retailer) -> None:
    shop.sez = True
    stocked.flush()
    order = ordering.place(stocked, shop.id, GOODS, "CREDIT").order
    dispatching.dispatch(stocked, order.id)
    invoice = stocked.scalars(select(Invoice)).one()
    assert (invoice.cgst_minor, invoice.total_minor) == (0, order.total_minor)
    assert invoice.igst_minor > 0
    assert invoice.buyer["sez"]


def test_under_reverse_charge_the_buyer_owes_the_tax_from_quote_to_bill(stocked: Session, shop: Retailer) -> None:
    shop.gstin = "27AAGCB7383J1Z8"
    stocked.flush()
    extras = Extras(billing=Billing(reverse_charge=True))
    shop.gstin = "27AAGCB7383J1Z8"  # who is not registered cannot owe it
    stocked.flush()
    order = ordering.place(stocked, shop.id, [Wanted("SUGAR", 10, "kg")], "CREDIT", extras=extras).order
    assert order.total_minor == 42_000
    dispatching.dispatch(stocked, order.id)
    invoice = stocked.scalars(select(Invoice)).one()
    assert (invoice.total_minor, invoice.reverse_charge, invoice.cgst_minor) == (42_000, True, 1050)


def test_a_shortened_order_stays_without_tax_under_composition(stocked: Session, shop: Retailer) -> None:
    policy.change(stocked, {"gst_scheme": "composition"}, "registered under section 10")
    stocked.flush()
    order = ordering.place(stocked, shop.id, GOODS, "CREDIT").order
    smaller = shortening.shorten(stocked, order.id, {"SUGAR": 4}, "torn bag")
    assert sum(line.tax_minor for line in smaller.lines) == 0
