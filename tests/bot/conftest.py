"""A web application with nothing but the WhatsApp door, and a way to knock as Twilio does."""

import itertools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from bot import webhook
from bot.tables import InboundMessage
from core import db
from core.outbox import OutboxMessage
from orders import catalogue_import
from parties import channels
from parties.channels import ChannelLine
from parties.tables import Retailer
from tests.chats import CATALOGUE
from tests.conftest import ACCOUNT_SID, AUTH_TOKEN

URL = "http://bahi.test/webhooks/twilio/messages"
_sids = itertools.count(1)


class Twilio:
    """Twilio's side of the webhook, signing with its own library."""

    def __init__(self, client: FlaskClient, line: ChannelLine, phone: str) -> None:
        self.client, self.line, self.phone = client, line, phone

    def form(self, text: str, **fields: str) -> dict[str, str]:
        """The fields of one message."""
        return {
            "MessageSid": f"SM{next(_sids):032x}",
            "AccountSid": ACCOUNT_SID,
            "From": f"whatsapp:{self.phone}",
            "To": f"whatsapp:{self.line.number}",
            "Body": text,
            "NumMedia": "0",
            "ProfileName": "Ramesh",
            **fields,
        }

    def post(
        self, form: dict[str, str], *, signature: str | None = None, body: str | None = None, query: str = ""
    ) -> Any:
        """Send a form; signed well unless told otherwise."""
        signed = RequestValidator(AUTH_TOKEN).compute_signature(URL + query, form)
        return self.client.post(
            "/webhooks/twilio/messages" + query,
            data=(body if body is not None else urlencode(form)).encode(),
            content_type="application/x-www-form-urlencoded",
            headers={} if signature == "" else {"X-Twilio-Signature": signature or signed},
        )

    def say(self, text: str, **fields: str) -> Any:
        """One message, well signed."""
        return self.post(self.form(text, **fields))


@pytest.fixture
def line(org: UUID) -> ChannelLine:
    """The organisation's WhatsApp line."""
    with db.transaction(org) as session:
        return channels.line(session, channels.main(session).id)


@pytest.fixture
def retailer(org: UUID, make_retailer: Callable[..., Retailer]) -> Retailer:
    """A committed shop."""
    with db.transaction(org) as session:
        return make_retailer(session, code="R1", language="hi")


@pytest.fixture
def stock(org: UUID) -> None:
    """The sample catalogue, committed."""
    with db.transaction(org) as session:
        catalogue_import.import_catalogue(session, json.loads(CATALOGUE.read_text()))


@pytest.fixture
def app(database: str) -> Flask:
    """A web application with the WhatsApp door alone."""
    app = Flask("door")
    app.register_blueprint(webhook.blueprint)
    return app


@pytest.fixture
def twilio(app: Flask, line: ChannelLine, retailer: Retailer) -> Twilio:
    """Twilio, delivering what the shop writes."""
    return Twilio(app.test_client(), line, retailer.phone)


@pytest.fixture
def inbox(org: UUID) -> Callable[[], list[InboundMessage]]:
    """What is stored of what came in, in order."""
    return lambda: _all(org, InboundMessage)


@pytest.fixture
def outbox(org: UUID) -> Callable[[], list[OutboxMessage]]:
    """What is to be said, in order."""
    return lambda: _all(org, OutboxMessage)


def _all(org: UUID, model: Any) -> list[Any]:
    with db.transaction(org) as session:
        return list(_ordered(session, model))


def _ordered(session: Session, model: Any) -> list[Any]:
    return list(session.query(model).order_by(model.id))
