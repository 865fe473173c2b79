"""Money on account: applied by hand or to the next bill, and told on the right day."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import policy
from core import clock, db
from core.errors import Invalid
from credit import (
    accounts,
    adjustments,
    advances,
    allocating,
    bills,
    days,
    discounts,
    ledger,
    openings,
    payments,
    unapplying,
)
from credit.openings import OpeningBill
from credit.payments import NewPayment
from credit.tables import Bill
from parties.tables import Retailer
from reports import profile

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def pay(session: Session, retailer_id: UUID, amount_minor: int) -> payments.Receipt:
    return payments.record(session, payments.NewPayment(retailer_id, amount_minor, "cash"))


def open_of(session: Session, shop: Retailer) -> dict[str, int]:
    return {one.reference: one.open_minor for one in bills.open_bills(session, shop.id)}


def test_money_on_account_settles_the_oldest_bills_when_somebody_says_so(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    first = pay(session, shop.id, 300)
    adjustments.create(session, adjustments.Adjustment(shop.id, "goodwill", 200, "old friend", "owner"))
    bill(session, shop.id, 400, reference="A", due_in=-5)
    bill(session, shop.id, 400, reference="B")
    assert open_of(session, shop) == {"A": 400, "B": 400}
    assert [(one.reference, one.amount_minor) for one in advances.apply(session, shop.id)] == [("A", 400), ("B", 100)]
    assert open_of(session, shop) == {"B": 300}
    assert advances.held(session, shop.id) == []
    assert accounts.position(session, shop.id).outstanding_minor == 300 == ledger.receivable(session, shop.id)
    payments.reverse(session, first.payment_id, "another shop's")
    assert open_of(session, shop) == {"A": 300, "B": 300}


def test_money_on_account_goes_to_named_bills_only(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    pay(session, shop.id, 300)
    bill(session, shop.id, 400, reference="OLD", due_in=-5)
    new = bill(session, shop.id, 400, reference="NEW")
    advances.apply(session, shop.id, ((new.id, 50),))
    assert open_of(session, shop) == {"OLD": 400, "NEW": 350}
    assert [one.unapplied_minor for one in advances.held(session, shop.id)] == [250]
    with pytest.raises(allocating.OverAllocated):
        advances.apply(session, shop.id, ((new.id, 251),))


def test_without_money_or_bills_nothing_is_applied(session: Session, make_retailer: Make, bill: Post) -> None:
    shop, other = make_retailer(session), make_retailer(session)
    bill(session, shop.id, 400)
    pay(session, other.id, 300)
    for nobody in (shop, other):
        with pytest.raises(advances.NothingHeld):
            advances.apply(session, nobody.id)


def test_the_next_bill_takes_it_by_itself_when_the_setting_says_so(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    policy.change(session, {"apply_advances": True}, "as before")
    shop = make_retailer(session)
    pay(session, shop.id, 300)
    posted = bill(session, shop.id, 200, reference="A")
    assert posted.open_minor == 0
    assert bill(session, shop.id, 400, reference="B").open_minor == 300
    assert open_of(session, shop) == {"B": 300}
    assert accounts.position(session, shop.id).outstanding_minor == 300


def test_a_bill_was_open_until_the_day_on_which_the_advance_was_applied(
    org: UUID, home: Path, make_retailer: Make, bill: Post
) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session).id
        first = days.today(session)
        pay(session, shop, 300)
        bill(session, shop, 500, bill_on=first)
    clock.advance(timedelta(days=3))
    with db.transaction(org) as session:
        advances.apply(session, shop)
    clock.advance(timedelta(days=1))
    with db.transaction(org) as session:
        then, now = profile.of(session, shop, first + timedelta(days=1)), profile.of(session, shop)
    assert ([one.open_minor for one in then.open_bills], then.on_account_minor) == ([500], 300)
    assert ([one.open_minor for one in now.open_bills], now.on_account_minor) == ([200], 0)
    assert then.outstanding_minor == now.outstanding_minor == 200


def test_a_shop_begins_with_its_old_bills_and_its_old_advance(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, credit_days=10)
    old = [OpeningBill("91/A", date(2026, 1, 5), 700), OpeningBill("92/A", date(2026, 1, 6), 800, date(2026, 1, 6))]
    posted = openings.owe(session, shop.id, old)
    assert [(one.reference, one.due_on) for one in posted] == [
        ("91/A", date(2026, 1, 15)),
        ("92/A", date(2026, 1, 6)),
    ]
    held = openings.hold(session, shop.id, 100, date(2026, 1, 4))
    assert (held.unapplied_minor, held.outstanding_minor) == (100, 1_400)
    assert ledger.balance(session, shop.id, "opening_balance") == -1_400
    with pytest.raises(bills.BillExists):
        openings.owe(session, shop.id, old[:1])
    with pytest.raises(openings.OpeningHeld, match="on account is booked already"):
        openings.hold(session, shop.id, 100)


@pytest.mark.parametrize("wrong", [{"bill_on": date(2999, 1, 1)}, {"amount_minor": 0}, {"reference": " "}])
def test_what_is_no_opening_bill_is_refused(session: Session, make_retailer: Make, wrong: dict[str, Any]) -> None:
    known = {"reference": "91/A", "bill_on": date(2026, 1, 5), "amount_minor": 700, **wrong}
    with pytest.raises(Invalid):
        openings.owe(session, make_retailer(session).id, [OpeningBill(**known)])
    with pytest.raises(Invalid):
        openings.owe(session, make_retailer(session).id, [OpeningBill("1", date(2026, 1, 5), 7)] * 501)


def test_an_applied_advance_is_undone_exactly_and_money_for_the_bill_stays(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    first = payments.record(session, NewPayment(shop.id, 300, "upi"))
    second = payments.record(session, NewPayment(shop.id, 200, "upi"))
    owed = bill(session, shop.id, 900)
    payments.record(session, NewPayment(shop.id, 250, "upi"))
    advances.apply(session, shop.id, [(owed.id, 400)])
    assert bills.get(session, owed.id).open_minor == 250
    undone = unapplying.undo(session, owed.id, "meant for another bill")
    assert sorted(part.amount_minor for part in undone.parts) == [-300, -100]
    assert undone.bill.open_minor == 650
    left = {one.id: one.unapplied_minor for one in advances.held(session, shop.id)}
    assert left == {first.payment_id: 300, second.payment_id: 200}
    assert accounts.position(session, shop.id).outstanding_minor == 150
    with pytest.raises(unapplying.NothingApplied):
        unapplying.undo(session, owed.id, "once more")
    advances.apply(session, shop.id, [(owed.id, 500)])
    payments.reverse(session, first.payment_id, "bounced")
    assert [part.amount_minor for part in unapplying.undo(session, owed.id, "again").parts] == [-200]


def test_a_discount_goes_with_the_advance_that_settled_its_bill(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    policy.change(session, {"cash_discount": {"percent_bps": 200, "within_days": 7}}, "as agreed")
    shop = make_retailer(session)
    payments.record(session, NewPayment(shop.id, 980, "upi"))
    owed = bill(session, shop.id, 1_000, bill_on=days.today(session))
    advances.apply(session, shop.id)
    discounts.grant(session, owed.id, "paid soon", "owner")
    assert unapplying.undo(session, owed.id, "a slip").bill.open_minor == 1_000
    assert accounts.position(session, shop.id).outstanding_minor == 20
