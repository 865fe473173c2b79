"""Documents with messages: looked at before they are sent, and sent as a link when nobody could fetch them."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import UUID

import pytest
from sqlalchemy import select

from core import db
from invoicing import papers
from invoicing.tables import Paper, ShareLink
from jobs import attachments
from parties.tables import Retailer
from reports import statement_paper
from tests.bot.gateway.test_rendering import MESSAGE


class Door(BaseHTTPRequestHandler):
    """Answers a look at /here, and nothing else."""

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == "/here" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_look_tells_what_the_provider_would_find(address: str) -> None:
    assert attachments.is_reachable(f"{address}/here")
    assert not attachments.is_reachable(f"{address}/elsewhere")
    assert not attachments.is_reachable("http://127.0.0.1:9/nobody")
    assert not attachments.is_reachable("no address")


def test_an_unreachable_document_is_drawn_and_has_a_link_for_people(
    org: UUID, make_retailer: Callable[..., Retailer], address: str
) -> None:
    with db.transaction(org) as session:
        paper_id = statement_paper.keep(session, make_retailer(session).id)
    message = replace(MESSAGE, org_id=org, attachment={"kind": "statement", "id": str(paper_id)})
    url = attachments.link(message)
    assert url is not None
    with db.transaction(org) as session:
        assert session.get_one(Paper, (org, paper_id)).pdf_sha256
        assert papers.pdf(session, paper_id).content.startswith(b"%PDF-")
    assert attachments.instead(message, f"{address}/here") is None
    link = attachments.instead(message, f"{address}/elsewhere")
    assert link is not None
    assert link != url
    with db.transaction(org) as session:
        assert sorted(session.scalars(select(ShareLink.purpose))) == ["media", "share"]


def test_a_message_without_a_document_has_no_link() -> None:
    assert attachments.link(MESSAGE) is None
