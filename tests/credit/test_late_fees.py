"""Late fees: computed to the paisa, charged by people only, never twice for the same days."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

import policy
from core.errors import Forbidden
from credit import bills, days, disputes, late_fees, payments
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
