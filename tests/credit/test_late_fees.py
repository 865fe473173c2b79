"""Late fees: computed to the paisa, charged by people only, never twice for the same days."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import policy
from core import clock
from core.errors import Forbidden
from credit import adjustments, advances, bills, cheques, days, disputes, late_fees, payments, unapplying
from credit.cheques import NewCheque
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]

EXAMPLES = json.loads((Path(__file__).parents[1] / "invoicing" / "tax_examples.json").read_text())["aux"]["interest"]
PRINCIPAL = 1_250_000


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: f"{case['days']} days")
def test_the_worked_examples_come_out(case: dict[str, Any]) -> None:
    assert late_fees.interest(case["principal"] * case["days"], case["rate_bps_pa"]) == case["interest"]


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: f"{case['days']} days")
def test_a_bill_bears_them_from_its_due_date(
    session: Session, make_retailer: Make, bill: Post, case: dict[str, Any]
) -> None:
    on(session)
    shop = make_retailer(session)
    bill(session, shop.id, case["principal"], due_in=-case["days"])
    [fee] = late_fees.of_shop(session, shop.id)
    assert (fee.due_minor, fee.days_late) == (case["interest"], case["days"])


def on(session: Session, rate_bps: int = 1800, grace_days: int = 0) -> None:
    terms = {"rate_bps": rate_bps, "grace_days": grace_days}
    policy.change(session, {"late_fees": terms}, "as printed on the bills")


def test_they_are_off_by_default(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    late = bill(session, shop.id, PRINCIPAL, due_in=-45)
    assert late_fees.of_shop(session, shop.id) == []
    with pytest.raises(late_fees.NothingToCharge):
        late_fees.charge(session, late.id, "late", "owner")


def test_days_of_grace_bear_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    on(session, grace_days=25)
    shop = make_retailer(session)
    bill(session, shop.id, PRINCIPAL, due_in=-45)
    bill(session, shop.id, PRINCIPAL, due_in=-25)
    assert [fee.due_minor for fee in late_fees.of_shop(session, shop.id)] == [12_329]


def test_a_part_payment_lowers_what_bears_interest_from_its_day(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    on(session)
    shop, today = make_retailer(session), days.today(session)
    bill(session, shop.id, PRINCIPAL, due_in=-20)
    on_day = today - timedelta(days=5)
    payments.record(session, payments.NewPayment(shop.id, 250_000, "cash", received_on=on_day))
    [fee] = late_fees.of_shop(session, shop.id)
    assert fee.due_minor == late_fees.interest(PRINCIPAL * 15 + 1_000_000 * 5, 1800)


def test_what_is_disputed_bears_no_interest_meanwhile(session: Session, make_retailer: Make, bill: Post) -> None:
    on(session)
    shop, today = make_retailer(session), days.today(session)
    late = bill(session, shop.id, PRINCIPAL, due_in=-20)
    disputes.start(session, late.id, 250_000, "short")
    [fee] = late_fees.of_shop(session, shop.id, today + timedelta(days=10))
    assert fee.accrued_minor == late_fees.interest(PRINCIPAL * 20 + 1_000_000 * 10, 1800)


def test_staff_charges_once_for_the_same_days_and_charges_bear_none(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    on(session)
    shop, today = make_retailer(session), days.today(session)
    late = bill(session, shop.id, PRINCIPAL, due_in=-20)
    with pytest.raises(Forbidden):
        late_fees.charge(session, late.id, "late", "accountant")
    posted = late_fees.charge(session, late.id, "as agreed", "owner")
    assert (posted.kind, posted.open_minor) == (bills.CHARGE, 12_329)
    with pytest.raises(late_fees.NothingToCharge):
        late_fees.charge(session, late.id, "again", "owner")
    [fee] = late_fees.of_shop(session, shop.id, today + timedelta(days=25))
    assert (fee.bill_id, fee.charged_minor, fee.due_minor) == (late.id, 12_329, 27_740 - 12_329)


def fee_of(session: Session, shop: Retailer, bill_id: UUID) -> int:
    return late_fees.of_bill(session, bills.get(session, bill_id), days.today(session)).accrued_minor


def test_days_between_a_receipt_and_its_reversal_bear_interest_as_if_no_money_had_come(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    on(session)
    shop, today = make_retailer(session), days.today(session)
    late = bill(session, shop.id, PRINCIPAL, due_in=-20)
    paid = payments.record(
        session, payments.NewPayment(shop.id, PRINCIPAL, "upi", received_on=today - timedelta(days=15))
    )
    assert fee_of(session, shop, late.id) == late_fees.interest(PRINCIPAL * 5, 1800)
    payments.reverse(session, paid.payment_id, "never arrived")
    assert fee_of(session, shop, late.id) == late_fees.interest(PRINCIPAL * 20, 1800)


def test_a_cheque_that_counted_and_bounced_never_came_either(session: Session, make_retailer: Make, bill: Post) -> None:
    on(session)
    policy.change(session, {"cheque_counts_on": "receipt"}, "as agreed")
    shop = make_retailer(session)
    late = bill(session, shop.id, PRINCIPAL, due_in=-20)
    cheque = cheques.receive(session, NewCheque(shop.id, PRINCIPAL, "000123"))
    clock.advance(timedelta(days=10))
    cheques.deposit(session, cheque.id)
    assert fee_of(session, shop, late.id) == late_fees.interest(PRINCIPAL * 20, 1800)
    cheques.bounce(session, cheque.id, "no funds")
    assert fee_of(session, shop, late.id) == late_fees.interest(PRINCIPAL * 30, 1800)


def test_what_money_on_account_covers_bears_no_interest(session: Session, make_retailer: Make, bill: Post) -> None:
    on(session)
    shop, today = make_retailer(session), days.today(session)
    older, late = bill(session, shop.id, 100_000, due_in=-30), bill(session, shop.id, PRINCIPAL, due_in=-20)
    held = payments.record(
        session,
        payments.NewPayment(shop.id, 350_000, "upi", received_on=today - timedelta(days=12), spread=False),
    )
    assert fee_of(session, shop, older.id) == late_fees.interest(100_000 * 18, 1800)
    expected = late_fees.interest(PRINCIPAL * 8 + (PRINCIPAL - 250_000) * 12, 1800)
    assert fee_of(session, shop, late.id) == expected
    assert {fee.bill_id: fee.accrued_minor for fee in late_fees.of_shop(session, shop.id)}[late.id] == expected
    advances.apply(session, shop.id, [(late.id, 350_000)])  # it lay on account for the older one until today
    assert fee_of(session, shop, late.id) == expected
    payments.reverse(session, held.payment_id, "never arrived")
    assert fee_of(session, shop, late.id) == late_fees.interest(PRINCIPAL * 20, 1800)


def test_a_shop_that_paid_ahead_is_charged_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    on(session)
    shop, today = make_retailer(session), days.today(session)
    paid_on = today - timedelta(days=100)
    payments.record(session, payments.NewPayment(shop.id, PRINCIPAL, "upi", received_on=paid_on, spread=False))
    late = bill(session, shop.id, PRINCIPAL, due_in=-20)
    assert late_fees.of_shop(session, shop.id) == []
    with pytest.raises(late_fees.NothingToCharge):
        late_fees.charge(session, late.id, "late", "owner")


def test_an_advance_that_was_put_to_a_bill_and_taken_off_bears_what_it_left(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    on(session)
    shop = make_retailer(session)
    late = bill(session, shop.id, PRINCIPAL, due_in=-20)
    payments.record(session, payments.NewPayment(shop.id, 250_000, "upi", spread=False))
    advances.apply(session, shop.id, [(late.id, 250_000)])
    clock.advance(timedelta(days=4))
    unapplying.undo(session, late.id, "meant for another bill")
    clock.advance(timedelta(days=6))
    assert fee_of(session, shop, late.id) == late_fees.interest(PRINCIPAL * 20 + (PRINCIPAL - 250_000) * 10, 1800)


def test_a_credit_that_is_no_money_was_there_until_it_was_taken_back(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    on(session)
    shop = make_retailer(session)
    late = bill(session, shop.id, PRINCIPAL, due_in=-20)
    given = adjustments.create(
        session, adjustments.Adjustment(shop.id, "goodwill", 250_000, "old friend", "owner", late.id)
    )
    clock.advance(timedelta(days=10))
    payments.reverse(session, given.payment_id, "a mistake of ours")
    clock.advance(timedelta(days=5))
    assert fee_of(session, shop, late.id) == late_fees.interest(PRINCIPAL * 25 + (PRINCIPAL - 250_000) * 10, 1800)
