"""A stand-in for Twilio, and messages in the outbox of a real database."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from bot.gateway import contents
from core import clock, db, ids, outbox, queue, settings
from parties import channels
from tests.twilio_stand_in import TwilioStandIn

_people = itertools.count(1)


@pytest.fixture
def twilio(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioStandIn]:
    """Twilio for this test: what the product sends arrives here."""
    with TwilioStandIn() as stand_in:
        monkeypatch.setenv("TWILIO_API_BASE_URL", stand_in.url)
        settings.current.cache_clear()
        contents.forget()
        queue.forget()
        yield stand_in
    monkeypatch.undo()
    settings.current.cache_clear()


@pytest.fixture(autouse=True)
def _nothing_left_over(database: str) -> Iterator[None]:
    """Jobs look at every organisation: what earlier tests left unsent is put away, and their numbers are unknown."""
    with db.transaction(role=db.DOCTOR) as session:
        waiting = db.execute(
            session, "SELECT DISTINCT org_id FROM outbox_message WHERE status IN ('queued', 'sending', 'unknown')"
        ).all()
    for (org_id,) in waiting:
        with db.transaction(UUID(str(org_id))) as session:
            db.execute(
                session,
                "UPDATE outbox_message SET status = 'cancelled', rank = 4, lease_until = NULL"
                " WHERE status IN ('queued', 'sending', 'unknown')",
            )
    with db.transaction() as session:
        routes = db.execute(session, "DELETE FROM tenant_route WHERE kind = 'channel' RETURNING *").all()
    yield
    with db.transaction() as session:
        for route in routes:
            db.execute(
                session,
                "INSERT INTO tenant_route (kind, key, org_id, target_id) VALUES (%s, %s, %s, %s)",
                (route.kind, route.key, str(route.org_id), str(route.target_id)),
            )


@pytest.fixture
def put(org: UUID) -> Callable[..., UUID]:
    """Queue a message to somebody new whose window is open: `put(body="Hello", window=False, ...)`."""

    def make(*, window: bool = True, to: str | None = None, **details: Any) -> UUID:
        phone = to or f"+9199{next(_people):08d}"
        with db.transaction(org) as session:
            db.execute(
                session,
                "INSERT INTO contact (org_id, id, phone, profile_name, last_inbound_at, created_at)"
                " VALUES (%s, %s, %s, '', %s, %s) ON CONFLICT DO NOTHING",
                (str(org), str(ids.new()), phone, clock.now() if window else None, clock.now()),
            )
            message_id = outbox.put(
                session,
                channel_id=channels.main(session).id,
                to_address=f"whatsapp:{phone}",
                **{"language": "en", **details},
            )
        assert message_id is not None
        return message_id

    return make


@pytest.fixture
def row(org: UUID) -> Callable[[UUID], outbox.OutboxMessage]:
    """The message as it stands now."""

    def read(message_id: UUID) -> outbox.OutboxMessage:
        with db.transaction(org) as session:
            return session.get_one(outbox.OutboxMessage, (org, message_id))

    return read


@pytest.fixture
def statement(org: UUID) -> Callable[..., list[Any]]:
    """Run one statement in the organisation: tests move leases and read what no function offers."""

    def run(sql: str, *parameters: Any) -> list[Any]:
        with db.transaction(org) as session:
            found = db.execute(session, sql, tuple(str(p) if isinstance(p, UUID) else p for p in parameters))
            return found.all()

    return run
