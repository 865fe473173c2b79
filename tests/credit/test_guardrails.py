"""Guardrails: what the judge says, and that reserving enforces the same."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy.orm import Session

from core import ids
from core.errors import Invalid, NotFound
from credit import accounts, guardrails, pauses, reservations
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def codes(session: Session, retailer: Retailer, amount_minor: int) -> list[str]:
    return [reason.code for reason in guardrails.judge(session, retailer.id, amount_minor).reasons]


def test_a_small_order_within_the_limit_is_allowed(session: Session, make_retailer: Make) -> None:
    verdict = guardrails.judge(session, make_retailer(session).id, 100_000)
    assert verdict.as_dict() == {"allowed": True, "reason": None, "reasons": []}


def test_an_order_of_exactly_what_is_left_is_allowed_and_one_paisa_more_is_not(
    session: Session, make_retailer: Make
) -> None:
    shop = make_retailer(session, limit_minor=100_000, max_order_minor=None)
    assert codes(session, shop, 100_000) == []
    assert codes(session, shop, 100_001) == [guardrails.LIMIT]


def test_all_failing_rules_are_told_in_order(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, limit_minor=1_000_000, max_order_minor=300_000, max_outstanding_days=7)
    bill(session, shop.id, 900_000, due_in=-8)
    pauses.pause(session, shop.id, "cheque bounced")
    assert codes(session, shop, 400_000) == [
        guardrails.PAUSED,
        guardrails.OVERDUE,
        guardrails.MAX_ORDER,
        guardrails.LIMIT,
    ]


def test_a_shop_without_a_limit_is_told_that_no_credit_was_granted(session: Session, make_retailer: Make) -> None:
    verdict = guardrails.judge(session, make_retailer(session, limit_minor=None).id, 100)
    assert verdict.reason == guardrails.NOT_GRANTED


def test_prepay_is_a_limit_of_nothing(session: Session, make_retailer: Make) -> None:
    assert codes(session, make_retailer(session, limit_minor=0), 100) == [guardrails.LIMIT]


def test_a_refusal_over_the_limit_names_the_numbers(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, limit_minor=1_000_000)
    bill(session, shop.id, 700_000)
    reservations.reserve(session, shop.id, ids.new(), 100_000)
    (reason,) = guardrails.judge(session, shop.id, 250_000).reasons
    assert (reason.value_minor, reason.limit_minor) == (1_050_000, 1_000_000)
    assert reason.facts["available_minor"] == 200_000
    assert reason.facts["shortfall_minor"] == 50_000
    assert "₹2,000" in reason.detail
    assert "₹10,000" in reason.detail


def test_an_old_bill_is_named_with_its_days(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, max_outstanding_days=30)
    bill(session, shop.id, 50_000, due_in=-31, reference="INV-7")
    (reason,) = guardrails.judge(session, shop.id, 100).reasons
    assert (reason.facts["bill_reference"], reason.facts["days_overdue"]) == ("INV-7", 31)


def test_a_bill_on_its_last_allowed_day_blocks_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, max_outstanding_days=30)
    bill(session, shop.id, 50_000, due_in=-30)
    assert codes(session, shop, 100) == []


def test_cash_is_never_blocked_by_credit(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=None)
    pauses.pause(session, shop.id, "late")
    assert guardrails.judge(session, shop.id, 10_000_000, guardrails.CASH).allowed


@pytest.mark.parametrize(("amount_minor", "mode"), [(0, "CREDIT"), (-5, "CREDIT"), (100, "LATER")])
def test_what_is_no_order_is_refused(session: Session, make_retailer: Make, amount_minor: int, mode: str) -> None:
    with pytest.raises(Invalid):
        guardrails.judge(session, make_retailer(session).id, amount_minor, mode)


def test_a_shop_of_nobody_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        guardrails.judge(session, ids.new(), 100)


@pytest.mark.parametrize(
    ("limit_minor", "max_order_minor", "max_days"),
    list(product([None, 0, 500_000], [None, 0, 200_000], [None, 0, 5])),
)
def test_reserving_refuses_exactly_what_the_judge_refuses(
    session: Session,
    make_retailer: Make,
    bill: Post,
    limit_minor: int | None,
    max_order_minor: int | None,
    max_days: int | None,
) -> None:
    shop = make_retailer(
        session, limit_minor=limit_minor, max_order_minor=max_order_minor, max_outstanding_days=max_days
    )
    bill(session, shop.id, 100_000, due_in=-5)
    bill(session, shop.id, 100_000, due_in=3)
    for amount_minor in (1, 200_000, 200_001, 300_000, 300_001):
        verdict = guardrails.judge(session, shop.id, amount_minor)
        reference = ids.new()
        if verdict.allowed:
            reservations.reserve(session, shop.id, reference, amount_minor)
            reservations.void(session, reference)
        else:
            with pytest.raises(guardrails.Refused) as refused:
                reservations.reserve(session, shop.id, reference, amount_minor)
            assert (refused.value.verdict, refused.value.code) == (verdict, verdict.reason)


def test_terms_are_changed_with_a_reason_and_a_version(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    account = accounts.set_terms(session, shop.id, accounts.Terms(limit_minor=100), "smaller shop", version=1)
    assert (account.limit_minor, account.version) == (100, 2)
    with pytest.raises(accounts.Stale):
        accounts.set_terms(session, shop.id, accounts.Terms(limit_minor=200), "again", version=1)
    with pytest.raises(Invalid):
        accounts.set_terms(session, shop.id, accounts.Terms(limit_minor=200), "  ")


def test_terms_that_are_the_same_or_make_no_sense_change_nothing(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    terms = accounts.terms_of(accounts.get(session, shop.id))
    assert accounts.set_terms(session, shop.id, terms, "as before").version == 1
    for wrong in ({"limit_minor": -1}, {"credit_days": 9_999}, {"max_order_minor": -1}, {"terms": "whenever"}):
        with pytest.raises(Invalid):
            accounts.set_terms(session, shop.id, replace(terms, **wrong), "mistyped")
    assert accounts.get(session, shop.id).version == 1


def test_a_limit_below_what_is_owed_is_allowed_and_no_order_fits_until_it_is_paid(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session, limit_minor=1_000_000)
    bill(session, shop.id, 800_000)
    account = accounts.set_terms(session, shop.id, accounts.Terms(limit_minor=500_000), "risk")
    assert account.allowance_minor == 300_000
    assert accounts.position(session, shop.id).available_minor == 0
    assert codes(session, shop, 1) == [guardrails.LIMIT]
