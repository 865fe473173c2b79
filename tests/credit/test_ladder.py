"""The status ladder: which rule fires when, what automation may do, and what only staff may undo."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db, ids
from core.audit import AuditEntry
from core.errors import Invalid, NotFound
from credit import accounts, days, decisions, guardrails, ladder, pauses, payments, reservations, rules
from credit.arrangements import Cheque, Promise
from credit.rules import Facts
from credit.tables import Bill
from credit.thresholds import LadderOrder
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]
SET = {"watch": {"overdue_days": 7}, "pause": {"overdue_days": 45}, "block": {"overdue_days": 180}}


def status(session: Session, retailer_id: UUID) -> str:
    return decisions.status_of(accounts.get(session, retailer_id))


def actions(session: Session, retailer_id: UUID) -> list[str]:
    found = select(AuditEntry.action).where(AuditEntry.chain_id == retailer_id).order_by(AuditEntry.seq)
    return list(session.scalars(found))


def broken_promise(session: Session, retailer_id: UUID, days_ago: int) -> None:
    on = days.today(session) - timedelta(days=days_ago)
    session.add(
        Promise(
            id=ids.new(),
            retailer_id=retailer_id,
            amount_minor=100,
            promised_on=on,
            status="broken",
            made_on=on,
            recorded_by="somebody",
            created_at=clock.now(),
            resolved_at=clock.now(),
        )
    )
    session.flush()


def bounced_cheque(session: Session, retailer_id: UUID, days_ago: int) -> None:
    on = days.today(session) - timedelta(days=days_ago)
    session.add(
        Cheque(
            id=ids.new(),
            retailer_id=retailer_id,
            amount_minor=100,
            number=str(ids.new()),
            dated_on=on,
            received_on=on,
            state="bounced",
            chosen=[],
            deposited_on=on,
            ended_on=on,
            created_at=clock.now(),
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("late", "wanted"), [(0, "OK"), (6, "OK"), (7, "WATCH"), (44, "WATCH"), (45, "PAUSED"), (180, "BLOCKED")]
)
def test_a_rule_fires_from_its_threshold_on(late: int, wanted: str) -> None:
    found, trace = rules.judge(SET, Facts(overdue_days=late))
    assert found == wanted
    assert [(tried.level, tried.value, tried.threshold) for tried in trace] == [
        ("watch", late, 7),
        ("pause", late, 45),
        ("block", late, 180),
    ]


def test_overdue_bills_pause_and_the_trace_says_why(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000, due_in=-50)
    evaluation = ladder.evaluate(session, shop, "daily")
    assert (evaluation.was, evaluation.status) == ("OK", "PAUSED")
    account = accounts.get(session, shop)
    assert account.pause_reason == "overdue_days 50 (from 45)"
    (stored,) = [one for one in decisions.latest(session, shop, 5) if one.status_after == "PAUSED"]
    fired = {"level": "pause", "rule": "overdue_days", "value": 50, "threshold": 45, "fired": True}
    assert {**fired, "acknowledged": False} in stored.trace
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, ids.new(), 100)


def test_what_is_overdue_within_the_tolerance_does_not_count(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    accounts.set_terms(session, shop, accounts.Terms(limit_minor=90_000, tolerance_minor=500), "agreed")
    bill(session, shop, 500, due_in=-60)
    bill(session, shop, 1, due_in=-9)
    assert {tried.value for tried in ladder.look(session, shop).trace if tried.rule == "overdue_days"} == {9}


def test_a_payment_lifts_an_automatic_pause(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000, due_in=-50)
    ladder.evaluate(session, shop, "daily")
    payments.record(session, payments.NewPayment(shop, 400, "cash"))
    assert status(session, shop) == "PAUSED"
    payments.record(session, payments.NewPayment(shop, 600, "cash"))
    assert status(session, shop) == "OK"
    assert actions(session, shop).count("credit.unpaused") == 1


def test_a_manual_pause_survives_automation(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    pauses.pause(session, shop, "a look at the books")
    assert ladder.evaluate(session, shop, "daily").status == "PAUSED"
    bill(session, shop, 1_000, due_in=-50)
    payments.record(session, payments.NewPayment(shop, 1_000, "cash"))
    assert ladder.evaluate(session, shop, "daily").status == "PAUSED"
    assert accounts.get(session, shop).pause_source == decisions.STAFF


def test_staff_take_over_an_automatic_pause(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000, due_in=-50)
    ladder.evaluate(session, shop, "daily")
    assert not pauses.pause(session, shop, "we know this one")
    payments.record(session, payments.NewPayment(shop, 1_000, "cash"))
    assert status(session, shop) == "PAUSED"
    assert pauses.unpause(session, shop, "talked to them")
    assert status(session, shop) == "OK"


def test_a_block_is_lifted_by_staff_alone(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000, due_in=-200)
    stopped = ladder.evaluate(session, shop, "daily")
    assert stopped.was != stopped.status == "BLOCKED"
    payments.record(session, payments.NewPayment(shop, 1_000, "cash"))
    assert ladder.evaluate(session, shop, "daily").status == "BLOCKED"
    assert guardrails.judge(session, shop, 100).reason == guardrails.BLOCKED
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, ids.new(), 100)
    assert pauses.unblock(session, shop, "paid at last")
    assert status(session, shop) == "OK"
    assert guardrails.judge(session, shop, 100).allowed


def test_blocking_twice_is_blocking_once(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session).id
    assert not pauses.unblock(session, shop, "nothing there")
    assert pauses.block(session, shop, "closed")
    assert not pauses.block(session, shop, "closed")
    assert actions(session, shop).count("account.blocked") == 1


def test_broken_promises_and_bounced_cheques_count_for_a_while(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session).id
    broken_promise(session, shop, 89)
    broken_promise(session, shop, 90)
    bounced_cheque(session, shop, 179)
    bounced_cheque(session, shop, 180)
    values = {tried.rule: tried.value for tried in ladder.look(session, shop).trace}
    assert (values["broken_promises"], values["bounced_cheques"]) == (1, 1)
    assert ladder.evaluate(session, shop, "daily").status == "WATCH"
    bounced_cheque(session, shop, 1)
    assert ladder.evaluate(session, shop, "daily").status == "PAUSED"


def test_using_up_the_limit_is_watched_and_the_watch_ends(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=1_000).id
    order = ids.new()
    reservations.reserve(session, shop, order, 900)
    assert ladder.evaluate(session, shop, "daily").status == "WATCH"
    reservations.void(session, order)
    assert ladder.evaluate(session, shop, "daily").status == "OK"
    assert actions(session, shop)[-1] == "credit.unwatched"


def test_evaluating_all_changes_only_what_changed(session: Session, make_retailer: Make, bill: Post) -> None:
    late, fine = make_retailer(session).id, make_retailer(session).id
    bill(session, late, 1_000, due_in=-50)
    bill(session, fine, 1_000, due_in=3)
    (changed,) = ladder.evaluate_all(session, "daily", may_stop=False)
    assert (changed.retailer_id, changed.status) == (late, "WATCH")
    (changed,) = ladder.evaluate_all(session, "daily")
    assert (changed.retailer_id, changed.status) == (late, "PAUSED")
    assert ladder.evaluate_all(session, "daily") == []
    assert decisions.latest(session, fine) == []


def test_rules_are_configured_and_what_is_no_rule_is_refused(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session).id
    bill(session, shop, 1_000, due_in=-3)
    ladder.configure(session, {"pause": {"overdue_minor": 1_000}}, "stricter")
    assert ladder.look(session, shop).wanted == "PAUSED"
    assert rules.configured(session) == {"watch": {}, "pause": {"overdue_minor": 1_000}, "block": {}}
    for wrong in (
        {"ban": {}},
        {"pause": {"mood": 3}},
        {"pause": {"overdue_days": 0}},
        {"pause": {"overdue_days": True}},
    ):
        with pytest.raises(Invalid):
            ladder.configure(session, wrong, "wrong")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"watch": {"overdue_days": 46}, "pause": {"overdue_days": 45}}, "ladder/watch/overdue_days"),
        ({"watch": {"bounced_cheques": 5}, "block": {"bounced_cheques": 4}}, "ladder/watch/bounced_cheques"),
        ({"pause": {"overdue_minor": 200}, "block": {"overdue_minor": 100}}, "ladder/pause/overdue_minor"),
    ],
)
def test_a_milder_level_does_not_begin_after_a_stricter_one(
    session: Session, wrong: dict[str, dict[str, int]], field: str
) -> None:
    before = rules.configured(session)
    with pytest.raises(LadderOrder) as refused:
        ladder.configure(session, wrong, "the wrong way round")
    assert (refused.value.code, refused.value.status, refused.value.facts["field"]) == ("LADDER_ORDER", 422, field)
    assert rules.configured(session) == before


def test_two_levels_may_begin_at_the_same_value(session: Session) -> None:
    ladder.configure(session, {"watch": {"overdue_days": 45}, "pause": {"overdue_days": 45}}, "straight to a pause")
    assert rules.judge(rules.configured(session), Facts(overdue_days=45))[0] == "PAUSED"


def test_a_shop_of_nobody_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        ladder.look(session, ids.new())


def test_decisions_are_never_changed(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session).id
    pauses.pause(session, shop, "late")
    allowed = db.execute(
        session, "SELECT has_table_privilege(current_user, 'credit_evaluation', 'UPDATE, DELETE')"
    ).scalar()
    assert allowed is False
