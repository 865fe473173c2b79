"""The facts that the ladder's rules look at, and what staff have acknowledged by lifting a stop."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import policy
from core import clock, db, ids
from credit import (
    accounts,
    cheques,
    decisions,
    groups,
    guardrails,
    ladder,
    pauses,
    payments,
    reservations,
    rules,
    standing,
)
from credit.cheques import NewCheque
from credit.rules import Facts
from credit.settings import CreditSettings
from credit.tables import Bill
from parties.tables import Retailer
from reports import doctor
from reports.invariants import i39_cheques

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def status(session: Session, retailer_id: UUID) -> str:
    return decisions.status_of(accounts.get(session, retailer_id))


def held(session: Session, retailer_id: UUID, amount_minor: int) -> None:
    """Money on account that settles no bill yet."""
    payments.record(session, payments.NewPayment(retailer_id, amount_minor, "cash", spread=False, is_meant=True))


def counts_at(session: Session, setting: str) -> None:
    policy.change(session, {"cheque_counts_on": setting}, "as agreed")


def test_a_known_fact_is_watched_and_a_new_one_fires() -> None:
    ladder_, known = {"pause": {"overdue_minor": 500}}, {"pause": {"overdue_minor": 800}}
    assert rules.judge(ladder_, Facts(overdue_minor=800), known)[0] == "WATCH"
    (tried,) = rules.judge(ladder_, Facts(overdue_minor=800), known)[1]
    assert (tried.fired, tried.acknowledged) == (False, True)
    assert rules.judge(ladder_, Facts(overdue_minor=801), known)[0] == "PAUSED"
    assert rules.judge(ladder_, Facts(overdue_minor=499), known)[0] == "OK"


def test_a_lifted_pause_returns_only_for_a_further_old_bill(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000, due_in=-50)
    stopped = ladder.evaluate(session, shop, "daily")
    assert stopped.was != stopped.status == "PAUSED"
    pauses.unpause(session, shop, "they pay on Friday")
    assert ladder.evaluate(session, shop, "daily").status == "WATCH"
    assert ladder.evaluate_all(session, "daily") == []
    bill(session, shop, 1_000, due_in=-44)
    assert ladder.evaluate(session, shop, "daily").status == "WATCH"
    clock.advance(timedelta(days=1))
    again = ladder.evaluate(session, shop, "daily")
    assert (again.was, again.status, again.facts.overdue_days) == ("WATCH", "PAUSED", 51)


def test_a_shop_is_seen_the_same_way_alone_and_among_all(session: Session, make_retailer: Make, bill: Post) -> None:
    shops = [make_retailer(session, limit_minor=9_000).id for _ in range(4)]
    for shop, late in zip(shops, (50, 10, -5, 70), strict=True):
        bill(session, shop, 1_000, due_in=-late)
        held(session, shop, 100 + late)
    ladder.evaluate_all(session, "daily")
    pauses.unpause(session, shops[0], "they pay on Friday")
    bill(session, shops[0], 500, due_in=-44)
    cheques.deposit(session, cheques.receive(session, NewCheque(shops[1], 300, "000123")).id)
    reservations.reserve(session, shops[2], ids.new(), 250)
    among_all = {seen.retailer_id: seen for seen in rules.look(session)}
    assert {shop: rules.one(session, shop) for shop in shops} == {shop: among_all[shop] for shop in shops}
    assert list(rules.look(session, shops)) == [among_all[shop] for shop in sorted(shops)]
    assert (among_all[shops[0]].fresh_days["pause"], among_all[shops[1]].stands.used_minor) == (44, 890)


def test_what_was_acknowledged_is_forgotten_once_it_is_paid(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000, due_in=-50)
    ladder.evaluate(session, shop, "daily")
    pauses.unpause(session, shop, "they pay on Friday")
    assert "pause" in accounts.get(session, shop).acknowledged
    payments.record(session, payments.NewPayment(shop, 1_000, "cash"))
    assert accounts.get(session, shop).acknowledged == {}
    bill(session, shop, 1_000, due_in=-50)
    stopped = ladder.evaluate(session, shop, "daily")
    assert stopped.was != stopped.status == "PAUSED"


def test_a_lifted_stop_for_counts_returns_when_one_more_happens(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    ladder.configure(session, {"pause": {"bounced_cheques": 1}}, "strict")
    shop = make_retailer(session).id

    def bounce(number: str) -> None:
        cheque = cheques.receive(session, NewCheque(shop, 100, number))
        cheques.deposit(session, cheque.id)
        cheques.bounce(session, cheque.id, "funds insufficient")

    bounce("1")
    stopped = ladder.evaluate(session, shop, "daily")
    assert stopped.was != stopped.status == "PAUSED"
    pauses.unpause(session, shop, "a mistake of the bank")
    (decision, *_) = decisions.latest(session, shop)
    assert [one["rule"] for one in decision.trace if one.get("acknowledged")] == ["bounced_cheques"]
    assert ladder.evaluate(session, shop, "daily").status == "WATCH"
    bounce("2")
    stopped = ladder.evaluate(session, shop, "daily")
    assert stopped.was != stopped.status == "PAUSED"


def test_money_on_account_settles_the_oldest_before_age_counts(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session, max_outstanding_days=30).id
    bill(session, shop, 1_000, due_in=-50)
    bill(session, shop, 1_000, due_in=-40)
    held(session, shop, 1_000)
    facts = ladder.look(session, shop).facts
    assert (facts.overdue_days, facts.overdue_minor) == (40, 1_000)
    (reason,) = guardrails.judge(session, shop, 100).reasons
    assert (reason.code, reason.facts["too_old_minor"]) == (guardrails.OVERDUE, 1_000)
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, ids.new(), 100)
    held(session, shop, 1_000)
    assert ladder.look(session, shop).facts.overdue_days == 0
    reservations.reserve(session, shop, ids.new(), 100)


@pytest.mark.parametrize("setting", ["receipt", "deposit"])
def test_a_cheque_makes_no_room_before_the_bank_has_paid(
    session: Session, make_retailer: Make, bill: Post, setting: str
) -> None:
    counts_at(session, setting)
    shop = make_retailer(session, limit_minor=1_000).id
    bill(session, shop, 1_000)
    cheque = cheques.receive(session, NewCheque(shop, 600, "000123"))
    cheques.deposit(session, cheque.id)
    stands = accounts.position(session, shop)
    assert (stands.outstanding_minor, stands.uncleared_minor, stands.available_minor) == (400, 600, 0)
    (reason,) = guardrails.judge(session, shop, 100).reasons
    assert (reason.code, reason.facts["uncleared_minor"]) == (guardrails.LIMIT, 600)
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, ids.new(), 100)
    cheques.clear(session, cheque.id)
    assert accounts.position(session, shop).available_minor == 600
    reservations.reserve(session, shop, ids.new(), 600)


@pytest.mark.parametrize("setting", ["receipt", "deposit"])
def test_a_cheque_that_counts_makes_no_room_when_the_setting_is_changed_back(
    session: Session, make_retailer: Make, bill: Post, setting: str
) -> None:
    counts_at(session, setting)
    group = groups.create(session, "Sharma brothers", 1_000)
    shop, other = (make_retailer(session, limit_minor=1_000).id for _ in range(2))
    for one in (shop, other):
        groups.join(session, one, group.id, "one owner")
    bill(session, shop, 1_000)
    cheque = cheques.receive(session, NewCheque(shop, 600, "000123"))
    cheques.deposit(session, cheque.id)
    before = accounts.position(session, shop)
    for now in ("clearing", "clearing", "receipt", "clearing"):
        counts_at(session, now)
        assert accounts.position(session, shop) == before
        assert (standing.of(session, shop).uncleared_minor, standing.of(session, shop).available_minor) == (600, 0)
        assert (before.outstanding_minor, before.uncleared_minor, before.available_minor) == (400, 600, 0)
        assert ladder.look(session, shop).facts.limit_used_percent == 100
        for one in (shop, other):
            assert guardrails.judge(session, one, 100).reason == guardrails.LIMIT
            with pytest.raises(guardrails.Refused):
                reservations.reserve(session, one, ids.new(), 100)
    assert doctor.examine(session, i39_cheques.INVARIANT, db.org_of(session), doctor.FULL).violations == ()
    cheques.clear(session, cheque.id)
    assert accounts.position(session, shop).available_minor == 600
    reservations.reserve(session, shop, ids.new(), 600)
    assert CreditSettings.current(session).cheque_counts_on == "clearing"
    later = cheques.receive(session, NewCheque(shop, 300, "000124"))
    cheques.deposit(session, later.id)
    assert accounts.position(session, shop).outstanding_minor == 400


def test_a_cheque_that_does_not_count_yet_counts_once_by_the_new_setting(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session, limit_minor=1_000).id
    bill(session, shop, 1_000)
    cheque = cheques.receive(session, NewCheque(shop, 600, "000123"))
    counts_at(session, "receipt")
    assert accounts.position(session, shop).used_minor == accounts.position(session, shop).outstanding_minor == 1_000
    cheques.deposit(session, cheque.id)
    stands = accounts.position(session, shop)
    assert (stands.outstanding_minor, stands.uncleared_minor, stands.used_minor) == (400, 600, 1_000)
    counts_at(session, "clearing")
    cheques.clear(session, cheque.id)
    stands = accounts.position(session, shop)
    assert (stands.outstanding_minor, stands.uncleared_minor, stands.used_minor) == (400, 0, 400)


def test_a_cheque_that_clears_ends_the_pause_for_a_used_up_limit(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    counts_at(session, "receipt")
    ladder.configure(session, {"pause": {"limit_used_percent": 90}}, "strict")
    shop = make_retailer(session, limit_minor=1_000).id
    bill(session, shop, 1_000)
    stopped = ladder.evaluate(session, shop, "daily")
    assert stopped.was != stopped.status == "PAUSED"
    cheque = cheques.receive(session, NewCheque(shop, 600, "000123"))
    cheques.deposit(session, cheque.id)
    assert status(session, shop) == "PAUSED"
    cheques.clear(session, cheque.id)
    assert status(session, shop) == "OK"


def test_lifting_a_block_trusts_the_shop_as_it_stands(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000, due_in=-200)
    stopped = ladder.evaluate(session, shop, "daily")
    assert stopped.was != stopped.status == "BLOCKED"
    pauses.unblock(session, shop, "they pay on Friday")
    assert ladder.evaluate(session, shop, "daily").status == "WATCH"
