"""The risk dashboard and the credit profile."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import policy
from core import clock, ids
from core.errors import NotFound
from credit import accounts, cheques, days, ladder, ledger, pauses, payments, reminders, reservations
from credit.rules import Tried
from credit.tables import Bill
from jobs import periodic
from parties import organisations
from parties.tables import Retailer
from reports import next_steps, profile, risk, watchlist
from reports.profile import OpenBill
from reports.risk import Attention

Make = Callable[..., Retailer]
Owe = Callable[..., Bill]

AGEING = json.loads((Path(__file__).parents[1] / "invoicing" / "tax_examples.json").read_text())["aux"]["ageing"]


def watch(rule: str, value: int, threshold: int) -> Tried:
    """A rule that fired for a watch."""
    return Tried("watch", rule, value, threshold, fired=True)


def amounts(answer: risk.Dashboard) -> dict[str, int]:
    return {bucket.name: bucket.amount_minor for bucket in answer.buckets}


def test_the_worked_ageing_comes_out(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop = make_retailer(session)
    expected: dict[str, int] = dict.fromkeys(["not_due", "1-30", "31-60", "61-90", "90+"], 0)
    for row in AGEING["rows"]:
        owe(session, shop.id, row["outstanding_paise"], due_in=-row["days_past_due"])
        expected[row["bucket_standard"]] += row["outstanding_paise"]
    answer = risk.dashboard(session)
    assert amounts(answer) == expected
    assert answer.outstanding_minor == sum(expected.values())
    assert answer.overdue_minor == answer.outstanding_minor - expected["not_due"]


def test_an_empty_book_has_all_buckets_at_nothing(session: Session) -> None:
    answer = risk.dashboard(session)
    assert list(amounts(answer).values()) == [0] * 5
    assert answer.attention == []


def test_money_on_account_is_shown_beside_the_buckets(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop, other = make_retailer(session), make_retailer(session)
    owe(session, shop.id, 1_000, due_in=-40)
    payments.record(session, payments.NewPayment(other.id, 300, "cash"))
    answer = risk.dashboard(session)
    assert (answer.open_minor, answer.on_account_minor, answer.outstanding_minor) == (1_000, 300, 700)


def test_an_overdue_shop_needs_attention_with_reasons_and_the_next_step(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    shop = make_retailer(session, name="Gupta Stores", limit_minor=10_000, max_outstanding_days=30)
    fine = make_retailer(session, limit_minor=1_000_000)
    owe(session, shop.id, 6_000, due_in=-35)
    owe(session, shop.id, 3_000, due_in=5)
    owe(session, fine.id, 3_000, due_in=5)
    pauses.pause(session, shop.id, "late")
    (row,) = risk.dashboard(session).attention
    on = days.today(session) + timedelta(days=4)
    assert row == Attention(
        retailer_id=shop.id,
        name="Gupta Stores",
        outstanding_minor=9_000,
        overdue_minor=6_000,
        oldest_overdue_days=35,
        limit_used_percent=90,
        reasons=["CREDIT_PAUSED", "OVERDUE_DAYS_EXCEEDED", "OVERDUE", "CREDIT_LIMIT_NEAR"],
        fired=[watch("limit_used_percent", 90, 90), watch("overdue_days", 35, 7)],
        next_step=f"Reminder T-1 on {on.day} {on:%b} {on.year}.",
        next_step_on=on,
    )


def test_a_shop_without_an_automatic_step_is_to_be_called(session: Session, make_retailer: Make, owe: Owe) -> None:
    late, stopped = make_retailer(session), make_retailer(session)
    owe(session, late.id, 2_000, due_in=-10)
    owe(session, stopped.id, 1_000, due_in=-1)
    stopped.reminders_paused = True
    session.flush()
    ladder.configure(session, {}, "no rules")
    steps = [(row.next_step, row.next_step_on) for row in risk.dashboard(session).attention]
    assert steps == [
        ("No automatic reminder is left: call the shop.", None),
        ("Reminders are paused: call the shop.", None),
    ]


@pytest.mark.parametrize(
    ("closed", "stage", "sent_in"),
    [((), "T-1", 4), ((4,), "T+0", 5), ((3, 4, 5), "T+0", 6), ((5,), "T-1", 4), (range(4, 30), None, None)],
    ids=["open", "a T-1 would come too late", "the next opening", "after it", "closed for long"],
)
def test_the_next_reminder_is_told_for_the_day_on_which_it_is_sent(
    session: Session, make_retailer: Make, owe: Owe, closed: Sequence[int], stage: str | None, sent_in: int | None
) -> None:
    today = days.today(session)
    holidays = [(today + timedelta(days=later)).isoformat() for later in closed]
    policy.change(session, {"holidays": holidays}, "Diwali")
    ladder.configure(session, {}, "no rules")
    shop = make_retailer(session, limit_minor=10_000)
    owe(session, shop.id, 9_500, due_in=5)
    (row,) = risk.dashboard(session).attention
    if sent_in is None:
        assert (row.next_step, row.next_step_on) == ("No automatic reminder is left: call the shop.", None)
        return
    on = today + timedelta(days=sent_in)
    told = f"Reminder {stage} on {on.day} {on:%b} {on.year}."
    assert (row.next_step, row.next_step_on) == (told, on)
    clock.advance(timedelta(days=sent_in))
    (claimed,) = reminders.claim(session, on)
    assert [one.stage for one in claimed.bills] == [stage]


def test_the_rules_are_applied_on_closed_days_and_not_in_quiet_hours(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    today = days.today(session)
    changed = {"holidays": [today.isoformat()], "quiet_before": "12:00", "auto_pause_at": "11:00"}
    policy.change(session, changed, "Diwali")
    by = next_steps.clockwork(session)
    assert by.at == "12:00"
    organisation = organisations.get(session)
    before, then = (datetime.combine(by.run_on, time.fromisoformat(at)) for at in ("11:59", "12:00"))
    slot = periodic.daily(lambda hours: hours.auto_pause_at)
    assert (slot(organisation, before), slot(organisation, then)) == (None, by.run_on.isoformat())


def test_the_day_of_the_next_stop_is_told_and_what_was_acknowledged_leads_to_none(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    shop = make_retailer(session)
    owe(session, shop.id, 2_000, due_in=-40)
    on = days.today(session) + timedelta(days=5)
    (row,) = risk.dashboard(session).attention
    assert row.next_step_on == on
    assert row.next_step == (
        f"Is paused on {on.day} {on:%b} {on.year} at 11:00 if nothing is paid."
        " No automatic reminder is left: call the shop."
    )
    clock.advance(timedelta(days=5))
    stopped = ladder.evaluate(session, shop.id, "daily")
    assert stopped.was != stopped.status == "PAUSED"
    pauses.unpause(session, shop.id, "they pay on Friday")
    (row,) = risk.dashboard(session).attention
    assert (row.reasons[0], [one.rule for one in row.fired]) == ("OVERDUE_DAYS_EXCEEDED", ["overdue_days"])
    blocked_on = days.today(session) + timedelta(days=135)
    assert row.next_step_on == blocked_on
    pauses.block(session, shop.id, "closed")
    (row,) = risk.dashboard(session).attention
    assert (row.reasons[0], row.next_step_on) == ("ACCOUNT_BLOCKED", None)


def test_limits_are_told_as_they_hold_today(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop = make_retailer(session, limit_minor=1_000)
    owe(session, shop.id, 2_000, due_in=-1)
    terms = accounts.terms_of(accounts.get(session, shop.id))
    until = days.today(session)
    accounts.set_terms(session, shop.id, replace(terms, temporary_limit_minor=4_000, temporary_until=until), "a feast")
    (row,) = risk.dashboard(session).attention
    assert (row.limit_used_percent, row.reasons) == (50, ["OVERDUE"])


def test_a_shop_near_its_limit_by_orders_alone_needs_attention(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=10_000)
    reservations.reserve(session, shop.id, ids.new(), 8_000)
    (row,) = risk.dashboard(session).attention
    assert (row.limit_used_percent, row.reasons) == (80, ["CREDIT_LIMIT_NEAR"])


@pytest.mark.parametrize("exposure", ["confirmed", "invoiced"])
def test_a_day_that_is_over_is_listed_as_it_was_while_it_lasted(
    session: Session, make_retailer: Make, owe: Owe, exposure: str
) -> None:
    """What counts against a limit counts on a past day too: orders, cheques, and the limit of a while."""
    policy.change(session, {"exposure": exposure, "cheque_counts_on": "receipt"}, "as agreed")
    made = {name: make_retailer(session, name=name, limit_minor=1_000) for name in ("Orders", "Cheque", "Raised")}
    order, today = ids.new(), days.today(session)
    reservations.reserve(session, made["Orders"].id, order, 900)
    owe(session, made["Cheque"].id, 950, due_in=5)
    cheque = cheques.receive(session, cheques.NewCheque(made["Cheque"].id, 500, "000123"))
    cheques.deposit(session, cheque.id)
    owe(session, made["Raised"].id, 900, due_in=5)
    raise_for_a_while(session, made["Raised"], 2_000)
    before = listed(session)
    assert before.keys() == {"Cheque"} | ({"Orders"} if exposure == "confirmed" else set())
    clock.advance(timedelta(days=1))
    cheques.clear(session, cheque.id)
    reservations.void(session, order)
    assert listed(session).keys() == {"Raised"}
    assert listed(session, today) == before


def listed(session: Session, as_of: date | None = None) -> dict[str, tuple[int | None, list[str]]]:
    """Percent used and reasons of the shops that the dashboard lists, by name."""
    return {
        row.name: (row.limit_used_percent, row.reasons) for row in risk.dashboard(session, as_of).attention
    }  # fmt: skip


def raise_for_a_while(session: Session, shop: Retailer, limit_minor: int) -> None:
    terms = accounts.terms_of(accounts.get(session, shop.id))
    raised = replace(terms, temporary_limit_minor=limit_minor, temporary_until=days.today(session))
    accounts.set_terms(session, shop.id, raised, "a feast")


@pytest.mark.parametrize("counts_on", ["receipt", "deposit"])
def test_cheques_that_the_bank_has_not_paid_bring_a_shop_near_its_limit(
    session: Session, make_retailer: Make, owe: Owe, counts_on: str
) -> None:
    policy.change(session, {"cheque_counts_on": counts_on}, "as agreed")
    shop = make_retailer(session, name="By cheque", limit_minor=1_000)
    owe(session, shop.id, 950, due_in=5)
    cheque = cheques.receive(session, cheques.NewCheque(shop.id, 500, "000123"))
    cheques.deposit(session, cheque.id)
    assert accounts.position(session, shop.id).limit_used_percent == 95
    assert listed(session) == {"By cheque": (95, ["CREDIT_LIMIT_NEAR"])}
    cheques.clear(session, cheque.id)
    assert listed(session) == {}


def test_a_shop_with_room_in_a_temporary_limit_is_not_listed_and_one_without_is(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    shops = {
        name: make_retailer(session, name=name, limit_minor=limit_minor)
        for name, limit_minor in [("Roomy", 100), ("Tight", 100), ("Only for a while", None), ("Prepaid", 0)]
    }
    for name, owed_minor in [("Roomy", 90), ("Tight", 900), ("Only for a while", 850), ("Prepaid", 800)]:
        owe(session, shops[name].id, owed_minor, due_in=5)
        raise_for_a_while(session, shops[name], 1_000)
    assert listed(session) == {
        "Tight": (90, ["CREDIT_LIMIT_NEAR"]),
        "Only for a while": (85, ["CREDIT_LIMIT_NEAR"]),
        "Prepaid": (80, ["CREDIT_LIMIT_NEAR"]),
    }
    clock.advance(timedelta(days=1))
    assert listed(session) == {
        "Roomy": (90, ["CREDIT_LIMIT_NEAR"]),
        "Tight": (900, ["CREDIT_LIMIT_EXCEEDED"]),
    }


@pytest.mark.parametrize("exposure", ["dispatched", "invoiced"])
def test_what_is_promised_brings_nobody_near_a_limit_that_it_does_not_use_up(
    session: Session, make_retailer: Make, exposure: str
) -> None:
    shop = make_retailer(session, name="Promised", limit_minor=1_000, max_order_minor=None)
    reservations.reserve(session, shop.id, ids.new(), 900)
    assert listed(session) == {"Promised": (90, ["CREDIT_LIMIT_NEAR"])}
    policy.change(session, {"exposure": exposure}, "as agreed")
    assert listed(session) == {}


def test_money_on_account_is_taken_off_what_a_shop_is_late_with(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    covered, partly = make_retailer(session, name="Covered"), make_retailer(session, name="Partly")
    for shop, held_minor in ((covered, 1_000), (partly, 400)):
        payments.record(session, payments.NewPayment(shop.id, held_minor, "cash"))
        owe(session, shop.id, 1_000, due_in=-3)
        owe(session, shop.id, 200, due_in=5)
    answer = risk.dashboard(session)
    assert [(row.name, row.overdue_minor) for row in answer.attention] == [("Partly", 600)]
    assert (answer.open_minor, answer.on_account_minor) == (2_400, 1_400)
    assert (answer.outstanding_minor, answer.overdue_minor) == (1_000, 600)
    clock.advance(timedelta(days=6))  # kept ages are of another day then, and the rest is late too
    assert [row.overdue_minor for row in risk.dashboard(session).attention] == [800, 200]
    then = risk.dashboard(session, days.today(session) - timedelta(days=6))
    assert [row.overdue_minor for row in then.attention] == [600]
    assert (then.outstanding_minor, then.overdue_minor) == (1_000, 600)


def test_many_shops_with_money_on_account_hide_nobody_who_is_late(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    for _ in range(risk.MAX_ATTENTION + 2):
        ahead = make_retailer(session)
        payments.record(session, payments.NewPayment(ahead.id, 5_000, "cash"))
        owe(session, ahead.id, 5_000, due_in=-3)
    late = make_retailer(session, name="Late")
    owe(session, late.id, 10, due_in=-3)
    near = make_retailer(session, name="Near", limit_minor=100)
    owe(session, near.id, 90, due_in=3)
    assert list(listed(session)) == ["Late", "Near"]


def test_a_shop_that_is_stopped_is_listed_while_something_is_open(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    shops = [make_retailer(session, name=name) for name in ("Paused", "Blocked", "Paused for nothing")]
    pauses.pause(session, shops[0].id, "late")
    pauses.block(session, shops[1].id, "closed")
    pauses.pause(session, shops[2].id, "late")
    for shop in shops[:2]:
        owe(session, shop.id, 100, due_in=5)
    assert {name: reasons for name, (_, reasons) in listed(session).items()} == {
        "Paused": ["CREDIT_PAUSED"],
        "Blocked": ["ACCOUNT_BLOCKED"],
    }


def test_an_earlier_day_shows_what_was_open_then(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop = make_retailer(session)
    today = days.today(session)
    ago = [today - timedelta(days=days_ago) for days_ago in range(60)]
    owe(session, shop.id, 1_000, due_in=-20, bill_on=ago[50])
    owe(session, shop.id, 500, due_in=10, bill_on=ago[5])
    paid = payments.record(session, payments.NewPayment(shop.id, 1_200, "cash", received_on=ago[10]))
    bounced = payments.record(session, payments.NewPayment(shop.id, 100, "cheque", received_on=ago[8]))
    payments.reverse(session, bounced.payment_id, "bounced")
    assert paid.unapplied_minor == 0
    expected = {ago[55]: 0, ago[40]: 1_000, ago[15]: 1_000, ago[10]: 0, ago[9]: 0, ago[5]: 200, ago[0]: 300}
    for on, open_minor in expected.items():
        answer = risk.dashboard(session, on)
        assert (on, answer.open_minor) == (on, open_minor)
        assert answer.outstanding_minor == ledger.receivable(session, shop.id, on)
        then = profile.of(session, shop.id, on)
        assert (then.open_minor, then.outstanding_minor) == (open_minor, answer.outstanding_minor)


def test_a_coming_day_shows_the_same_balances_at_their_age_then(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    owe(session, make_retailer(session).id, 1_000, due_in=10)
    answer = risk.dashboard(session, days.today(session) + timedelta(days=45))
    assert amounts(answer)["31-60"] == 1_000


def test_a_profile_has_what_a_founder_asks_for(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop = make_retailer(session, code="R9", limit_minor=10_000, credit_days=15)
    late = owe(session, shop.id, 2_000, due_in=-3)
    owe(session, shop.id, 1_000, due_in=3)
    reservations.reserve(session, shop.id, ids.new(), 4_000)
    payments.record(session, payments.NewPayment(shop.id, 500, "upi", reference="4123"))
    answer = profile.of(session, shop.id)
    assert (answer.code, answer.status) == ("R9", "active")
    assert (answer.limit_minor, answer.reserved_minor, answer.available_minor) == (10_000, 4_000, 3_500)
    assert answer.outstanding_minor == 2_500
    assert answer.open_bills[0] == OpenBill(
        bill_id=late.id,
        invoice_number=late.reference,
        bill_on=late.bill_on,
        due_on=late.due_on,
        amount_minor=2_000,
        open_minor=1_500,
        days_overdue=3,
    )
    assert [payment.reference for payment in answer.last_payments] == ["4123"]
    assert answer.guardrails["credit_days"] == 15


def test_a_paused_shop_says_so_and_why(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    pauses.pause(session, shop.id, "late again")
    answer = profile.of(session, shop.id)
    assert (answer.status, answer.pause_reason) == ("paused", "late again")
    evaluated = watchlist.evaluate(session, shop.id)
    assert (evaluated.allowed, evaluated.reason, evaluated.largest_order_minor) == (False, "CREDIT_PAUSED", 0)


def test_the_largest_order_is_what_the_rules_leave(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=10_000, max_order_minor=3_000)
    assert watchlist.evaluate(session, shop.id).largest_order_minor == 3_000
    reservations.reserve(session, shop.id, ids.new(), 3_000)
    reservations.reserve(session, shop.id, ids.new(), 3_000)
    reservations.reserve(session, shop.id, ids.new(), 2_500)
    assert watchlist.evaluate(session, shop.id).largest_order_minor == 1_500


def test_a_shop_that_is_not_ours_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        profile.of(session, ids.new(), date(2026, 1, 1))
