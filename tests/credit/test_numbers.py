"""Receipts, charges and debit notes without tax have numbers of their own: a series each, without a gap."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from freezegun import freeze_time
from sqlalchemy import select
from sqlalchemy.orm import Session

import countries
from core import clock, db
from credit import bills, numbers, payments
from credit.payments import NewPayment, ReferenceUsed
from credit.tables import Bill, Payment
from parties import organisations
from parties.tables import Retailer
from reports import doctor, invariants, statement

Make = Callable[..., Retailer]
Post = Callable[..., Bill]
KNOWN = {one.id: one for one in invariants.load()}


def year(session: Session) -> str:
    business = organisations.get(session)
    return countries.get(business.country).financial_year(clock.today(business.timezone))


def pay(session: Session, shop: Retailer, minor: int = 100, **more: object) -> Payment:
    return payments.record(session, NewPayment(shop.id, minor, "cash", is_meant=True, **more)).payment  # type: ignore[arg-type]


def test_receipts_are_numbered_one_after_the_other_over_all_shops(session: Session, make_retailer: Make) -> None:
    one, other = make_retailer(session), make_retailer(session)
    taken = [pay(session, shop).receipt_number for shop in (one, other, one)]
    assert taken == [f"R/{year(session)}/00000{number}" for number in (1, 2, 3)]
    kept = session.scalars(select(Payment.receipt_number).order_by(Payment.created_at, Payment.id)).all()
    assert kept == taken


def test_a_refused_payment_takes_no_number(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    first = payments.record(session, NewPayment(shop.id, 100, "upi", "412345678901"))
    with pytest.raises(ReferenceUsed), session.begin_nested():
        payments.record(session, NewPayment(shop.id, 100, "upi", "412345678901"))
    second = pay(session, shop)
    assert first.payment.receipt_number is not None
    assert second.receipt_number is not None
    assert int(second.receipt_number[-6:]) == int(first.payment.receipt_number[-6:]) + 1


def test_a_credit_that_is_no_money_goes_by_its_paper_or_by_a_number_of_its_own(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 500)
    on_paper = payments.record(
        session, NewPayment(shop.id, 100, "credit", "SGTF/26-27/01", kind="goodwill", note="late")
    )
    without = payments.record(session, NewPayment(shop.id, 100, "credit", kind="write_off", note="gone"))
    assert on_paper.payment.receipt_number is None
    assert without.payment.receipt_number == f"AD/{year(session)}/000001"
    said = {line.reference for line in statement.of(session, shop.id).lines}
    assert {"SGTF/26-27/01", without.payment.receipt_number} <= said
    assert not any(reference.startswith(("pay_", "adj_")) for reference in said)
    assert doctor.examine(session, KNOWN["I61"], db.org_of(session)).status == doctor.HOLDS


def test_what_is_booked_without_a_reference_goes_by_its_receipt(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    paid = pay(session, shop)
    payments.reverse(session, paid.id, "counted twice")
    references = db.execute(
        session, "SELECT DISTINCT reference FROM ledger_transfer WHERE retailer_id = %s", (str(shop.id),)
    ).all()
    assert references == [(paid.receipt_number,)]


def test_what_the_bank_took_is_a_charge_with_a_number(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    for _ in range(2):
        payments.reverse(session, pay(session, shop).id, "bounced", charge_minor=25_000)
    numbered = sorted(bill.reference for bill in bills.open_bills(session, shop.id))
    assert [reference[:3] + reference[-6:] for reference in numbered] == ["CH/000001", "CH/000002"]


def test_each_financial_year_begins_anew(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    with freeze_time(datetime(2031, 3, 31, 18, 29, tzinfo=UTC)):  # 23:59 in Kolkata
        before = pay(session, shop)
    with freeze_time(datetime(2031, 3, 31, 18, 31, tzinfo=UTC)):
        after = pay(session, shop)
    assert (before.receipt_number, after.receipt_number) == ("R/30-31/000001", "R/31-32/000001")


def test_a_receipt_of_money_that_came_earlier_is_numbered_when_it_is_written(
    session: Session, make_retailer: Make
) -> None:
    shop, business = make_retailer(session), organisations.get(session)
    with freeze_time(datetime(2031, 4, 2, 6, tzinfo=UTC)):
        late = pay(session, shop, received_on=datetime(2031, 3, 30, tzinfo=UTC).date())
    assert late.receipt_number == "R/31-32/000001"
    assert business.country == "IN"


def test_money_taken_at_many_desks_leaves_no_gap(org: UUID, make_retailer: Make) -> None:
    with db.transaction(org) as session:
        shops = [make_retailer(session).id for _ in range(4)]

    def take(number: int) -> None:
        with db.transaction(org) as session:
            payments.record(session, NewPayment(shops[number % 4], 100 + number, "cash"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, range(24)))
    with db.transaction(org) as session:
        taken = session.scalars(select(Payment.receipt_number).where(Payment.org_id == org)).all()
        assert sorted(int(str(one)[-6:]) for one in taken) == list(range(1, 25))
        assert doctor.examine(session, KNOWN["I61"], org).status == doctor.HOLDS


def test_a_series_that_outgrows_its_digits_goes_on(session: Session) -> None:
    first = numbers.take(session, "late_fee")
    db.execute(session, "UPDATE number_series SET last_number = 999999 WHERE document_type = 'late_fee'")
    assert numbers.take(session, "late_fee") == f"{first[:-6]}1000000"


def test_the_day_of_the_number_is_the_day_of_the_shopkeeper(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    with freeze_time(datetime(2031, 3, 31, 20, tzinfo=UTC)) as frozen:  # already April in Kolkata
        assert str(pay(session, shop).receipt_number).startswith("R/31-32/")
        frozen.tick(timedelta(days=1))
        assert str(pay(session, shop).receipt_number) == "R/31-32/000002"
