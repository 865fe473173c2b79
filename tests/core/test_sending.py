"""The state machine of a send, statement by statement."""

import itertools
import random
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import clock, db, ids, outbox, sending
from core.outbox import RANK, OutboxMessage
from core.sending import ClaimedMessage, Outcome
from parties import channels

_people = itertools.count(1)


def put(session: Session, **details: object) -> UUID:
    known = {"to_address": f"whatsapp:+9197{next(_people):08d}", "language": "en", "body": "hello"}
    message_id = outbox.put(session, channel_id=channels.main(session).id, **{**known, **details})  # type: ignore[arg-type]
    assert message_id is not None
    return message_id


def read(session: Session, message_id: UUID) -> OutboxMessage:
    session.expire_all()
    return session.get_one(OutboxMessage, (db.org_of(session), message_id))


def history(session: Session, message_id: UUID) -> set[str]:
    rows = db.execute(session, "SELECT status FROM outbox_status WHERE message_id = %s", (str(message_id),))
    return {word for (word,) in rows}


def hurry(session: Session, column: str = "lease_until") -> None:
    db.execute(session, f"UPDATE outbox_message SET {column} = clock_timestamp() - interval '1 second'")


def claimed(session: Session, **details: object) -> ClaimedMessage:
    put(session, **details)
    (message,) = sending.claim(session, 5)
    return message


def test_claiming_marks_leases_and_counts_the_attempt(session: Session) -> None:
    message_id = put(session)
    (message,) = sending.claim(session, 5)
    assert (message.id, message.attempt, message.org_id) == (message_id, 1, db.org_of(session))
    stored = read(session, message_id)
    assert (stored.status, stored.rank, stored.posting_at) == ("sending", 1, None)
    assert sending.claim(session, 5) == []


def test_a_claim_says_when_the_person_last_wrote(session: Session) -> None:
    db.execute(
        session,
        "INSERT INTO contact (org_id, id, phone, external_user_id, profile_name, last_inbound_at, created_at)"
        " VALUES (%s, %s, '+919700099999', 'IN.abc', '', %s, %s)",
        (str(db.org_of(session)), str(ids.new()), clock.now(), clock.now()),
    )
    by_phone = claimed(session, to_address="whatsapp:+919700099999")
    by_scoped_id = claimed(session, to_address="whatsapp:IN.abc")
    stranger = claimed(session)
    assert by_phone.last_inbound_at == by_scoped_id.last_inbound_at is not None
    assert stranger.last_inbound_at is None


def test_answers_go_before_notices(session: Session) -> None:
    put(session, body="notice")
    put(session, body="answer", reply_to_id=ids.new())
    assert [message.body for message in sending.claim(session, 1)] == ["answer"]


def test_one_person_gets_one_message_at_a_time_in_order(session: Session) -> None:
    for body in ("first", "second"):
        put(session, body=body, to_address="whatsapp:+919700088888")
    (first,) = sending.claim(session, 5)
    assert first.body == "first"
    assert sending.claim(session, 5) == []
    sending.finish(session, first, Outcome("sent", sid="SM1"))
    assert [message.body for message in sending.claim(session, 5)] == ["second"]


def test_a_message_that_waits_for_its_next_try_holds_nobody_up(session: Session) -> None:
    put(session, body="first", to_address="whatsapp:+919700077777")
    (first,) = sending.claim(session, 5)
    sending.finish(session, first, Outcome("queued", delay_seconds=60))
    put(session, body="second", to_address="whatsapp:+919700077777")
    assert [message.body for message in sending.claim(session, 5)] == ["second"]


def test_a_result_of_an_older_attempt_changes_nothing(session: Session) -> None:
    message = claimed(session)
    hurry(session)
    assert sending.repair(session) == (1, 0)
    (again,) = sending.claim(session, 5)
    assert not sending.begin(session, message)
    assert not sending.finish(session, message, Outcome("failed", code=21211))
    assert sending.begin(session, again)
    assert sending.finish(session, again, Outcome("sent", sid="SM1"))
    assert read(session, message.id).status == "sent"


def test_a_begun_request_whose_lease_ran_out_is_unknown_and_never_claimed(session: Session) -> None:
    message = claimed(session)
    assert sending.begin(session, message)
    hurry(session)
    assert sending.repair(session) == (0, 1)
    assert read(session, message.id).status == "unknown"
    assert sending.claim(session, 5) == []


