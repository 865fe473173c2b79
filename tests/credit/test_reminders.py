"""Reminders: which stage on which day, claimed once, and never to somebody who should not get one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core import clock, db, ids, outbox
from credit import days, payments, reminders
from credit.tables import Bill, PaymentClaim
from parties import channels
from parties.tables import Contact, Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def test_a_stage_is_true_on_its_own_date_only(session: Session, make_retailer: Make, bill: Post) -> None:
    shop, today = make_retailer(session), days.today(session)
    for due_in in range(-5, 4):
        bill(session, shop.id, 100, due_in=due_in, reference=str(due_in))
    told = {line.reference: line.stage for line in reminders.preview(session, today)}
    assert told == {"1": "T-1", "0": "T+0", "-3": "T+3"}


def reasons(session: Session) -> dict[str, str | None]:
    rows: Any = db.execute(session, "SELECT b.reference, r.skip_reason FROM reminder r JOIN bill b ON b.id = r.bill_id")
    return {row.reference: row.skip_reason for row in rows}


def test_all_bills_of_a_shop_that_are_due_a_stage_become_one_digest(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop, other = make_retailer(session), make_retailer(session)
    bill(session, shop.id, 100, due_in=1, reference="TOMORROW")
    bill(session, shop.id, 200, due_in=0, reference="TODAY")
    bill(session, shop.id, 400, due_in=-3, reference="LATE")
    bill(session, shop.id, 800, due_in=5, reference="LATER")
    bill(session, shop.id, 1_600, due_in=-2, reference="BETWEEN")
    bill(session, shop.id, 50, due_in=0, reference="A CHARGE OF TODAY", bill_on=days.today(session))
    bill(session, other.id, 7, due_in=1)
    digests = {digest.retailer_id: digest for digest in reminders.claim(session, days.today(session))}
    mine = digests[shop.id]
    assert [(one.reference, one.stage) for one in mine.bills] == [
        ("LATE", "T+3"),
        ("TODAY", "T+0"),
        ("A CHARGE OF TODAY", "T+0"),
        ("TOMORROW", "T-1"),
    ]
    assert (mine.total_minor, mine.stage) == (750, "T+3")
    assert digests[other.id].stage == "T-1"


def test_a_second_run_the_same_day_claims_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    bill(session, make_retailer(session).id, 100, due_in=0)
    assert len(reminders.claim(session, days.today(session))) == 1
    assert reminders.claim(session, days.today(session)) == []


def test_a_bill_gets_each_of_its_stages_once(session: Session, make_retailer: Make, bill: Post) -> None:
    bill(session, make_retailer(session).id, 100, due_in=4)
    today = days.today(session)
    stages = [digest.stage for day in range(10) for digest in reminders.claim(session, today + timedelta(days=day))]
    assert stages == ["T-1", "T+0", "T+3"]


def test_a_stage_that_was_missed_is_not_sent_late(session: Session, make_retailer: Make, bill: Post) -> None:
    bill(session, make_retailer(session).id, 100, due_in=0)
    assert reminders.claim(session, days.today(session) + timedelta(days=1)) == []


def test_a_part_payment_lowers_what_is_asked_for_and_a_full_one_ends_it(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 100, due_in=0)
    today = days.today(session)
    payments.record(session, payments.NewPayment(shop.id, 30, "cash"))
    (digest,) = reminders.claim(session, today)
    assert digest.total_minor == 70
    payments.record(session, payments.NewPayment(shop.id, 70, "cash"))
    assert reminders.claim(session, today + timedelta(days=3)) == []


def stop_reminders(session: Session, shop: Retailer) -> None:
    shop.reminders_paused = True


def opt_out(session: Session, shop: Retailer) -> None:
    session.scalars(select(Contact).where(Contact.retailer_id == shop.id)).one().opted_out_at = clock.now()


def claim_to_have_paid(session: Session, shop: Retailer) -> None:
    session.add(PaymentClaim(id=ids.new(), retailer_id=shop.id, amount_minor=5, created_at=clock.now()))


def close_down(session: Session, shop: Retailer) -> None:
    shop.status = "closed"


def leave_whatsapp(session: Session, shop: Retailer) -> None:
    session.scalars(select(Contact).where(Contact.retailer_id == shop.id)).one().retailer_id = None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (stop_reminders, "reminders_paused"),
        (opt_out, "opted_out"),
        (claim_to_have_paid, "payment_claimed"),
        (close_down, "retailer_closed"),
        (leave_whatsapp, "no_contact"),
    ],
)
def test_who_must_not_be_reminded_is_skipped_with_the_reason(
    session: Session, make_retailer: Make, bill: Post, change: Callable[[Session, Retailer], None], reason: str
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 100, due_in=0, reference="A")
    session.flush()
    change(session, shop)
    session.flush()
    today = days.today(session)
    assert [line.skip_reason for line in reminders.preview(session, today)] == [reason]
    assert reminders.claim(session, today) == []
    assert reasons(session) == {"A": reason}


def test_money_on_account_that_covers_the_bills_stops_the_reminder(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    payments.record(session, payments.NewPayment(shop.id, 500, "cash"))
    bill(session, shop.id, 100, due_in=0, reference="A")
    assert reminders.claim(session, days.today(session)) == []
    assert reasons(session) == {"A": "covered_by_money_on_account"}


def test_a_bill_that_turns_up_after_the_days_message_is_merged_into_it(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 100, due_in=0, reference="FIRST")
    today = days.today(session)
    assert len(reminders.claim(session, today)) == 1
    bill(session, shop.id, 100, due_in=1, reference="SECOND")
    assert reminders.claim(session, today) == []
    assert reasons(session) == {"FIRST": None, "SECOND": "merged"}


def test_a_closed_day_moves_a_stage_to_the_next_opening_unless_it_is_no_longer_true(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    today = days.today(session)
    closed = today + timedelta(days=1)
    policy.change(session, {"holidays": [closed.isoformat()]}, "festival")
    bill(session, shop.id, 100, due_in=1, reference="DUE-WHEN-CLOSED")
    bill(session, shop.id, 100, due_in=2, reference="DUE-AFTERWARDS")
    bill(session, shop.id, 100, due_in=-2, reference="LATE")
    (before,) = reminders.claim(session, today)
    assert [(one.reference, one.stage) for one in before.bills] == [("DUE-WHEN-CLOSED", "T-1")]
    assert reminders.claim(session, closed) == []
    (after,) = reminders.claim(session, closed + timedelta(days=1))
    assert [(one.reference, one.stage) for one in after.bills] == [
        ("LATE", "T+3"),
        ("DUE-WHEN-CLOSED", "T+0"),
        ("DUE-AFTERWARDS", "T+0"),
    ]


def test_only_the_latest_stage_of_a_bill_survives_a_long_closing(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    today = days.today(session)
    shut = [(today + timedelta(days=day)).isoformat() for day in range(4)]
    policy.change(session, {"holidays": shut}, "festival")
    bill(session, make_retailer(session).id, 100, due_in=0)
    (digest,) = reminders.claim(session, today + timedelta(days=4))
    assert [one.stage for one in digest.bills] == ["T+3"]


def test_a_preview_tells_who_gets_what_and_changes_nothing(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, name="Gupta Stores")
    bill(session, shop.id, 100, due_in=1, reference="A")
    today = days.today(session)
    (line,) = reminders.preview(session, today)
    assert (line.retailer_name, line.stage, line.owed_minor, line.skip_reason) == ("Gupta Stores", "T-1", 100, None)
    assert reasons(session) == {}
    reminders.claim(session, today)
    assert [line.skip_reason for line in reminders.preview(session, today)] == ["already_queued"]


def test_the_message_of_a_digest_is_noted_and_so_is_its_failure(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    first, second = make_retailer(session), make_retailer(session)
    for shop in (first, second):
        bill(session, shop.id, 100, due_in=0)
    digests = {digest.retailer_id: digest for digest in reminders.claim(session, days.today(session))}
    message_id = ids.new()
    reminders.attach(session, digests[first.id], message_id)
    reminders.skip(session, digests[second.id], "not_written")
    org = (str(db.org_of(session)),)
    rows = {row.retailer_id: row for row in db.execute(session, "SELECT * FROM reminder WHERE org_id = %s", org)}
    assert (rows[first.id].message_id, rows[first.id].status) == (message_id, "queued")
    assert (rows[second.id].skip_reason, rows[second.id].status) == ("not_written", "skipped")


def test_runs_at_the_same_moment_claim_each_stage_once(org: UUID, make_retailer: Make, bill: Post) -> None:
    with db.transaction(org) as session:
        for _ in range(20):
            bill(session, make_retailer(session).id, 100, due_in=0)
        today = days.today(session)
    with ThreadPoolExecutor(4) as pool:
        claimed = pool.map(lambda _: db.run(lambda session: reminders.claim(session, today), org), range(8))
    assert sum(len(digests) for digests in claimed) == 20


def test_a_reminder_that_still_waits_is_called_back_when_its_bills_are_paid(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop, other = make_retailer(session), make_retailer(session)
    for one in (shop, other):
        bill(session, one.id, 500, due_in=0)
    digests = reminders.claim(session, days.today(session))
    for digest in digests:
        message_id = outbox.put(
            session,
            channel_id=channels.main(session).id,
            to_address="whatsapp:+919810000001",
            language="en",
            body="due",
        )
        assert message_id is not None
        reminders.attach(session, digest, message_id)
    payments.record(session, payments.NewPayment(shop.id, 499, "cash"))
    assert statuses(session) == ["queued", "queued"]
    payments.record(session, payments.NewPayment(shop.id, 1, "cash"))
    assert statuses(session) == ["cancelled", "queued"]


def test_a_reminder_that_still_waits_is_called_back_when_money_on_account_covers_its_bills(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 500, due_in=0)
    later = bill(session, shop.id, 900, due_in=9)
    (digest,) = reminders.claim(session, days.today(session))
    message_id = outbox.put(
        session, channel_id=channels.main(session).id, to_address="whatsapp:+919810000001", language="en", body="due"
    )
    assert message_id is not None
    reminders.attach(session, digest, message_id)
    payments.record(session, payments.NewPayment(shop.id, 900, "cash", chosen=((later.id, 900),)))
    assert statuses(session) == ["queued"]
    payments.record(session, payments.NewPayment(shop.id, 500, "cash", spread=False))
    assert statuses(session) == ["cancelled"]


def statuses(session: Session) -> list[str]:
    return sorted(status for (status,) in db.execute(session, "SELECT status FROM outbox_message"))


def test_money_on_account_is_counted_against_the_oldest_bills_first(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    payments.record(session, payments.NewPayment(shop.id, 700, "cash"))
    bill(session, shop.id, 500, due_in=-3, reference="OLD")
    bill(session, shop.id, 900, due_in=0, reference="NEW")
    bill(session, shop.id, 5_000, due_in=9, reference="LATER")
    (digest,) = reminders.claim(session, days.today(session))
    assert [(one.reference, one.owed_minor) for one in digest.bills] == [("NEW", 700)]
    assert reasons(session)["OLD"] == "covered_by_money_on_account"
