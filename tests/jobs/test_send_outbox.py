"""Messages leave once, in the right form, whatever the provider answers."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.gateway import contents, refs
from bot.gateway import twilio as gateway_module
from core import clock, db
from core.outbox import OutboxMessage
from jobs import repair_outbox, send_outbox
from parties import tasks
from tests.twilio_stand_in import TwilioStandIn

Put = Callable[..., UUID]
Read = Callable[[UUID], OutboxMessage]
Statement = Callable[..., list[Any]]
PARAMS = {"name": "Sharma Kirana", "business": "Ganesh", "bill_no": "SG/1", "amount": "₹1,200"}


def test_a_queued_message_is_sent_once_with_a_callback_that_names_it(
    twilio: TwilioStandIn, put: Put, row: Read, org: UUID
) -> None:
    message_id = put(body="नमस्ते ₹5")
    send_outbox.run()
    send_outbox.run()
    assert len(twilio.sent) == 1
    sent = twilio.sent[0]
    assert sent["Body"] == "नमस्ते ₹5"
    assert sent["From"].startswith("whatsapp:+91")
    assert sent["StatusCallback"] == refs.callback_url(org, message_id)
    stored = row(message_id)
    assert (stored.status, stored.provider_sid, stored.attempt) == ("sent", sent["sid"], 1)


def test_429_is_tried_again_after_a_pause(twilio: TwilioStandIn, put: Put, row: Read, statement: Statement) -> None:
    twilio.faults = [429]
    message_id = put(body="again")
    send_outbox.run()
    waiting = row(message_id)
    assert (waiting.status, waiting.error_code, twilio.sent) == ("queued", 20429, [])
    (pause,) = statement(
        "SELECT extract(epoch FROM available_at - clock_timestamp())::float8 FROM outbox_message WHERE id = %s",
        message_id,
    )[0]
    assert 0.3 < pause < 1.5
    statement("UPDATE outbox_message SET available_at = clock_timestamp() WHERE id = %s", message_id)
    send_outbox.run()
    assert (row(message_id).status, len(twilio.sent)) == ("sent", 1)


@pytest.mark.parametrize("fault", ["500-after", "drop", "hang-after"])
def test_an_answer_that_is_lost_is_looked_up_and_never_sent_again(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "READ_SECONDS", 0.4)
    gateway_module._client.cache_clear()
    twilio.faults = [fault]
    message_id = put(body="once only")
    send_outbox.run()
    assert row(message_id).status == "unknown"
    statement("UPDATE outbox_message SET lease_until = clock_timestamp() WHERE id = %s", message_id)
    repair_outbox.run()
    send_outbox.run()
    found = row(message_id)
    assert (found.status, found.provider_sid) == ("sent", twilio.sent[0]["sid"])
    assert len(twilio.sent) == 1
    gateway_module._client.cache_clear()


def test_an_error_without_acceptance_is_repeated_only_after_it_has_settled(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement
) -> None:
    twilio.faults = [503]
    message_id = put(body="lost")
    send_outbox.run()
    look = "UPDATE outbox_message SET lease_until = clock_timestamp() WHERE id = %s"
    statement(look, message_id)
    repair_outbox.run()
    assert row(message_id).status == "unknown"
    statement("UPDATE outbox_message SET available_at = clock_timestamp() WHERE id = %s", message_id)
    statement(look, message_id)
    repair_outbox.run()
    assert row(message_id).status == "queued"
    send_outbox.run()
    assert (row(message_id).status, len(twilio.sent)) == ("sent", 1)


def test_nobody_at_the_other_end_means_not_sent(twilio: TwilioStandIn, put: Put, row: Read) -> None:
    message_id = put(body="later")
    twilio.__exit__()
    send_outbox.run()
    waiting = row(message_id)
    assert (waiting.status, waiting.posting_at is not None) == ("queued", True)


def test_a_refusal_for_good_fails_and_asks_staff(twilio: TwilioStandIn, put: Put, row: Read, org: UUID) -> None:
    twilio.faults = [(400, 21211)]
    message_id = put(body="bad number")
    send_outbox.run()
    failed = row(message_id)
    assert (failed.status, failed.error_code) == ("failed", 21211)
    with db.transaction(org) as session:
        assert [task.kind for task in tasks.open_tasks(session)] == ["message_failed"]


def test_wrong_credentials_keep_the_message_and_ask_staff_once(
    twilio: TwilioStandIn, put: Put, row: Read, org: UUID
) -> None:
    twilio.token = "another"
    ids = [put(body="one"), put(body="two")]
    send_outbox.run()
    assert {row(message_id).status for message_id in ids} == {"queued"}
    with db.transaction(org) as session:
        assert [task.kind for task in tasks.open_tasks(session)] == ["provider_trouble"]


def test_somebody_who_blocked_us_gets_no_more_automatic_messages(
    twilio: TwilioStandIn, put: Put, statement: Statement
) -> None:
    twilio.faults = [(400, 21610)]
    put(body="hello", to="+919876500001")
    send_outbox.run()
    assert statement("SELECT opted_out_at IS NOT NULL FROM contact WHERE phone = '+919876500001'")[0][0]


def test_outside_the_window_a_template_goes_without_a_body(twilio: TwilioStandIn, put: Put, row: Read) -> None:
    message_id = put(window=False, template="payment_due_today", params=PARAMS)
    send_outbox.run()
    assert row(message_id).status == "sent"
    sent = twilio.sent[0]
    assert "Body" not in sent
    assert json.loads(sent["ContentVariables"]) == {"1": "Sharma Kirana", "2": "Ganesh", "3": "SG/1", "4": "₹1,200"}
    assert "₹1,200" in sent["ContentVariables"]
    assert twilio.contents[sent["ContentSid"]]["types"]["twilio/text"]["body"].startswith("Hello {{1}}")


def test_inside_the_window_the_same_template_goes_as_text(twilio: TwilioStandIn, put: Put) -> None:
    put(template="payment_due_today", params=PARAMS)
    send_outbox.run()
    assert twilio.sent[0]["Body"].startswith("Hello Sharma Kirana, your bill SG/1 from Ganesh for ₹1,200")
    assert twilio.contents == {}


def test_the_window_is_judged_when_the_message_goes(twilio: TwilioStandIn, put: Put) -> None:
    put(template="payment_due_today", params=PARAMS, reply_to_id=uuid4())
    clock.advance(timedelta(hours=23, minutes=55))
    send_outbox.run()
    assert "ContentSid" in twilio.sent[0]


def test_free_text_outside_the_window_is_not_tried(twilio: TwilioStandIn, put: Put, row: Read) -> None:
    message_id = put(window=False, body="hello")
    send_outbox.run()
    failed = row(message_id)
    assert (failed.status, failed.error_code, twilio.sent) == ("failed", 63016, [])


def test_a_refused_free_text_goes_once_more_as_its_template(twilio: TwilioStandIn, put: Put) -> None:
    twilio.faults = [(400, 63016)]
    put(template="payment_due_today", params=PARAMS)
    send_outbox.run()
    assert [("ContentSid" in message, "Body" in message) for message in twilio.sent] == [(True, False)]


def test_a_template_is_made_and_submitted_once_by_many_senders(twilio: TwilioStandIn, put: Put, row: Read) -> None:
    ids = [put(window=False, template="payment_due_today", params=PARAMS) for _ in range(12)]
    threads = [threading.Thread(target=send_outbox.run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(twilio.contents) == 1
    assert len(twilio.approvals_asked) == 1
    assert {row(message_id).status for message_id in ids} <= {"sent", "queued"}
    assert len(twilio.sent) == sum(row(message_id).status == "sent" for message_id in ids) >= 1


def test_a_template_that_waits_for_approval_keeps_its_message(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement
) -> None:
    twilio.approval = "pending"
    message_id = put(window=False, template="payment_due_today", params=PARAMS)
    send_outbox.run()
    assert (row(message_id).status, twilio.sent) == ("queued", [])
    twilio.approval = "approved"
    statement("UPDATE provider_template SET checked_at = clock_timestamp() - interval '2 minutes'")
    statement("UPDATE outbox_message SET available_at = clock_timestamp() WHERE id = %s", message_id)
    send_outbox.run()
    assert (row(message_id).status, len(twilio.approvals_asked)) == ("sent", 1)


def test_a_rejected_template_asks_staff(twilio: TwilioStandIn, put: Put, row: Read, org: UUID) -> None:
    twilio.approval = "rejected"
    message_id = put(window=False, template="payment_due_today", params=PARAMS)
    send_outbox.run()
    assert (row(message_id).status, twilio.sent) == ("queued", [])
    with db.transaction(org) as session:
        assert [task.kind for task in tasks.open_tasks(session)] == ["provider_trouble"]


def test_a_maker_that_died_is_replaced_and_what_it_made_is_used(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement
) -> None:
    first = put(body="Pick\none", choices=[("a", "Yes"), ("b", "No")])
    send_outbox.run()
    (name,) = statement("SELECT name FROM provider_template")[0]
    assert name == "buttons_2_2_v1"
    statement(
        "UPDATE provider_template SET approval = 'creating', content_sid = '',"
        " checked_at = clock_timestamp() - interval '1 minute'"
    )
    contents.forget()
    second = put(body="Pick\nanother", choices=[("c", "Yes"), ("d", "No")])
    send_outbox.run()
    assert {row(first).status, row(second).status} == {"sent"}
    assert len(twilio.contents) == 1
    assert {message["ContentSid"] for message in twilio.sent} == set(twilio.contents)


def test_choices_become_buttons_whose_text_is_in_the_variables(twilio: TwilioStandIn, put: Put) -> None:
    put(body="Order of 2 items\n\nConfirm?", choices=[("go:1", "हाँ"), ("no:1", "No")])
    send_outbox.run()
    sent = twilio.sent[0]
    assert json.loads(sent["ContentVariables"]) == {
        "1": "Order of 2 items", "2": "Confirm?", "3": "हाँ", "4": "go:1", "5": "No", "6": "no:1",
    }  # fmt: skip
    part = twilio.contents[sent["ContentSid"]]["types"]["twilio/quick-reply"]
    assert part["body"] == "{{1}}\n\n{{2}}"
    assert part["actions"][1] == {"type": "QUICK_REPLY", "title": "{{5}}", "id": "{{6}}"}


def test_buttons_that_the_provider_refuses_become_numbered_text(twilio: TwilioStandIn, put: Put) -> None:
    twilio.content_faults = [400]
    put(body="Confirm?", choices=[("y", "Yes"), ("n", "No")])
    send_outbox.run()
    assert twilio.sent[0]["Body"] == "Confirm?\n\n1. Yes\n2. No"


def test_two_senders_side_by_side_send_each_message_once(twilio: TwilioStandIn, put: Put) -> None:
    twilio.delay_seconds = 0.01
    for number in range(40):
        put(body=f"message {number}")
    threads = [threading.Thread(target=send_outbox.run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert twilio.numbered() == {f"message {number}": 1 for number in range(40)}


def test_messages_to_one_person_keep_their_order(twilio: TwilioStandIn, put: Put) -> None:
    for number in range(8):
        put(body=f"part {number}", to="+919876500002")
    send_outbox.run()
    assert [message["Body"] for message in twilio.sent] == [f"part {number}" for number in range(8)]


def test_a_lease_that_ran_out_before_the_request_is_simply_queued_again(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement, org: UUID
) -> None:
    message_id = put(body="claimed by a process that died")
    send_outbox._claim(org)
    assert row(message_id).status == "sending"
    statement("UPDATE outbox_message SET lease_until = clock_timestamp() WHERE id = %s", message_id)
    repair_outbox.run()
    send_outbox.run()
    assert (row(message_id).status, len(twilio.sent), twilio.lists) == ("sent", 1, 0)


def test_a_reminder_whose_day_has_passed_is_not_sent(twilio: TwilioStandIn, put: Put, row: Read, org: UUID) -> None:
    message_id = put(window=False, template="payment_due_today", params=PARAMS)
    clock.advance(timedelta(hours=13))
    send_outbox.run()
    assert (row(message_id).status, twilio.sent) == ("cancelled", [])
    with db.transaction(org) as session:
        assert [task.kind for task in tasks.open_tasks(session)] == ["message_failed"]
