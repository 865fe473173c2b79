"""Bill to bill: deliveries call earlier bills in, and a delivery that is undone gives their days back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from core import db, ids
from credit import accounts, bills, days, payments
from credit.tables import Bill
from invoicing import cancelling, issuing
from invoicing.charging import Goods
from invoicing.issuing import Buyer, Request
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports.invariants import i05_open_bills, i58_called_bills, i60_kept_totals

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


@pytest.fixture
def shop(session: Session, make_retailer: Make) -> Retailer:
    """A shop that pays the last bill when the next one comes."""
    made = make_retailer(session)
    terms(session, made, accounts.BILL_TO_BILL)
    return made


def terms(session: Session, shop: Retailer, kind: str) -> None:
    known = accounts.terms_of(accounts.get(session, shop.id))
    accounts.set_terms(session, shop.id, replace(known, terms=kind), "agreed")


def sound(session: Session) -> bool:
    known = (i05_open_bills, i58_called_bills, i60_kept_totals)
    found = [row for one in known for row in db.execute(session, one.INVARIANT.sql).all()]
    return [row.what for row in found if row.org_id == db.org_of(session)] == []


def delivered(session: Session, shop: Retailer, day: int, credit_days: int = 30) -> Invoice:
    """An invoice of so many days ago or from now."""
    goods = Goods(
        sku="SUGAR", description="Sugar", hsn="17019990", qty_milli=10_000, unit="kg", price_minor=4200,
        price_mode="exclusive", rate_bps=500, cess_bps=0, treatment="taxable", packs="",
    )  # fmt: skip
    on = days.today(session) + timedelta(days=day)
    buyer = Buyer(name=shop.name, state_code="27")
    return issuing.issue(session, Request(ids.new(), shop.id, buyer, [goods], "CREDIT", credit_days, issued_on=on))


def due(session: Session, invoice: Invoice) -> date:
    assert invoice.bill_id is not None
    return bills.get(session, invoice.bill_id).due_on


def cancel(session: Session, invoice: Invoice) -> None:
    cancelling.cancel(session, invoice.id, "typed twice", "owner")


def test_the_due_date_comes_back_when_the_bill_that_called_it_in_is_cancelled(session: Session, shop: Retailer) -> None:
    first, agreed = delivered(session, shop, -3), days.today(session) + timedelta(days=27)
    second = delivered(session, shop, 0)
    assert due(session, first) == days.today(session)
    cancel(session, second)
    assert due(session, first) == agreed
    assert sound(session)


def test_another_delivery_still_calls_it_in(session: Session, shop: Retailer) -> None:
    first, second, third = (delivered(session, shop, day) for day in (-4, -2, 0))
    assert (due(session, first), due(session, second)) == (second.issued_on, third.issued_on)
    cancel(session, second)
    assert due(session, first) == third.issued_on
    cancel(session, third)
    assert due(session, first) == first.issued_on + timedelta(days=30)
    assert sound(session)


def test_the_last_of_several_gives_back_only_what_it_called_in(session: Session, shop: Retailer) -> None:
    first, second, third = (delivered(session, shop, day) for day in (-4, -2, 0))
    cancel(session, third)
    assert due(session, first) == second.issued_on
    assert due(session, second) == second.issued_on + timedelta(days=30)
    assert sound(session)


def test_a_bill_that_was_cancelled_and_issued_anew_calls_in_anew(session: Session, shop: Retailer) -> None:
    first, second = delivered(session, shop, -3), delivered(session, shop, -1)
    cancel(session, second)
    again = delivered(session, shop, 0)
    assert due(session, first) == again.issued_on
    cancel(session, again)
    assert due(session, first) == first.issued_on + timedelta(days=30)


def test_what_was_due_already_stays_due(session: Session, shop: Retailer) -> None:
    first = delivered(session, shop, -3, credit_days=1)
    cancel(session, delivered(session, shop, 0))
    assert due(session, first) == first.issued_on + timedelta(days=1)


def test_a_bill_paid_in_part_gets_its_days_back_too_and_one_that_was_settled_was_never_called_in(
    session: Session, shop: Retailer
) -> None:
    settled, first = delivered(session, shop, -4), delivered(session, shop, -4)
    assert settled.bill_id is not None
    whole = payments.NewPayment(shop.id, settled.total_minor, "cash", chosen=((settled.bill_id, settled.total_minor),))
    payments.record(session, whole)
    second = delivered(session, shop, 0)
    payments.record(session, payments.NewPayment(shop.id, 1_000, "cash"))
    cancel(session, second)
    assert due(session, first) == first.issued_on + timedelta(days=30)
    assert due(session, settled) == first.issued_on  # called in by the invoice of the same day, when it was open
    assert sound(session)


def test_other_terms_since_change_nothing_for_what_was_called_in(session: Session, shop: Retailer) -> None:
    first, second = delivered(session, shop, -3), delivered(session, shop, -1)
    terms(session, shop, accounts.DAYS)
    delivered(session, shop, 0)
    assert due(session, first) == second.issued_on
    cancel(session, second)
    assert due(session, first) == first.issued_on + timedelta(days=30)


def test_a_shop_with_days_as_terms_has_nothing_to_give_back(session: Session, make_retailer: Make) -> None:
    other = make_retailer(session)
    first, second = delivered(session, other, -3), delivered(session, other, 0)
    cancel(session, second)
    assert due(session, first) == first.issued_on + timedelta(days=30)


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE bill SET due_on = bill_on WHERE id = %s",
        "UPDATE called_bill SET ended_at = now() WHERE bill_id = %s",
    ],
)
def test_the_doctor_finds_a_day_that_no_delivery_says(session: Session, shop: Retailer, spoil: str) -> None:
    first, _ = delivered(session, shop, -3), delivered(session, shop, 0)
    assert sound(session)
    db.execute(session, spoil, (str(first.bill_id),))
    assert not sound(session)
