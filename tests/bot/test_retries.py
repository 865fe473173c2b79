"""Messages whose turn failed: tried again in order, and in the end answered by people."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot import engine, retries
from bot.tables import InboundMessage
from core import clock, db
from core.outbox import OutboxMessage
from orders import listing
from parties.tables import StaffTask
from tests.bot.conftest import Twilio
from tests.bot.test_webhook import broken

Inbox = Callable[[], list[InboundMessage]]
Outbox = Callable[[], list[OutboxMessage]]


@pytest.fixture
def kept(twilio: Twilio, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A message whose first turn failed."""
    with monkeypatch.context() as patch:
        patch.setattr(engine, "take_turn", broken)
        twilio.say("balance")
    return inbox()[0].id


def test_a_second_try_has_the_effect_of_the_first(org: UUID, kept: UUID, inbox: Inbox, outbox: Outbox) -> None:
    retries.retry(org, kept)
    (message,) = inbox()
    assert (message.status, message.outcome) == ("handled", "effect")
    assert message.conversation_id is not None
    assert len(outbox()) == 1


def test_trying_a_handled_message_again_does_nothing(org: UUID, kept: UUID, outbox: Outbox) -> None:
    retries.retry(org, kept)
    retries.retry(org, kept)
    assert len(outbox()) == 1


def test_the_same_message_from_twilio_meanwhile_has_no_second_effect(
    twilio: Twilio, org: UUID, kept: UUID, inbox: Inbox, outbox: Outbox
) -> None:
    form = twilio.form("balance", MessageSid=inbox()[0].message_sid)
    assert twilio.post(form).status_code == 200
    retries.retry(org, kept)
    assert len(inbox()) == len(outbox()) == 1


def test_after_five_tries_the_person_gets_an_apology_and_staff_a_task(
    org: UUID, kept: UUID, inbox: Inbox, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "take_turn", broken)
    for _ in range(retries.MAX_TRIES):
        assert inbox()[0].status == "retry"
        retries.retry(org, kept)
    (message,) = inbox()
    assert (message.status, message.outcome, message.attempts) == ("dead", "dead", retries.MAX_TRIES)
    (apology,) = outbox()
    assert "क्षमा करें" in apology.body
    assert apology.language == "hi"
    with db.transaction(org) as session:
        (task,) = session.query(StaffTask).all()
    assert task.kind == "message_failed"
    assert task.facts["text"] == "balance"
    retries.retry(org, kept)
    assert len(outbox()) == 1


def test_the_messages_behind_a_dead_one_go_on(
    twilio: Twilio, org: UUID, kept: UUID, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio.say("menu")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "take_turn", broken)
        for _ in range(retries.MAX_TRIES):
            retries.retry(org, kept)
    retries.retry(org, inbox()[1].id)
    assert [message.status for message in inbox()] == ["dead", "handled"]
    twilio.say("hi")
    assert inbox()[2].status == "handled"


def test_a_later_message_does_not_overtake_one_that_is_not_due_yet(
    twilio: Twilio, org: UUID, kept: UUID, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio.say("menu")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "take_turn", broken)
        retries.retry(org, kept)
    retries.retry(org, inbox()[1].id)
    assert [message.status for message in inbox()] == ["retry", "retry"]


def test_a_yes_that_was_delayed_places_nothing(
    twilio: Twilio, org: UUID, inbox: Inbox, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, stock: None, home: Any
) -> None:
    twilio.say("2 peti coke 500")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "take_turn", broken)
        twilio.say("yes")
    clock.advance(timedelta(minutes=11))
    retries.retry(org, inbox()[-1].id)
    assert inbox()[-1].status == "handled"
    assert "फिर से स्वागत है" in outbox()[-1].body
    with db.transaction(org) as session:
        assert [order.status for order in listing.page(session)] == ["pending"]


def test_the_window_counts_from_when_the_message_came(org: UUID, kept: UUID, inbox: Inbox, home: Any) -> None:
    from parties.tables import Contact

    clock.advance(timedelta(hours=2))
    retries.retry(org, kept)
    with db.transaction(org) as session:
        assert session.query(Contact).one().last_inbound_at == inbox()[0].received_at
