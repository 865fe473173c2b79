"""Messages of which nobody knows whether they were sent: found again, repeated, or given to a person."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from core import db
from core.outbox import OutboxMessage
from core.sending import ClaimedMessage
from jobs import repair_outbox, send_outbox
from parties import tasks
from parties.channels import ChannelLine
from tests.twilio_stand_in import TwilioStandIn

Put = Callable[..., UUID]
Read = Callable[[UUID], OutboxMessage]
Statement = Callable[..., list[Any]]

LOOK = "UPDATE outbox_message SET lease_until = clock_timestamp() WHERE status = 'unknown'"


def lose_the_answer(twilio: TwilioStandIn, put: Put, statement: Statement, **details: Any) -> UUID:
    """Send a message that the provider takes and answers with an error."""
    twilio.faults = ["500-after"]
    message_id = put(**details)
    send_outbox.run()
    statement(LOOK)
    return message_id


def test_buttons_are_found_again_although_the_provider_shows_no_text(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement
) -> None:
    message_id = lose_the_answer(twilio, put, statement, body="Confirm?", choices=[("y", "Yes"), ("n", "No")])
    repair_outbox.run()
    assert (row(message_id).status, row(message_id).provider_sid) == ("sent", twilio.sent[0]["sid"])


def test_an_earlier_message_with_the_same_words_is_not_taken_for_it(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement
) -> None:
    earlier = put(body="Your balance is ₹5", to="+919876500010")
    send_outbox.run()
    twilio.faults = [503]
    later = put(body="Your balance is ₹5", to="+919876500010", reply_to_id=uuid4())
    send_outbox.run()
    statement(LOOK)
    repair_outbox.run()
    assert row(later).status == "unknown"
    statement("UPDATE outbox_message SET available_at = clock_timestamp() WHERE status = 'unknown'")
    statement(LOOK)
    repair_outbox.run()
    send_outbox.run()
    assert row(later).status == "sent"
    assert twilio.bodies() == {"Your balance is ₹5": 2}
    assert row(earlier).provider_sid != row(later).provider_sid


def test_two_unknown_messages_to_one_person_take_an_id_each(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement
) -> None:
    ids = [put(body="same", to="+919876500011") for _ in range(2)]
    for _ in ids:
        twilio.faults = ["500-after"]
        send_outbox.run()
    statement(LOOK)
    repair_outbox.run()
    assert [row(message_id).provider_sid for message_id in ids] == [message["sid"] for message in twilio.sent]


def test_while_the_provider_cannot_be_asked_nothing_is_repeated_and_in_the_end_a_person_decides(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement, org: UUID
) -> None:
    message_id = lose_the_answer(twilio, put, statement, body="hello")
    twilio.lists_fail = True
    repair_outbox.run()
    assert row(message_id).status == "unknown"
    statement("UPDATE outbox_message SET posting_at = clock_timestamp() - interval '2 hours'")
    statement(LOOK)
    repair_outbox.run()
    send_outbox.run()
    assert (row(message_id).status, len(twilio.sent)) == ("on_hold", 1)
    with db.transaction(org) as session:
        assert [task.kind for task in tasks.open_tasks(session)] == ["message_failed"]


def test_a_process_that_wakes_up_too_late_does_not_send(
    twilio: TwilioStandIn, put: Put, row: Read, statement: Statement, org: UUID
) -> None:
    put(body="hello")
    late: list[tuple[ChannelLine, ClaimedMessage]] = send_outbox._claim(org)
    statement("UPDATE outbox_message SET lease_until = clock_timestamp() WHERE status = 'sending'")
    repair_outbox.run()
    send_outbox.run()
    for line, message in late:
        send_outbox.deliver(line, message)
    assert len(twilio.sent) == 1
    assert row(late[0][1].id).status == "sent"
