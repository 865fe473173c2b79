"""Cheques: when they count, and what a bounce takes back."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import policy
from core import db
from core.errors import Invalid, NotFound
from credit import accounts, allocating, bills, cheques, days, ledger, payments
from credit.arrangements import Cheque
from credit.tables import Bill
from parties.tables import Retailer

EXAMPLES = json.loads((Path(__file__).parents[1] / "invoicing" / "tax_examples.json").read_text())["aux"]["allocation"]

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def take(session: Session, shop: Retailer, amount_minor: int = 600, number: str = "000123", **more: Any) -> Cheque:
    return cheques.receive(session, cheques.NewCheque(shop.id, amount_minor, number, **more))


def owes(session: Session, shop: Retailer) -> int:
    assert accounts.position(session, shop.id).outstanding_minor == ledger.receivable(session, shop.id)
    return ledger.receivable(session, shop.id)


def open_of(session: Session, shop: Retailer) -> dict[str, int]:
    return {one.reference: one.open_minor for one in bills.open_bills(session, shop.id)}


@pytest.mark.parametrize(
    ("setting", "owed"), [("clearing", [900, 900, 300]), ("deposit", [900, 300, 300]), ("receipt", [300, 300, 300])]
)
def test_the_setting_says_when_a_cheque_counts(
    session: Session, make_retailer: Make, bill: Post, setting: str, owed: list[int]
) -> None:
    policy.change(session, {"cheque_counts_on": setting}, "our bank is quick")
    shop = make_retailer(session)
    bill(session, shop.id, 900)
    seen = []
    cheque = take(session, shop)
    seen.append(owes(session, shop))
    cheques.deposit(session, cheque.id)
    seen.append(owes(session, shop))
    assert cheques.clear(session, cheque.id).state == "cleared"
    assert [*seen, owes(session, shop)] == owed


@pytest.mark.parametrize("setting", ["clearing", "deposit"])
def test_a_bounce_reopens_the_same_bills_and_charges_the_bank_fee(
    session: Session, make_retailer: Make, bill: Post, setting: str
) -> None:
    policy.change(session, {"cheque_counts_on": setting}, "our bank is quick")
    shop = make_retailer(session)
    bill(session, shop.id, 500, reference="A", due_in=-5)
    bill(session, shop.id, 500, reference="B", due_in=-4)
    cheque = take(session, shop)
    cheques.deposit(session, cheque.id)
    bounced = cheques.bounce(session, cheque.id, "funds insufficient", 25)
    left = open_of(session, shop)
    assert (left.pop("A"), left.pop("B"), list(left.values())) == (500, 500, [25])
    assert (bounced.state, bounced.note, owes(session, shop)) == ("bounced", "funds insufficient", 1_025)


def test_the_bank_may_take_a_cleared_cheque_back(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 600, reference="A")
    cheque = take(session, shop)
    cheques.deposit(session, cheque.id)
    cheques.clear(session, cheque.id)
    assert open_of(session, shop) == {}
    with pytest.raises(Invalid):
        payments.reverse(session, cheque.id, "forged")
    cheques.bounce(session, cheque.id, "forged")
    assert open_of(session, shop) == {"A": 600}
    assert payments.get(session, cheque.id).status == "reversed"


def test_a_cheque_goes_from_step_to_step(session: Session, make_retailer: Make) -> None:
    cheque = take(session, make_retailer(session))
    for step in (
        lambda: cheques.clear(session, cheque.id),
        lambda: cheques.bounce(session, cheque.id, "no"),
    ):
        with pytest.raises(cheques.ChequeMoved):
            step()
    cheques.give_back(session, cheque.id, "wrong amount")
    with pytest.raises(cheques.ChequeMoved):
        cheques.deposit(session, cheque.id)


def test_undoing_gives_back_before_the_bank_and_bounces_after(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    early, late = take(session, shop, number="1"), take(session, shop, number="2")
    cheques.deposit(session, late.id)
    assert cheques.undo(session, early.id, "typed twice").state == "returned"
    assert cheques.undo(session, late.id, "funds insufficient", 5).state == "bounced"


def test_a_cheque_is_taken_once_until_it_comes_back(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    cheque = take(session, shop, bank="hdfc", number=" n123")
    assert cheque.number == "HDFC N123"
    with pytest.raises(cheques.ChequeKnown):
        take(session, shop, bank="HDFC", number="N123")
    take(session, shop, bank="SBI", number="N123")
    cheques.give_back(session, cheque.id, "unsigned")
    take(session, shop, bank="HDFC", number="N123")


def test_a_post_dated_cheque_waits_for_its_date_and_a_stale_one_is_not_deposited(
    session: Session, make_retailer: Make
) -> None:
    shop, today = make_retailer(session), days.today(session)
    post_dated = take(session, shop, number="1", dated_on=today + timedelta(days=1))
    stale = take(session, shop, number="2", dated_on=today - timedelta(days=cheques.VALID_DAYS + 1))
    for cheque in (post_dated, stale):
        with pytest.raises(cheques.ChequeDate):
            cheques.deposit(session, cheque.id)


def test_what_a_cheque_is_meant_for_is_settled_as_far_as_it_is_still_open(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 500, reference="OLD", due_in=-9)
    meant = bill(session, shop.id, 500, reference="NEW")
    cheque = take(session, shop, 400, chosen=((meant.id, 400),))
    payments.record(session, payments.NewPayment(shop.id, 300, "cash", chosen=((meant.id, 300),)))
    cheques.deposit(session, cheque.id)
    cheques.clear(session, cheque.id)
    assert open_of(session, shop) == {"OLD": 300}


@pytest.mark.parametrize("wrong", [{"amount_minor": 0}, {"number": " "}, {"number": "9" * 101}])
def test_what_is_no_cheque_is_refused(session: Session, make_retailer: Make, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        take(session, make_retailer(session), **wrong)
    with pytest.raises(Invalid):
        take(session, make_retailer(session), received_on=days.today(session) + timedelta(days=1))


def test_a_cheque_is_not_meant_for_what_it_cannot_pay(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    mine, theirs = bill(session, shop.id, 100), bill(session, make_retailer(session).id, 100)
    with pytest.raises(NotFound):
        take(session, shop, chosen=((theirs.id, 50),))
    with pytest.raises(allocating.OverAllocated):
        take(session, shop, chosen=((mine.id, 101),))


def test_the_worked_example_of_a_bounce_comes_out(session: Session, make_retailer: Make, bill: Post) -> None:
    shop, today = make_retailer(session), days.today(session)
    for known in EXAMPLES["bills"]:
        due_in = (date.fromisoformat(known["due"]) - today).days
        bill_on = date.fromisoformat(known["date"])
        bill(session, shop.id, known["open"], reference=known["bill"], bill_on=bill_on, due_in=due_in)
    before = [(one.reference, one.due_on, one.open_minor) for one in bills.open_bills(session, shop.id)]
    [amount_minor] = [case["cheque_bounce_of"] for case in EXAMPLES["cases"] if "cheque_bounce_of" in case]
    cheque = take(session, shop, amount_minor)
    cheques.deposit(session, cheque.id)
    cheques.clear(session, cheque.id)
    assert open_of(session, shop) == {"B1": 680_050, "B3": 999_900}
    cheques.bounce(session, cheque.id, "funds insufficient", 25_000)
    after = [(one.reference, one.due_on, one.open_minor) for one in bills.open_bills(session, shop.id)]
    assert [one for one in after if not one[0].startswith("CH/")] == before
    assert [one[2] for one in after if one[0].startswith("CH/")] == [25_000]


def test_ten_clicks_clear_a_cheque_once(org: UUID, make_retailer: Make) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session)
        cheque = take(session, shop)
        cheques.deposit(session, cheque.id)

    def click(_: int) -> bool:
        try:
            db.run(lambda session: cheques.clear(session, cheque.id), org)
        except cheques.ChequeMoved:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(click, range(10))) == 1
    with db.transaction(org) as session:
        assert owes(session, shop) == -600
