"""Terms in depth: temporary limits, tolerance, bill to bill, what counts as exposure, defaults, what would help."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import policy
from core import clock, ids
from core.errors import Invalid
from credit import accounts, bills, days, guardrails, payments, reservations
from credit.accounts import Terms
from credit.settings import CreditSettings
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def change(session: Session, retailer_id: UUID, **changed: object) -> None:
    terms = replace(accounts.terms_of(accounts.get(session, retailer_id)), **changed)  # type: ignore[arg-type]
    accounts.set_terms(session, retailer_id, terms, "agreed")


def codes(session: Session, retailer_id: UUID, amount_minor: int) -> list[str]:
    return [reason.code for reason in guardrails.judge(session, retailer_id, amount_minor).reasons]


def test_a_temporary_limit_counts_until_its_last_day(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=1_000, max_order_minor=None).id
    today = days.today(session)
    change(session, shop, temporary_limit_minor=3_000, temporary_until=today)
    assert codes(session, shop, 3_000) == []
    reservations.reserve(session, shop, ids.new(), 2_500)
    assert accounts.position(session, shop).available_minor == 500


def test_a_temporary_limit_that_ended_leaves_an_allowance_and_stops_orders(
    session: Session, make_retailer: Make
) -> None:
    shop = make_retailer(session, limit_minor=1_000, max_order_minor=None).id
    today = days.today(session)
    change(session, shop, temporary_limit_minor=3_000, temporary_until=today)
    reservations.reserve(session, shop, ids.new(), 2_500)
    assert accounts.end_temporary_limits(session, today) == 0
    assert accounts.end_temporary_limits(session, today + timedelta(days=1)) == 1
    account = accounts.get(session, shop)
    assert (account.temporary_limit_minor, account.allowance_minor) == (None, 1_500)
    assert codes(session, shop, 1) == [guardrails.LIMIT]


def test_a_lower_temporary_limit_takes_nothing_away(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=5_000).id
    change(session, shop, temporary_limit_minor=100, temporary_until=days.today(session))
    assert codes(session, shop, 5_000) == []


def test_a_temporary_limit_needs_an_end_that_is_not_past(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session).id
    with pytest.raises(Invalid):
        change(session, shop, temporary_limit_minor=100)
    with pytest.raises(Invalid):
        change(session, shop, temporary_limit_minor=100, temporary_until=days.today(session) - timedelta(days=1))


def test_old_bills_within_the_tolerance_stop_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, max_outstanding_days=7).id
    change(session, shop, tolerance_minor=500)
    bill(session, shop, 300, due_in=-20)
    bill(session, shop, 200, due_in=-9)
    assert codes(session, shop, 100) == []
    reservations.reserve(session, shop, ids.new(), 100)
    bill(session, shop, 1, due_in=-8)
    assert codes(session, shop, 100) == [guardrails.OVERDUE]


def test_the_next_delivery_makes_earlier_bills_due_under_bill_to_bill(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session).id
    change(session, shop, terms=accounts.BILL_TO_BILL)
    first = bill(session, shop, 1_000, due_in=14)
    assert bills.get(session, first.id).due_on == days.today(session) + timedelta(days=14)
    second = bill(session, shop, 2_000, due_in=14)
    assert bills.get(session, first.id).due_on == second.bill_on
    assert bills.get(session, second.id).due_on == days.today(session) + timedelta(days=14)


def test_with_days_as_terms_a_delivery_moves_no_due_date(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    first = bill(session, shop, 1_000, due_in=14)
    bill(session, shop, 2_000, due_in=14)
    assert bills.get(session, first.id).due_on == days.today(session) + timedelta(days=14)


def test_promises_use_up_the_limit_only_when_the_organisation_says_so(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=1_000).id
    policy.change(session, {"exposure": "dispatched"}, "our custom")
    session.flush()
    reservations.reserve(session, shop, ids.new(), 1_000)
    reservations.reserve(session, shop, ids.new(), 600)
    account = accounts.get(session, shop)
    assert (account.reserved_minor, account.allowance_minor) == (1_600, 600)
    assert accounts.position(session, shop).available_minor == 1_000


def test_a_new_shop_gets_the_usual_terms_of_the_organisation(session: Session, make_retailer: Make) -> None:
    usual = {"limit_minor": 700, "credit_days": 7}
    policy.change(session, {"default_terms": usual}, "our custom")
    shop = make_retailer(session, limit_minor=None)
    assert accounts.terms_of(accounts.get(session, shop.id)).limit_minor is None  # said expressly
    default = Terms(**CreditSettings.current(session).default_terms.kept())
    assert (default.limit_minor, default.credit_days) == (700, 7)


@pytest.mark.parametrize(
    ("tolerance", "temporary", "exposure", "blocked"),
    list(product([0, 100_000, 150_000], [None, 900_000], ["confirmed", "invoiced"], [False, True])),
)
def test_reserving_refuses_exactly_what_the_judge_refuses(
    session: Session,
    make_retailer: Make,
    bill: Post,
    tolerance: int,
    temporary: int | None,
    exposure: str,
    blocked: bool,
) -> None:
    policy.change(session, {"exposure": exposure}, "our custom")
    shop = make_retailer(session, limit_minor=500_000, max_order_minor=None, max_outstanding_days=4).id
    until = days.today(session) if temporary else None
    change(session, shop, tolerance_minor=tolerance, temporary_limit_minor=temporary, temporary_until=until)
    account = accounts.get(session, shop)
    account.blocked_at = clock.now() if blocked else None
    session.flush()
    bill(session, shop, 100_000, due_in=-5)
    for amount_minor in (1, 300_000, 400_000, 400_001, 800_000, 800_001):
        verdict = guardrails.judge(session, shop, amount_minor)
        reference = ids.new()
        if verdict.allowed:
            reservations.reserve(session, shop, reference, amount_minor)
            reservations.void(session, reference)
        else:
            with pytest.raises(guardrails.Refused):
                reservations.reserve(session, shop, reference, amount_minor)


@pytest.mark.parametrize(("amount_minor", "due_in"), [(400, -1), (400, -40), (900, 5), (50, -40)])
def test_what_would_help_does_help(
    session: Session, make_retailer: Make, bill: Post, amount_minor: int, due_in: int
) -> None:
    shop = make_retailer(session, limit_minor=1_000, max_order_minor=800, max_outstanding_days=30).id
    bill(session, shop, 700, due_in=due_in)
    verdict = guardrails.judge(session, shop, amount_minor)
    assert not verdict.allowed
    trim, pay = verdict.helps.trim_to_minor, verdict.helps.pay_minor
    assert trim is not None or pay is not None
    if trim is not None:
        assert codes(session, shop, trim) == []
        assert codes(session, shop, trim + 1) != []
    if pay is not None:
        payments.record(session, payments.NewPayment(shop, pay, "cash"))
        assert codes(session, shop, amount_minor) == []


@pytest.mark.parametrize(("limit_minor", "owed_minor", "amount_minor"), [(0, 0, 500), (0, 30, 500), (400, 30, 900)])
def test_what_is_missing_may_be_paid_in_advance(
    session: Session, make_retailer: Make, bill: Post, limit_minor: int, owed_minor: int, amount_minor: int
) -> None:
    shop = make_retailer(session, limit_minor=limit_minor, max_outstanding_days=30).id
    if owed_minor:
        bill(session, shop, owed_minor, due_in=-31)
    pay = guardrails.judge(session, shop, amount_minor).helps.pay_minor
    assert pay == owed_minor + amount_minor - limit_minor
    payments.record(session, payments.NewPayment(shop, pay - 1, "cash"))
    assert codes(session, shop, amount_minor) == [guardrails.LIMIT]
    payments.record(session, payments.NewPayment(shop, 1, "cash"))
    reservations.reserve(session, shop, ids.new(), amount_minor)


def test_nothing_helps_a_shop_without_credit(session: Session, make_retailer: Make) -> None:
    helps = guardrails.judge(session, make_retailer(session, limit_minor=None).id, 100).helps
    assert (helps.pay_minor, helps.trim_to_minor) == (None, None)
