"""What the chat sends beside words: a UPI code as a picture and a statement as PDF, each behind a link that works."""

from collections.abc import Callable
from uuid import UUID

import pytest

from app import create_app
from core import db
from jobs import attachments, send_outbox
from parties.tables import Retailer
from tests.chats import Chat
from tests.twilio_stand_in import TwilioStandIn

BASE = "http://bahi.test"


@pytest.mark.parametrize(
    ("said", "kind", "caption"),
    [("pay 1234.50", "image/png", "₹1,234.50"), ("statement last month", "application/pdf", "Your statement for")],
)
def test_it_goes_out_in_one_message_with_its_words(
    org: UUID,
    make_retailer: Callable[..., Retailer],
    twilio: TwilioStandIn,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    kind: str,
    caption: str,
) -> None:
    client = create_app().test_client()

    def is_reachable(url: str) -> bool:
        return client.head(url.removeprefix(BASE)).status_code == 200

    monkeypatch.setattr(attachments, "is_reachable", is_reachable)
    with db.transaction(org) as session:
        Chat(session, make_retailer(session).phone).say(said)
    send_outbox.run()
    [sent] = [message for message in twilio.sent if caption in message.get("Body", "")]
    fetched = client.get(sent["MediaUrl"].removeprefix(BASE))
    assert (fetched.status_code, fetched.mimetype) == (200, kind)
    assert fetched.data.startswith((b"\x89PNG", b"%PDF"))
