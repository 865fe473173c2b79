"""Cash discount: earned by settling a whole bill soon, lost when the money goes back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import policy
from core.errors import Forbidden
from credit import accounts, adjustments, bills, days, discounts, disputes, ledger, payments
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


@pytest.fixture(autouse=True)
def _terms(session: Session) -> None:
    policy.change(session, {"cash_discount": {"percent_bps": 200, "within_days": 7}}, "new terms")


def pay(session: Session, shop: Retailer, amount_minor: int, days_ago: int = 0) -> payments.Receipt:
    on = days.today(session) - timedelta(days=days_ago)
    return payments.record(session, payments.NewPayment(shop.id, amount_minor, "cash", received_on=on))


def fresh(session: Session, shop: Retailer, bill: Post, amount_minor: int = 10_025, age: int = 7) -> Bill:
    return bill(session, shop.id, amount_minor, reference="A", bill_on=days.today(session) - timedelta(days=age))


def test_a_bill_paid_in_full_less_the_discount_in_time_earns_it(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill)
    pay(session, shop, 10_025 - 201)  # 2 % of 100.25 is 2.005: half up
    receipt = discounts.grant(session, soon.id, "paid at once", "accountant")
    assert (receipt.amount_minor, receipt.outstanding_minor) == (201, 0)
    assert bills.open_bills(session, shop.id) == []
    assert ledger.balance(session, shop.id, "discounts") == 201


def test_no_more_is_given_than_is_open(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill)
    pay(session, shop, 10_000)
    assert discounts.grant(session, soon.id, "paid at once", "owner").amount_minor == 25


def test_a_bill_that_is_not_settled_says_what_is_missing(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill, age=2)
    pay(session, shop, 5_000)
    with pytest.raises(discounts.DiscountNotEarned) as refused:
        discounts.grant(session, soon.id, "please", "owner")
    assert refused.value.facts["missing_minor"] == 10_025 - 201 - 5_000
    assert refused.value.facts["until_on"] == (days.today(session) + timedelta(days=5)).isoformat()


def test_late_money_earns_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    late = fresh(session, shop, bill, age=8)
    pay(session, shop, 9_824)
    with pytest.raises(discounts.DiscountNotEarned):
        discounts.grant(session, late.id, "nearly", "owner")


def test_money_that_came_in_time_earns_it_also_when_it_is_noted_later(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    late = fresh(session, shop, bill, age=8)
    pay(session, shop, 9_824, days_ago=1)
    assert discounts.grant(session, late.id, "booked late", "owner").amount_minor == 201


def test_a_bill_has_one_discount_and_needs_money_and_a_role(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    small = fresh(session, shop, bill)
    with pytest.raises(Forbidden):
        discounts.grant(session, small.id, "mine", "sales")
    with pytest.raises(discounts.DiscountNotEarned):
        discounts.grant(session, small.id, "nothing paid", "owner")
    pay(session, shop, 9_824)
    discounts.grant(session, small.id, "paid", "owner")
    with pytest.raises(discounts.DiscountNotEarned):
        discounts.grant(session, small.id, "again", "owner")


def test_a_contested_bill_is_not_settled_until_the_dispute_is(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill)
    contested = disputes.start(session, soon.id, 5_000, "broken seals")
    pay(session, shop, 10_025 - 5_000 - 101)  # 2 % of what remains when they are right
    with pytest.raises(discounts.DiscountNotEarned):
        discounts.grant(session, soon.id, "the rest was paid", "owner")
    disputes.settle(session, contested.id, 5_000, "they were right", "owner")
    assert discounts.grant(session, soon.id, "paid at once", "owner").outstanding_minor == 0


def test_it_is_off_unless_the_organisation_gives_one(session: Session, make_retailer: Make, bill: Post) -> None:
    policy.change(session, {"cash_discount": {"percent_bps": 0, "within_days": 7}}, "no more")
    shop = make_retailer(session)
    soon = fresh(session, shop, bill)
    pay(session, shop, 10_024)
    with pytest.raises(discounts.DiscountNotEarned):
        discounts.grant(session, soon.id, "please", "owner")


def test_the_discount_goes_when_the_money_goes(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill)
    paid = pay(session, shop, 9_824)
    discounts.grant(session, soon.id, "paid at once", "owner")
    back = payments.reverse(session, paid.payment_id, "false notes")
    assert back.outstanding_minor == 10_025 == accounts.position(session, shop.id).outstanding_minor
    assert bills.get(session, soon.id).open_minor == 10_025


def test_the_discount_goes_when_a_credit_that_settled_its_bill_goes(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    soon, other = fresh(session, shop, bill), bill(session, shop.id, 700, reference="B")
    back = adjustments.Adjustment(shop.id, "return", 1_000, "two came back", "owner", soon.id)
    returned = adjustments.create(session, back)
    pay(session, shop, 10_025 - 1_000 - 181)  # 2 % of 9,025
    discounts.grant(session, soon.id, "paid at once", "owner")
    undone = adjustments.reverse(session, returned.payment_id, "they did not come back", "owner")
    assert undone.outstanding_minor == 1_000 + 181 + 700 == accounts.position(session, shop.id).outstanding_minor
    assert [bills.get(session, one.id).open_minor for one in (soon, other)] == [1_181, 700]
    assert ledger.balance(session, shop.id, "discounts") == 0


def test_a_discount_that_is_taken_back_takes_nothing_along(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill)
    pay(session, shop, 9_824)
    given = discounts.grant(session, soon.id, "paid at once", "owner")
    assert adjustments.reverse(session, given.payment_id, "a mistake", "owner").outstanding_minor == 201
    assert bills.get(session, soon.id).open_minor == 201


KINDS = ["return", "damage", "short_supply", "rate_difference", "expiry", "scheme_claim", "goodwill", "write_off"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_discount_is_a_share_of_what_remains_after_credits(
    session: Session, make_retailer: Make, bill: Post, kind: str
) -> None:
    policy.change(session, {"cash_discount": {"percent_bps": 100, "within_days": 7}}, "one percent")
    shop = make_retailer(session)
    soon = fresh(session, shop, bill, 130_500)
    adjustments.create(session, adjustments.Adjustment(shop.id, kind, 117_400, "nine came back", "owner", soon.id))
    pay(session, shop, 11_795)
    with pytest.raises(discounts.DiscountNotEarned) as refused:
        discounts.grant(session, soon.id, "paid at once", "owner")
    assert (refused.value.facts["discount_minor"], refused.value.facts["missing_minor"]) == (131, 13_100 - 11_795 - 131)
    pay(session, shop, 13_100 - 11_795 - 131)
    assert discounts.grant(session, soon.id, "paid at once", "owner").amount_minor == 131
    assert bills.open_bills(session, shop.id) == []


def test_a_credit_after_the_money_lowers_the_discount_as_one_before_it(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill, 10_000)
    pay(session, shop, 4_900)
    adjustments.create(session, adjustments.Adjustment(shop.id, "return", 5_000, "half came back", "owner", soon.id))
    assert discounts.grant(session, soon.id, "paid at once", "owner").amount_minor == 100


def test_a_credit_that_was_taken_back_lowers_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill, 10_000)
    returned = adjustments.create(
        session, adjustments.Adjustment(shop.id, "return", 5_000, "half came back", "owner", soon.id)
    )
    adjustments.reverse(session, returned.payment_id, "they did not", "owner")
    pay(session, shop, 9_800)
    assert discounts.grant(session, soon.id, "paid at once", "owner").amount_minor == 200


def test_a_bill_that_was_credited_in_full_earns_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    soon = fresh(session, shop, bill, 10_000)
    adjustments.create(session, adjustments.Adjustment(shop.id, "return", 10_000, "all came back", "owner", soon.id))
    with pytest.raises(discounts.DiscountNotEarned):
        discounts.grant(session, soon.id, "please", "owner")
