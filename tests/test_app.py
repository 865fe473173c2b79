"""The whole web application: one thread serves one organisation after another."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from bot import signature
from bot.gateway import refs
from core import audit, clock, db, ids, outbox
from core.audit import AuditEntry
from parties import channels
from parties.channels import ChannelLine
from tests.people import PASSWORD, new_user


@pytest.fixture
def app(database: str) -> Flask:
    app = create_app()
    app.add_url_rule("/actor", view_func=lambda: audit.actor().name)
    return app


def sign_in(client: FlaskClient, org_id: UUID) -> str:
    email = new_user(org_id)
    answer = client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
    return f"Bearer {answer.json['access_token']}"


def sent_message(line: ChannelLine) -> UUID:
    with db.transaction(line.org_id) as session:
        db.execute(
            session,
            "INSERT INTO contact (org_id, id, phone, profile_name, created_at)"
            " VALUES (%s, %s, '+919810000001', '', %s)",
            (str(line.org_id), str(ids.new()), clock.now()),
        )
        made = outbox.put(
            session, channel_id=line.channel_id, to_address="whatsapp:+919810000001", language="en", body="Hello"
        )
        assert made is not None
        db.execute(session, "UPDATE outbox_message SET status = 'sent', rank = 3, provider_sid = 'SM1'")
    return made


def blocked(client: FlaskClient, line: ChannelLine, message_id: UUID) -> int:
    """The provider tells that the person blocked us."""
    fields = {
        "AccountSid": line.account_sid,
        "From": f"whatsapp:{line.number}",
        "MessageSid": "SM1",
        "MessageStatus": "failed",
        "ErrorCode": "63014",
    }
    body = urlencode(fields).encode()
    path = refs.callback_url(line.org_id, message_id).removeprefix("http://bahi.test")
    signed = signature.sign("http://bahi.test" + path, signature.pairs(body), line.tokens[0])
    headers = {"X-Twilio-Signature": signed.decode(), "Content-Type": "application/x-www-form-urlencoded"}
    return client.post(path, data=body, headers=headers).status_code


def test_a_callback_is_not_audited_in_the_name_of_the_request_before(app: Flask, new_org: Callable[..., UUID]) -> None:
    client, mine, theirs = app.test_client(), new_org(), new_org()
    with db.transaction(theirs) as session:
        line = channels.line(session, channels.main(session).id)
    message_id, token = sent_message(line), sign_in(client, mine)
    assert client.get("/api/v1/admin/retailers", headers={"Authorization": token}).status_code == 200
    assert audit.actor().name.startswith("usr_"), "the test's thread is the server's thread"
    assert blocked(client, line, message_id) == 200
    with db.transaction(theirs) as session:
        entry = session.query(AuditEntry).filter_by(action="contact.opted_out").one()
        assert (entry.actor, entry.request_id) == ("provider", "SM1")


def test_a_request_that_names_nobody_acts_as_the_system(app: Flask) -> None:
    audit.act_as(audit.Actor("usr_of_another_organisation", "req_1"))
    assert app.test_client().get("/actor").text == "system"
