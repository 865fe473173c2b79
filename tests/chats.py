"""A chat as a transcript: what a shop says, what it hears back, through the engine and the real flows."""

import itertools
import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from bot import engine, flow, ingress
from bot.tables import Conversation
from core import audit, db, events, ids
from core.outbox import OutboxMessage
from orders import catalogue_import
from parties import channels, organisations
from parties.organisations import NewOrganisation
from parties.tables import Retailer

TOKEN = "0123456789abcdef0123456789abcdef"
CATALOGUE = db.ROOT / "orders" / "data" / "catalog.json"
SELLS_FROM = date(2026, 1, 1)  # before every day that a chat is set on, whenever the test runs
_sids = itertools.count(1)


class Chat:
    """One person's chat with the organisation of `session`."""

    def __init__(self, session: Session, phone: str) -> None:
        self.session, self.phone = session, phone
        self.line = channels.line(session, channels.main(session).id)
        self.heard: set[UUID] = set()
        self.choices: list[list[str]] = []

    def say(self, text: str = "", **fields: str) -> str:
        """Say something; returns all that was answered, and remembers the choices."""
        self.send(text, **fields)
        return "\n".join(message.body for message in self.messages())

    def send(self, text: str = "", **fields: str) -> None:
        """Say something, and leave what is answered to be looked at."""
        form = {
            "MessageSid": f"SM{next(_sids):032x}",
            "AccountSid": self.line.account_sid,
            "From": f"whatsapp:{self.phone}",
            "To": f"whatsapp:{self.line.number}",
            "Body": text,
            **fields,
        }
        incoming = ingress.read([(name.encode(), value.encode()) for name, value in form.items()])
        events.forget(self.session)  # a test that wants the consequences of what it did lets them follow before
        engine.answer(self.session, flow.installed(), self.line, incoming)
        events.follow(self.session)  # as before a turn's commit
        audit.act_as(audit.SYSTEM)  # the shop's turn is over

    def tap(self, title: str) -> str:
        """Tap the offered choice whose title begins like this."""
        identifier, shown = next(choice for choice in self.choices if choice[1].startswith(title))
        return self.say(shown, ButtonPayload=identifier, ButtonText=shown)

    def messages(self) -> list[OutboxMessage]:
        """What came since the last look."""
        self.session.flush()
        wanted = select(OutboxMessage).where(OutboxMessage.to_address == f"whatsapp:{self.phone}")
        found = self.session.scalars(wanted.order_by(OutboxMessage.id)).all()
        fresh = [message for message in found if message.id not in self.heard]
        self.heard |= {message.id for message in fresh}
        self.choices = next((message.choices for message in reversed(fresh) if message.choices), self.choices)
        return fresh

    def play(self, transcript: Iterable[tuple[str, str]]) -> None:
        """Say each line and find what is expected in one single answer to it."""
        for said, expected in transcript:
            heard = self.say(said)
            assert expected in heard, f"{said!r} was answered with:\n{heard}"

    def place(self) -> Conversation:
        """Where the talk stands."""
        found = self.session.scalars(select(Conversation).execution_options(populate_existing=True)).all()
        return found[-1]


@pytest.fixture(scope="session")
def org(database: str) -> UUID:
    """An organisation that sells the sample catalogue: committed once, since reading the catalogue takes its time."""
    org_id = ids.new()
    known = {"name": "Shree Ganesh Traders", "country": "IN", "state_code": "27", "phone": "+912066000000"}
    with db.transaction(org_id) as session:
        organisations.create(
            session,
            NewOrganisation(**known, gstin="27AAPFU0939F1ZV", upi_vpa="ganesh@okhdfcbank"),
            policy.of_a_new_organisation(),
        )
        channels.register(session, account_sid="AC" + "5" * 32, number=f"+91{org_id.int % 10**10:010d}", tokens=[TOKEN])
        catalogue_import.import_catalogue(session, json.loads(CATALOGUE.read_text()), SELLS_FROM)
    return org_id


@pytest.fixture
def stocked(session: Session) -> Session:
    """A session whose organisation sells the sample catalogue."""
    return session


@pytest.fixture
def shop(stocked: Session, make_retailer: Callable[..., Retailer]) -> Retailer:
    """A shop with ₹50,000 of credit for 15 days, and English."""
    retailer = make_retailer(stocked, code="R1")
    stocked.flush()
    return retailer


@pytest.fixture
def chat(stocked: Session, shop: Retailer) -> Chat:
    """The shop's chat."""
    return Chat(stocked, shop.phone)


@pytest.fixture
def open_chat(stocked: Session, make_retailer: Callable[..., Retailer]) -> Callable[..., Chat]:
    """The chat of another shop: `open_chat(language="hi", limit_minor=0)`."""

    def make(**details: Any) -> Chat:
        retailer = make_retailer(stocked, **details)
        stocked.flush()
        return Chat(stocked, retailer.phone)

    return make
