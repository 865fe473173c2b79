"""What the chat sends beside words: a UPI code as a picture and a statement as PDF, each behind a link that works."""

from collections.abc import Callable
from uuid import UUID

import pytest

from app import create_app
from core import db
from jobs import send_outbox
from parties.tables import Retailer
from tests.chats import Chat
from tests.twilio_stand_in import TwilioStandIn


@pytest.mark.parametrize(
    ("said", "kind", "caption"),
    [("pay 1234.50", "image/png", "₹1,234.50"), ("statement last month", "application/pdf", "Your statement for")],
)
def test_it_goes_out_in_one_message_with_its_words(
    org: UUID, make_retailer: Callable[..., Retailer], twilio: TwilioStandIn, said: str, kind: str, caption: str
) -> None:
    with db.transaction(org) as session:
        Chat(session, make_retailer(session).phone).say(said)
    send_outbox.run()
    [sent] = [message for message in twilio.sent if caption in message.get("Body", "")]
    fetched = create_app().test_client().get(sent["MediaUrl"].removeprefix("http://bahi.test"))
    assert (fetched.status_code, fetched.mimetype) == (200, kind)
    assert fetched.data.startswith((b"\x89PNG", b"%PDF"))
