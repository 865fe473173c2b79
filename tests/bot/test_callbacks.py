"""Delivery callbacks over HTTP: signed, cheap, and harmless in any order."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot import callbacks, signature
from bot.gateway import refs
from core import clock, db, ids, outbox
from core.outbox import OutboxMessage
from parties import channels, tasks
from parties.channels import ChannelLine

Post = Callable[..., int]


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(callbacks.blueprint)
    return app.test_client()


@pytest.fixture
def line(org: UUID) -> ChannelLine:
    with db.transaction(org) as session:
        return channels.line(session, channels.main(session).id)


@pytest.fixture
def post(client: FlaskClient, line: ChannelLine) -> Post:
    """Send one callback as Twilio does; returns the HTTP status."""

    def send(
        message_id: UUID | None, status: str, *, token: str | None = None, ref: str | None = None, **more: str
    ) -> int:
        form = {
            "AccountSid": line.account_sid,
            "From": f"whatsapp:{line.number}",
            "To": "whatsapp:+919810000001",
            "MessageSid": "SM1",
            "MessageStatus": status,
            **more,
        }
        body = urlencode(form).encode()
        path = refs.PATH + (f"?ref={ref}" if ref else "")
        if message_id:
            path = refs.callback_url(line.org_id, message_id).removeprefix("http://bahi.test")
        signed = signature.sign("http://bahi.test" + path, signature.pairs(body), token or line.tokens[0])
        return client.post(
            path,
            data=body,
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signed.decode()},
        ).status_code

    return send


@pytest.fixture
def message_id(line: ChannelLine) -> UUID:
    """A message that the provider has taken as SM1."""
    with db.transaction(line.org_id) as session:
        db.execute(
            session,
            "INSERT INTO contact (org_id, id, phone, profile_name, last_inbound_at, created_at)"
            " VALUES (%s, %s, '+919810000001', '', %s, %s)",
            (str(line.org_id), str(ids.new()), clock.now(), clock.now()),
        )
        made = outbox.put(
            session,
            channel_id=line.channel_id,
            to_address="whatsapp:+919810000001",
            language="en",
            template="payment_due_today",
            params={"name": "S", "business": "G", "bill_no": "1", "amount": "₹1"},
        )
        assert made is not None
        db.execute(
            session,
            "UPDATE outbox_message SET status = 'sent', rank = 3, provider_sid = 'SM1' WHERE id = %s",
            (str(made),),
        )
    return made


def read(line: ChannelLine, message_id: UUID) -> OutboxMessage:
    with db.transaction(line.org_id) as session:
        return session.get_one(OutboxMessage, (line.org_id, message_id))


def test_a_callback_raises_the_status(post: Post, line: ChannelLine, message_id: UUID) -> None:
    assert [post(message_id, word) for word in ("read", "delivered", "sent", "read")] == [200] * 4
    assert read(line, message_id).status == "read"


def test_a_wrong_signature_changes_nothing(post: Post, line: ChannelLine, message_id: UUID) -> None:
    assert post(message_id, "delivered", token="wrong") == 403
    assert read(line, message_id).status == "sent"


def test_an_account_that_is_not_ours_is_refused(post: Post, message_id: UUID) -> None:
    assert post(message_id, "delivered", AccountSid="AC" + "0" * 32) == 403


def test_a_callback_about_a_message_we_do_not_have_is_answered(post: Post) -> None:
    assert post(ids.new(), "delivered") == 200
    assert post(None, "delivered", MessageSid="SMnone", ref="garbage") == 200


def test_without_a_reference_the_providers_id_finds_the_message(
    post: Post, line: ChannelLine, message_id: UUID
) -> None:
    assert post(None, "delivered") == 200
    assert read(line, message_id).status == "delivered"


def test_a_status_that_we_do_not_know_is_answered(post: Post, line: ChannelLine, message_id: UUID) -> None:
    assert post(message_id, "sublimated") == 200
    assert read(line, message_id).status == "sent"


def test_a_closed_window_reported_later_sends_the_template_once(
    post: Post, line: ChannelLine, message_id: UUID
) -> None:
    for word in ("undelivered", "failed", "undelivered"):
        assert post(message_id, word, ErrorCode="63016") == 200
    with db.transaction(line.org_id) as session:
        copies = db.execute(
            session, "SELECT as_template, status FROM outbox_message WHERE dedupe_key = %s", (f"again:{message_id}",)
        ).all()
        assert [tuple(copy) for copy in copies] == [(True, "queued")]
        assert tasks.open_tasks(session) == []


def test_a_failure_for_good_asks_staff(post: Post, line: ChannelLine, message_id: UUID) -> None:
    post(message_id, "failed", ErrorCode="63024")
    with db.transaction(line.org_id) as session:
        assert [task.facts["code"] for task in tasks.open_tasks(session)] == [63024]
    assert read(line, message_id).error_code == 63024


def test_a_person_who_blocked_us_is_opted_out(post: Post, line: ChannelLine, message_id: UUID) -> None:
    post(message_id, "failed", ErrorCode="63014")
    with db.transaction(line.org_id) as session:
        assert db.execute(session, "SELECT opted_out_at IS NOT NULL FROM contact").scalar()


@pytest.mark.parametrize(
    "odd",
    [
        {"ErrorCode": "9" * 5000},
        {"ErrorCode": "99999999999"},
        {"ErrorCode": "²"},
        {"ErrorCode": "6\x003016"},
        {"MessageSid": "SM\x001"},
        {"MessageSid": "\x00"},
        {"AccountSid": "AC\x00"},
        {"From": "whatsapp:\x00"},
        {"MessageStatus": "delivered\x00"},
        {"Extra": "\x00\ufffd\u202e"},
    ],
)
def test_odd_fields_are_no_mistake_of_ours(post: Post, message_id: UUID, odd: dict[str, str]) -> None:
    given = {"MessageStatus": "failed", **odd}
    assert post(message_id, given.pop("MessageStatus"), **given) in {200, 403}
