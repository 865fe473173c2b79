"""The door for messages: who is let in, what is kept, and one effect for each message."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from bot import engine, retries
from bot.tables import Conversation, InboundMessage
from core import db, queue
from core.outbox import OutboxMessage
from parties.channels import ChannelLine
from tests.bot.conftest import AUTH_TOKEN, Twilio

Inbox = Callable[[], list[InboundMessage]]
Outbox = Callable[[], list[OutboxMessage]]


def test_a_message_is_answered_through_the_outbox_and_twilio_gets_empty_twiml(
    twilio: Twilio, inbox: Inbox, outbox: Outbox
) -> None:
    answer = twilio.say("hi")
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.get_data(as_text=True) == '<?xml version="1.0" encoding="UTF-8"?><Response />'
    (message,) = inbox()
    assert (message.status, message.outcome, message.body) == ("handled", "effect", "hi")
    (said,) = outbox()
    assert said.reply_to_id == message.id
    assert "नमस्ते" in said.body


@pytest.mark.parametrize("signature", ["", "wrong", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_a_missing_or_wrong_signature_is_refused_and_nothing_is_kept(
    twilio: Twilio, inbox: Inbox, signature: str
) -> None:
    answer = twilio.post(twilio.form("hi"), signature=signature)
    assert answer.status_code == 403
    assert inbox() == []


def test_a_field_that_was_added_after_signing_is_refused(twilio: Twilio) -> None:
    form = twilio.form("hi")
    from urllib.parse import urlencode

    assert twilio.post(form, body=urlencode({**form, "Extra": "1"})).status_code == 403


@pytest.mark.parametrize("wrong", [{"AccountSid": "AC" + "6" * 32}, {"To": "whatsapp:+10000000000"}, {"To": ""}])
def test_an_unknown_account_or_number_is_refused_although_signed(twilio: Twilio, wrong: dict[str, str]) -> None:
    assert twilio.say("hi", **wrong).status_code == 403


def test_a_signature_of_another_shops_account_is_refused(twilio: Twilio, line: ChannelLine, org: UUID) -> None:
    from twilio.request_validator import RequestValidator

    form = twilio.form("hi")
    forged = RequestValidator("f" * 32).compute_signature("http://bahi.test/webhooks/twilio/messages", form)
    assert AUTH_TOKEN not in forged
    assert twilio.post(form, signature=forged).status_code == 403


def test_repeated_keys_are_a_bad_request(twilio: Twilio, inbox: Inbox) -> None:
    from urllib.parse import urlencode

    form = twilio.form("hi")
    assert twilio.post(form, body=urlencode(form) + "&Body=yes").status_code == 400
    assert inbox() == []


def test_a_query_string_is_part_of_what_is_signed(twilio: Twilio) -> None:
    assert twilio.post(twilio.form("hi"), query="?tenant=a%2Fb&x=%C3%A9").status_code == 200


def test_a_body_of_more_than_64_kilobytes_is_refused(twilio: Twilio) -> None:
    assert twilio.say("x" * 70_000).status_code == 413


def test_a_long_body_below_that_is_cut_and_answered(twilio: Twilio, inbox: Inbox) -> None:
    assert twilio.say("x" * 50_000).status_code == 200
    assert len(inbox()[0].body) == 4096


def test_a_message_without_a_usable_sender_is_accepted_and_dropped(twilio: Twilio, inbox: Inbox) -> None:
    assert twilio.say("hi", From="whatsapp:unknown").status_code == 200
    assert inbox() == []


def test_twenty_copies_at_once_have_one_effect(twilio: Twilio, inbox: Inbox, outbox: Outbox) -> None:
    form = twilio.form("balance")
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda _number: twilio.post(form).status_code, range(20)))
    assert set(codes) == {200}
    assert len(inbox()) == 1
    assert len(outbox()) == 1


def test_a_copy_a_year_later_has_no_effect(twilio: Twilio, outbox: Outbox) -> None:
    form = twilio.form("balance")
    assert [twilio.post(form).status_code for _ in range(3)] == [200, 200, 200]
    assert len(outbox()) == 1


def test_parallel_messages_of_one_person_act_one_after_the_other(
    twilio: Twilio, org: UUID, inbox: Inbox, outbox: Outbox
) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda number: twilio.say(f"menu {number}").status_code, range(16)))
    assert set(codes) == {200}
    with db.transaction(org) as session:
        assert session.query(Conversation).one().version == 16
    assert len(outbox()) == len(inbox()) == 16


def test_a_browsing_turn_is_two_statements_beside_begin_and_commit(twilio: Twilio, sent_statements: list[str]) -> None:
    twilio.say("hi")
    sent_statements.clear()
    twilio.say("menu")
    statements = dict.fromkeys(sent_statements)  # each once, in order
    called = [re.findall(r"turn_\w+", statement) for statement in statements]
    assert called == [["turn_begin"], ["turn_end"]]


def test_an_unexpected_error_keeps_the_message_and_answers_200(
    twilio: Twilio, inbox: Inbox, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "take_turn", broken)
    assert twilio.say("hi").status_code == 200
    (message,) = inbox()
    assert (message.status, message.outcome, message.body) == ("retry", "waiting", "hi")
    assert message.next_try_at is not None
    assert "RuntimeError" in (message.error or "")
    assert outbox() == []


def test_a_message_behind_one_that_waits_waits_too(
    twilio: Twilio, inbox: Inbox, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, org: UUID
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(engine, "take_turn", broken)
        twilio.say("menu")
    twilio.say("balance")
    assert [message.status for message in inbox()] == ["retry", "retry"]
    assert outbox() == []
    first, second = inbox()
    retries.retry(org, first.id)
    retries.retry(org, second.id)
    assert [message.status for message in inbox()] == ["handled", "handled"]
    assert "क्या करना चाहेंगे" in outbox()[0].body
    assert "उधार सीमा" in outbox()[1].body


def test_a_database_that_is_down_is_told_to_twilio(twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_given: Any, **_more: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    twilio.say("hi")
    monkeypatch.setattr(db, "run", down)
    monkeypatch.setattr(retries, "keep", down)
    answer = twilio.say("hi")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_hint_follows_the_commit(twilio: Twilio, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []
    for name in ("hint", "hint_soon"):
        monkeypatch.setattr(queue, name, lambda job: seen.append((job, len(outbox()))), raising=False)
    twilio.say("hi")
    form = twilio.form("menu")
    twilio.post(form)
    twilio.post(form)
    assert seen == [("send", 1), ("send", 2)]


def broken(*_given: Any) -> None:
    raise RuntimeError(f"planted in {threading.current_thread().name}")