def test_a_late_answer_still_settles_what_was_taken_as_unknown(session: Session) -> None:
    message = claimed(session)
    sending.begin(session, message)
    hurry(session)
    sending.repair(session)
    assert sending.finish(session, message, Outcome("sent", sid="SM9"))
    assert (read(session, message.id).status, read(session, message.id).provider_sid) == ("sent", "SM9")


@pytest.mark.parametrize(
    ("details", "seconds"),
    [({"reply_to_id": ids.new()}, 30), ({"template": "payment_due_today", "params": {}}, 900)],
    ids=["an answer", "a reminder"],
)
def test_after_a_crash_somebody_who_waits_is_answered_sooner(
    session: Session, details: dict[str, object], seconds: int
) -> None:
    message = claimed(session, **details)
    sending.begin(session, message)
    hurry(session)
    sending.repair(session)
    stored = read(session, message.id)
    assert stored.posting_at is not None
    assert (stored.available_at - stored.posting_at).total_seconds() == seconds


def test_what_the_provider_does_not_list_is_queued_again_only_when_it_has_settled(session: Session) -> None:
    message = claimed(session)
    sending.begin(session, message)
    sending.finish(session, message, Outcome("unknown", code=500))
    hurry(session)
    (looked_up,) = sending.claim_unknown(session, 5)
    assert sending.claim_unknown(session, 5) == []
    assert sending.resolve_absent(session, looked_up) == "unknown"
    hurry(session, "available_at")
    assert sending.resolve_absent(session, looked_up) == "queued"
    assert sending.resolve_absent(session, looked_up) == "overtaken"


def test_what_nobody_can_decide_waits_for_a_person(session: Session) -> None:
    message = claimed(session)
    sending.begin(session, message)
    sending.finish(session, message, Outcome("unknown"))
    assert sending.resolve_undecided(session, message) == "unknown"
    db.execute(session, "UPDATE outbox_message SET posting_at = posting_at - interval '2 hours'")
    assert sending.resolve_undecided(session, message) == "on_hold"
    assert sending.claim(session, 5) == []


def test_callbacks_in_any_order_and_number_end_the_same(session: Session) -> None:
    words = ["queued", "sent", "delivered", "read"]
    for seed in range(12):
        message = claimed(session)
        sending.begin(session, message)
        shuffled = words * 2
        random.Random(seed).shuffle(shuffled)
        for word in shuffled:
            sending.record_status(session, message.id, word, sid="SM1")
        assert (read(session, message.id).status, read(session, message.id).rank) == ("read", RANK["read"])
        assert history(session, message.id) == set(words)


def test_a_callback_settles_a_message_whose_answer_was_lost(session: Session) -> None:
    message = claimed(session)
    sending.begin(session, message)
    sending.finish(session, message, Outcome("unknown", code=500))
    assert sending.record_status(session, message.id, "sent", sid="SM7")
    stored = read(session, message.id)
    assert (stored.status, stored.provider_sid, stored.lease_until) == ("sent", "SM7", None)
    assert sending.claim_unknown(session, 5) == []


def test_a_callback_may_come_before_the_answer(session: Session) -> None:
    message = claimed(session)
    sending.begin(session, message)
    sending.record_status(session, message.id, "delivered", sid="SM8")
    assert not sending.finish(session, message, Outcome("sent", sid="SM8"))
    assert (read(session, message.id).status, read(session, message.id).provider_sid) == ("delivered", "SM8")


def test_a_callback_about_nothing_of_ours_is_ignored(session: Session) -> None:
    assert not sending.record_status(session, ids.new(), "delivered", sid="SM8")


def test_a_failed_message_is_repeated_once_and_its_copy_never(session: Session) -> None:
    message = claimed(session, template="payment_due_today", params={"name": "x"})
    sending.finish(session, message, Outcome("failed", code=63016))
    assert sending.send_again(session, message.id, as_template=True)
    assert not sending.send_again(session, message.id, as_template=True)
    (copy,) = sending.claim(session, 5)
    assert copy.as_template
    assert not sending.send_again(session, copy.id, as_template=True)


def test_free_text_has_no_template_to_be_repeated_as(session: Session) -> None:
    message = claimed(session)
    sending.finish(session, message, Outcome("failed", code=63016))
    assert not sending.send_again(session, message.id, as_template=True)


def test_organisations_with_work_are_found_without_being_in_one(session: Session) -> None:
    put(session)
    org_id = db.org_of(session)
    assert sending.organisations_due(session) == [org_id]
    assert sending.seconds_until_due(session) == 0
    with db.transaction() as outside:
        assert sending.organisations_due(outside) == []
