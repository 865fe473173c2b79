"""A term is said once: what stands in credit/terms.py, every door, file and replay of terms has, and judges by."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from admin_api.answers.guardrails import TermsOut, TriedTermsOut
from admin_api.guardrails import TermsIn, WhatIf
from core.errors import Invalid
from core.i18n import speaking
from credit import accounts, guardrails, standing, terms
from credit.accounts import Terms
from credit.guardrails import Reason
from credit.settings import CreditSettings
from credit.tables import CreditAccount
from credit.terms import UsualTerms
from orders import ledger_import
from parties.tables import Retailer
from speech import refusals

Make = Callable[..., Retailer]


def test_every_term_is_a_column_of_the_account() -> None:
    assert set(Terms.kinds()) <= set(CreditAccount.__table__.columns.keys())


def test_every_door_has_every_term() -> None:
    assert set(TermsIn().fields) == {*Terms.kinds(), "group_id", "reason"}
    assert set(TermsOut().fields) == {*Terms.kinds(), "group_id", "version"}
    assert set(WhatIf().fields) == {*terms.TRIED, "days"}
    assert set(TriedTermsOut().fields) == set(terms.TRIED)
    assert CreditSettings().default_terms == UsualTerms()
    assert set(terms.IN_A_FILE) <= set(ledger_import.RETAILER_COLUMNS.split(","))


@pytest.mark.parametrize("name", [name for name, kind in Terms.kinds().items() if kind.optional])
def test_only_a_term_that_may_be_missing_may_be_taken_away(name: str) -> None:
    assert TermsIn().fields[name].allow_none
    assert not TermsIn().fields["credit_days"].allow_none


@pytest.mark.parametrize("wrong", [{"limit_minor": -1}, {"max_outstanding_days": 4_000}, {"temporary_limit_minor": 5}])
def test_terms_that_make_no_sense_do_not_exist(wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        replace(Terms(), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "rule"), terms.RULES.items())
def test_a_rule_is_looser_where_more_passes_it(name: str, rule: str) -> None:
    tight, wide = (5, 6) if rule == terms.MOST else (6, 5)
    bound, wider = replace(UsualTerms(), **{name: tight}), replace(UsualTerms(), **{name: wide})  # type: ignore[arg-type]
    assert list(wider.rules_looser_than(bound)) == [name]
    assert list(bound.rules_looser_than(wider)) == []
    if UsualTerms.kinds()[name].optional:
        assert list(UsualTerms().rules_looser_than(bound)) == [name]
        assert list(bound.rules_looser_than(UsualTerms())) == []


def test_a_standing_has_the_terms_of_its_account(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=900, max_order_minor=700, max_outstanding_days=3, credit_days=9).id
    granted = accounts.terms_of(accounts.get(session, shop))
    stands = standing.of(session, shop)
    assert {name: getattr(stands.terms, name) for name in terms.NAMES} == {
        name: getattr(granted, name) for name in terms.NAMES
    }
    assert (stands.available_minor, stands.largest_order_minor) == (900, 700)
    assert guardrails.opened(stands) == stands


@pytest.mark.parametrize("code", guardrails.ALLOWS)
@pytest.mark.parametrize("language", ["hi", "hi_Latn", "ur"])
def test_what_a_rule_allows_is_told_in_every_language(code: str, language: str) -> None:
    facts = dict.fromkeys(re.findall(r"%\((\w+)\)", guardrails.ALLOWS[code]), 7)
    with speaking(language):
        told = refusals.allowed(Reason(code, "", facts=facts), "INR")
    assert told
    assert "%(" not in told
    with speaking("en"):
        assert refusals.allowed(Reason(code, "", facts=facts), "INR") != told
