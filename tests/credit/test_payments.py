"""Payments: who gets the money, in which order, and how it is taken back."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db, ids
from core.audit import AuditEntry
from core.errors import Invalid, NotFound
from credit import accounts, allocating, bills, days, ledger, payments
from credit.payments import NewPayment
from credit.tables import Bill
from parties.tables import Retailer
from tests.ledger import transfers

Make = Callable[..., Retailer]
Post = Callable[..., Bill]

EXAMPLES = json.loads((Path(__file__).parents[1] / "invoicing" / "tax_examples.json").read_text())["aux"]["allocation"]


def pay(session: Session, retailer_id: UUID, amount_minor: int, method: str = "cash", **more: Any) -> payments.Receipt:
    return payments.record(session, NewPayment(retailer_id, amount_minor, method, **more))


def shares(receipt: payments.Receipt) -> list[tuple[str, int]]:
    return [(one.reference, one.amount_minor) for one in receipt.allocations]


@pytest.mark.parametrize("case", [case for case in EXAMPLES["cases"] if "payment" in case])
def test_the_worked_examples_come_out(session: Session, make_retailer: Make, bill: Post, case: dict[str, Any]) -> None:
    shop = make_retailer(session)
    today = days.today(session)
    posted = {
        known["bill"]: bill(
            session,
            shop.id,
            known["open"],
            reference=known["bill"],
            bill_on=date.fromisoformat(known["date"]),
            due_in=(date.fromisoformat(known["due"]) - today).days,
        )
        for known in EXAMPLES["bills"]
    }
    chosen = ((posted[case["against"]].id, case["payment"]),) if "against" in case else ()
    receipt = pay(session, shop.id, case["payment"], chosen=chosen)
    assert shares(receipt) == [(one["bill"], one["amount"]) for one in case["expected"]["allocations"]]
    assert receipt.unapplied_minor == case["expected"]["on_account"]


def test_bills_of_one_due_date_are_settled_by_bill_date_then_reference(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    on = days.today(session)
    bill(session, shop.id, 100, reference="C", bill_on=on - timedelta(days=2))
    bill(session, shop.id, 100, reference="B", bill_on=on - timedelta(days=2))
    bill(session, shop.id, 100, reference="A", bill_on=on - timedelta(days=1))
    assert shares(pay(session, shop.id, 250)) == [("B", 100), ("C", 100), ("A", 50)]


def test_chosen_bills_come_first_and_the_rest_goes_to_the_oldest(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 100, reference="OLD", due_in=-9)
    late = bill(session, shop.id, 100, reference="NEW", due_in=9)
    receipt = pay(session, shop.id, 170, chosen=((late.id, 60),))
    assert shares(receipt) == [("NEW", 70), ("OLD", 100)]
    assert [(one.reference, one.open_minor) for one in bills.open_bills(session, shop.id)] == [("NEW", 30)]


def test_what_no_bill_takes_stays_on_account_and_makes_room(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, limit_minor=1_000)
    bill(session, shop.id, 400)
    receipt = pay(session, shop.id, 1_000)
    assert (receipt.unapplied_minor, receipt.outstanding_minor) == (600, -600)
    assert accounts.position(session, shop.id).available_minor == 1_600


def test_outstanding_is_what_the_ledger_says(session: Session, make_retailer: Make, reserved_bill: Post) -> None:
    shop = make_retailer(session)
    reserved_bill(
        session,
        shop.id,
        104_997,
        contra={"sales": 100_000, "output_cgst": 2_500, "output_sgst": 2_500, "round_off": -3},
    )
    pay(session, shop.id, 50_000, method="upi", reference="412345678901")
    assert ledger.receivable(session, shop.id) == 54_997 == accounts.position(session, shop.id).outstanding_minor
    legs = transfers(session, retailer_id=shop.id)
    assert {(leg.debit_account, leg.credit_account, leg.amount_minor) for leg in legs} == {
        ("receivable", "sales", 100_000),
        ("receivable", "output_cgst", 2_500),
        ("receivable", "output_sgst", 2_500),
        ("round_off", "receivable", 3),
        ("upi", "receivable", 50_000),
    }


def test_a_payment_lowers_the_allowance_to_what_is_needed(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, limit_minor=1_000)
    bill(session, shop.id, 1_500)
    assert accounts.get(session, shop.id).allowance_minor == 500
    pay(session, shop.id, 300)
    assert accounts.get(session, shop.id).allowance_minor == 200
    pay(session, shop.id, 900)
    assert accounts.get(session, shop.id).allowance_minor == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"method": "barter"},
        {"received_on": date(2999, 1, 1)},
        {"reference": "9" * 101},
    ],
)
def test_what_is_no_payment_is_refused(session: Session, make_retailer: Make, wrong: dict[str, Any]) -> None:
    shop = make_retailer(session)
    with pytest.raises(Invalid):
        payments.record(session, NewPayment(**{"retailer_id": shop.id, "amount_minor": 5, "method": "cash", **wrong}))
    assert accounts.position(session, shop.id).outstanding_minor == 0


def test_a_bill_of_another_shop_is_not_found(session: Session, make_retailer: Make, bill: Post) -> None:
    mine, other = make_retailer(session), make_retailer(session)
    theirs = bill(session, other.id, 100)
    with pytest.raises(NotFound):
        pay(session, mine.id, 100, chosen=((theirs.id, 100),))


def test_more_than_is_open_or_paid_is_not_allocated(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    small = bill(session, shop.id, 100)
    with pytest.raises(allocating.OverAllocated):
        pay(session, shop.id, 200, chosen=((small.id, 101),))
    with pytest.raises(allocating.OverAllocated):
        pay(session, shop.id, 50, chosen=((small.id, 51),))
    with pytest.raises(Invalid):
        pay(session, shop.id, 50, chosen=((small.id, 10), (small.id, 10)))


def test_more_bills_than_anybody_names_by_hand_are_refused(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    with pytest.raises(Invalid):
        pay(session, shop.id, 10_000, chosen=tuple((ids.new(), 1) for _ in range(allocating.MAX_CHOSEN + 1)))
    with pytest.raises(Invalid):
        pay(session, shop.id, 100, chosen=((ids.new(), 0),))


def test_a_bill_that_was_named_in_full_is_not_taken_again(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    old = bill(session, shop.id, 100, reference="OLD", due_in=-9)
    bill(session, shop.id, 100, reference="NEW")
    assert shares(pay(session, shop.id, 150, chosen=((old.id, 100),))) == [("OLD", 100), ("NEW", 50)]


def test_a_transfers_reference_pays_once_and_a_cheques_number_is_its_own(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    pay(session, shop.id, 100, method="bank", reference="hdfc n123")
    with pytest.raises(payments.ReferenceUsed):
        pay(session, shop.id, 100, method="bank", reference=" HDFC  N123")
    pay(session, shop.id, 100, method="cheque", reference="HDFC N123")
    pay(session, shop.id, 100, reference=" ")
    pay(session, shop.id, 100, reference=" ", is_meant=True)
    assert accounts.position(session, shop.id).outstanding_minor == -400


def test_reversing_reopens_exactly_the_same_bills_and_charges_the_bank_fee(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 100, reference="A", due_in=-5)
    bill(session, shop.id, 100, reference="B", due_in=-4)
    first = pay(session, shop.id, 150, method="cheque", reference="000123")
    pay(session, shop.id, 30)
    receipt = payments.reverse(session, first.payment_id, "bounced", charge_minor=25)
    assert sorted(shares(receipt)) == [("A", -100), ("B", -50)]
    still = {one.reference: one.open_minor for one in bills.open_bills(session, shop.id)}
    assert still.pop("A") == 100
    assert still.pop("B") == 70
    assert list(still.values()) == [25]
    assert receipt.outstanding_minor == 195 == ledger.receivable(session, shop.id)
    assert payments.get(session, first.payment_id).status == "reversed"


def test_a_payment_is_reversed_once_and_its_reference_is_free_again(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    wrong = pay(session, shop.id, 500, method="upi", reference="412345678901")
    payments.reverse(session, wrong.payment_id, "typed twice")
    with pytest.raises(payments.AlreadyReversed):
        payments.reverse(session, wrong.payment_id, "again")
    pay(session, shop.id, 50, method="upi", reference="412345678901")
    assert accounts.position(session, shop.id).outstanding_minor == -50


def test_a_reversal_needs_a_reason_and_a_payment(session: Session, make_retailer: Make) -> None:
    paid = pay(session, make_retailer(session).id, 500)
    assert (paid.retailer_id, paid.amount_minor) == (payments.get(session, paid.payment_id).retailer_id, 500)
    with pytest.raises(Invalid):
        payments.reverse(session, paid.payment_id, " ")
    with pytest.raises(Invalid):
        payments.reverse(session, paid.payment_id, "bounced", charge_minor=0)
    with pytest.raises(NotFound):
        payments.reverse(session, ids.new(), "no such payment")


def test_each_money_movement_leaves_one_audit_entry(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 100)
    paid = pay(session, shop.id, 100)
    payments.reverse(session, paid.payment_id, "bounced")
    told = session.scalars(select(AuditEntry.action).where(AuditEntry.chain_id == shop.id).order_by(AuditEntry.seq))
    assert list(told) == ["account.opened", "bill.posted", "payment.recorded", "payment.reversed"]


def test_a_bill_is_posted_once_under_its_reference(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 100, reference="INV-1")
    with pytest.raises(bills.BillExists):
        bill(session, shop.id, 100, reference="INV-1")


def test_a_bill_whose_parts_do_not_add_up_is_never_booked(session: Session, make_retailer: Make, bill: Post) -> None:
    with pytest.raises(ValueError, match="add up"):
        bill(session, make_retailer(session).id, 100, contra={"sales": 99})


def test_a_bill_that_means_nothing_is_refused(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    with pytest.raises(Invalid):
        bill(session, shop.id, 0)
    with pytest.raises(Invalid):
        bill(session, shop.id, 100, bill_on=days.today(session) + timedelta(days=60))
    with pytest.raises(Invalid):
        bill(session, shop.id, 100, reference=" ")
    with pytest.raises(ValueError, match="no transfer"):
        bill(session, shop.id, 100, contra={"petty_cash": 100})


def test_a_bill_is_read_as_it_is_now(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    posted = bill(session, shop.id, 100)
    pay(session, shop.id, 30)
    assert bills.get(session, posted.id).open_minor == 70
    with pytest.raises(NotFound):
        bills.get(session, ids.new())


def test_many_open_bills_are_settled_by_few_statements(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    count = 3_000
    db.execute(
        session,
        "INSERT INTO bill SELECT %s, gen_random_uuid(), %s, 'opening', 'N' || n, '2026-01-01', '2026-01-31', 10, 10,"
        " now() FROM generate_series(1, %s) AS n",
        (str(db.org_of(session)), str(shop.id), count),
    )
    assert len(pay(session, shop.id, 25).allocations) == 3
    receipt = pay(session, shop.id, count * 10)
    assert len(receipt.allocations) == count - 2
    assert receipt.unapplied_minor == 25


def test_twenty_clicks_with_one_reference_record_one_payment(org: UUID, make_retailer: Make, bill: Post) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session).id
        bill(session, shop, 1_000)

    def click(_: int) -> bool:
        try:
            db.run(lambda session: pay(session, shop, 100, method="upi", reference="412345678901"), org)
        except payments.ReferenceUsed:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(click, range(20))) == 1
    with db.transaction(org) as session:
        assert accounts.position(session, shop).outstanding_minor == 900


def test_payments_at_once_never_settle_a_bill_twice(org: UUID, make_retailer: Make, bill: Post) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session).id
        for _ in range(3):
            bill(session, shop, 100)
    with ThreadPoolExecutor(8) as pool:
        receipts = list(
            pool.map(lambda _: db.run(lambda session: pay(session, shop, 25, is_meant=True), org), range(20))
        )
    assert sum(receipt.unapplied_minor for receipt in receipts) == 200
    with db.transaction(org) as session:
        assert bills.open_bills(session, shop) == []
        assert accounts.position(session, shop).outstanding_minor == -200
