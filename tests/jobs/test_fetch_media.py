"""Pictures that came with messages are fetched once and kept; what cannot come is given up, what may is awaited."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from bot import media
from core import db
from invoicing import storage
from jobs import fetch_media
from parties.tables import Retailer
from tests.chats import Chat
from tests.twilio_stand_in import TwilioStandIn

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 5000
Statement = Callable[..., list[Any]]


def path(sid: str) -> str:
    return f"/2010-04-01/Accounts/{'AC' + '5' * 32}/Messages/MM1/Media/{sid}"


def url(sid: str) -> str:
    return "https://api.twilio.com" + path(sid)


@pytest.fixture
def send(org: UUID, make_retailer: Callable[..., Retailer]) -> Callable[..., str]:
    """Send a picture at this address with these words: `send(url("ME1"), "paid 500 utr 412345678901")`."""
    with db.transaction(org) as session:
        phone = make_retailer(session).phone

    def say(address: str, text: str = "") -> str:
        picture = {"NumMedia": "1", "MediaUrl0": address, "MediaContentType0": "image/png", "MessageType": "image"}
        with db.transaction(org) as session:
            return Chat(session, phone).say(text, **picture)

    return say


def test_a_picture_is_fetched_once_and_kept(
    org: UUID, twilio: TwilioStandIn, send: Callable[..., str], statement: Statement
) -> None:
    twilio.media[path("ME1")] = ("image/png; charset=binary", PNG)
    send(url("ME1"))
    assert fetch_media.run() == 1
    assert fetch_media.run() == 0
    [(media_id, status, kind, sha256, size)] = statement(
        "SELECT id, status, content_type, sha256, size FROM inbound_media"
    )
    assert (status, kind, sha256, size) == ("kept", "image/png", hashlib.sha256(PNG).hexdigest(), len(PNG))
    assert storage.current().read(media.key(org, UUID(str(media_id)))) == PNG


def test_the_same_picture_with_two_claims_is_shown_to_staff(
    org: UUID, twilio: TwilioStandIn, send: Callable[..., str], statement: Statement
) -> None:
    for place in (1, 2):
        twilio.media[path(f"ME{place}")] = ("image/png", PNG)
        send(url(f"ME{place}"), f"paid 500 utr 41234567890{place}")
    assert fetch_media.run() == 2
    assert statement("SELECT count(*) FROM staff_task WHERE kind = 'payment_proof_seen_before'") == [(1,)]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/2010-04-01/Accounts/AC55555555555555555555555555555555/Media/ME1",
        "http://api.twilio.com" + path("ME1"),
        "https://api.twilio.com/2010-04-01/Accounts/AC66666666666666666666666666666666/Messages/MM1/Media/ME1",
        "https://api.twilio.com@evil.example" + path("ME1"),
        "file:///etc/passwd",
    ],
)
def test_nothing_is_fetched_from_elsewhere(
    twilio: TwilioStandIn, send: Callable[..., str], statement: Statement, address: str
) -> None:
    send(address)
    assert fetch_media.run() == 0
    assert statement("SELECT status, error FROM inbound_media") == [("gone", "not at the provider's address")]


def test_what_is_deleted_is_given_up_and_an_outage_is_waited_for(
    twilio: TwilioStandIn, send: Callable[..., str], statement: Statement
) -> None:
    twilio.media[path("ME2")] = 503
    send(url("ME1"))
    send(url("ME2"))
    assert fetch_media.run() == 0
    assert statement("SELECT status FROM inbound_media ORDER BY id") == [("gone",), ("waiting",)]
    twilio.media[path("ME2")] = ("image/png", PNG)
    assert fetch_media.run() == 0, "not before its pause is over"
    statement("UPDATE inbound_media SET next_try_at = clock_timestamp() WHERE status = 'waiting'")
    assert fetch_media.run() == 1


def test_in_the_end_it_is_given_up(twilio: TwilioStandIn, send: Callable[..., str], statement: Statement) -> None:
    twilio.media[path("ME1")] = 500
    send(url("ME1"))
    for _ in range(media.MOST_ATTEMPTS):
        statement("UPDATE inbound_media SET next_try_at = clock_timestamp() WHERE status = 'waiting'")
        fetch_media.run()
    assert statement("SELECT status, attempts FROM inbound_media") == [("gone", media.MOST_ATTEMPTS)]


@pytest.mark.parametrize("count", ["", "x", "²", "-1", "99", "10000000000000"])
def test_a_count_that_makes_no_sense_harms_nothing(
    org: UUID, send: Callable[..., str], statement: Statement, count: str
) -> None:
    with db.transaction(org) as session:
        shop = session.query(Retailer).filter_by(org_id=org).one()
        assert Chat(session, shop.phone).say("", NumMedia=count, MediaUrl0=url("ME1"), MessageType="image")
    assert len(statement("SELECT 1 FROM inbound_media")) <= 1
    statement("UPDATE inbound_media SET status = 'gone', next_try_at = NULL")
