"""Links are made at the gateway once, whatever is lost on the way; what cannot be made is shown to staff."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import pytest
from sqlalchemy import select

from core import clock, db
from core.outbox import OutboxMessage
from credit import gateway_accounts, payment_links
from credit.gateways import Keys, razorpay
from credit.online import PaymentLink
from jobs import make_links
from parties import tasks
from parties.tables import Retailer


class StandIn(ThreadingHTTPServer):
    """A small Razorpay: keeps links by reference; `faults` are statuses to answer with, `after` once it was made."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.links: dict[str, dict[str, str]] = {}
        self.faults: list[tuple[int, str]] = []
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append("POST")
        status, when = self.server.faults.pop(0) if self.server.faults else (200, "")
        reference = given["reference_id"]
        if status == 200 or when == "after":
            assert reference not in self.server.links
            self.server.links[reference] = {"id": f"plink_{reference}", "short_url": f"https://rzp.io/i/{reference}"}
        self._answer(status, self.server.links.get(reference, {"error": {"description": "not today"}}))

    def do_GET(self) -> None:
        self.server.asked.append("GET")
        found = self.server.links.get(self.path.rpartition("=")[2])
        self._answer(200, {"payment_links": [found] if found else []})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    monkeypatch.setattr(razorpay, "API", f"http://127.0.0.1:{server.server_address[1]}/v1/payment_links")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def requested(org: UUID, make_retailer: Callable[..., Retailer]) -> UUID:
    """A link that is to be made at Razorpay."""
    with db.transaction(org) as session:
        gateway_accounts.connect(session, "razorpay", "webhook secret", Keys("rzp_test_1", "key secret"))
        shop = make_retailer(session)
        return payment_links.create(session, payment_links.NewLink(shop.id, 500_00, "razorpay")).id


def link(org: UUID, link_id: UUID) -> PaymentLink:
    with db.transaction(org) as session:
        return payment_links.get(session, link_id)


def test_a_requested_link_is_made_and_can_be_paid(org: UUID, requested: UUID, stand_in: StandIn) -> None:
    make_links.run()
    make_links.run()
    made = link(org, requested)
    assert (made.status, made.url) == ("open", f"https://rzp.io/i/{made.reference}")
    assert stand_in.asked == ["POST"]


def test_an_answer_that_was_lost_is_looked_up_and_no_second_link_is_made(
    org: UUID, requested: UUID, stand_in: StandIn
) -> None:
    stand_in.faults = [(500, "after")]
    make_links.run()
    assert link(org, requested).status == "requested"
    make_links.run()
    assert stand_in.asked == ["POST"]  # its turn has not come again yet
    clock.advance(timedelta(minutes=3))
    make_links.run()
    assert link(org, requested).status == "open"
    assert stand_in.asked == ["POST", "GET"]


def test_what_was_never_made_is_asked_for_again(org: UUID, requested: UUID, stand_in: StandIn) -> None:
    stand_in.faults = [(503, "")]
    make_links.run()
    clock.advance(timedelta(minutes=3))
    make_links.run()
    assert link(org, requested).status == "open"
    assert stand_in.asked == ["POST", "GET", "POST"]


def test_a_refusal_is_final_and_staff_is_asked(org: UUID, requested: UUID, stand_in: StandIn) -> None:
    stand_in.faults = [(400, "")]
    make_links.run()
    found = link(org, requested)
    assert (found.status, found.failure) == ("failed", "not today")
    with db.transaction(org) as session:
        assert [task.kind for task in tasks.open_tasks(session)] == ["payment_link_failed"]


def test_a_gateway_that_never_answers_is_given_up(org: UUID, requested: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(razorpay, "API", "http://127.0.0.1:9/v1/payment_links")
    for _ in range(make_links.MAX_ATTEMPTS):
        make_links.run()
        clock.advance(timedelta(hours=2))
    assert link(org, requested).status == "failed"


def test_a_link_that_was_cancelled_meanwhile_stays_cancelled(org: UUID, requested: UUID, stand_in: StandIn) -> None:
    with db.transaction(org) as session:
        [claimed] = payment_links.claim(session, 10)
    with db.transaction(org) as session:
        payment_links.cancel(session, requested, "paid in cash")
    make_links.make(org, claimed)
    found = link(org, requested)
    assert (found.status, found.provider_link_id) == ("cancelled", f"plink_{found.reference}")


def test_a_link_asked_for_in_chat_is_told_there_once_it_can_be_paid(
    org: UUID, make_retailer: Callable[..., Retailer], stand_in: StandIn
) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session)
        assert payment_links.offer(session, shop.id, 500_00) is None  # no gateway makes links yet
        gateway_accounts.connect(session, "razorpay", "webhook secret", Keys("rzp_test_1", "key secret"))
        asked = payment_links.offer(session, shop.id, 500_00)
        assert asked is not None
        assert payment_links.offer(session, shop.id, 500_00) is asked
        payment_links.create(session, payment_links.NewLink(shop.id, 700_00, "razorpay"))  # by staff: not told
    make_links.run()
    with db.transaction(org) as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.retailer_id == shop.id)).all()
        assert [message.template for message in told] == ["payment_link_ready"]
        ready = payment_links.offer(session, shop.id, 500_00)
        assert ready is not None
        assert ready.url is not None
        assert ready.url in (told[0].params or {})["link"]
        for rupees in range(1, payment_links.MOST_OFFERED):
            assert payment_links.offer(session, shop.id, rupees * 100) is not None
        assert payment_links.offer(session, shop.id, 999_00) is None
