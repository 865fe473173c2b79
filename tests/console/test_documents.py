"""Documents behind links: handed out with care, the same answer for every wrong link, never without end."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from console import documents
from core import clock, crypto, db, settings
from invoicing import cancelling, sharing
from invoicing.tables import Invoice, ShareLink
from parties.tables import Retailer
from reports import statement_paper


@pytest.fixture
def client(database: str) -> Iterator[FlaskClient]:
    documents._misses.clear()
    yield create_app().test_client()
    documents._misses.clear()


@pytest.fixture
def link(org: UUID, make_retailer: Callable[..., Retailer]) -> str:
    """The path of a link to a statement."""
    with db.transaction(org) as session:
        paper_id = statement_paper.keep(session, make_retailer(session, code="R7").id)
        return sharing.mint(session, paper_id).removeprefix(settings.current().public_base_url)


def test_a_document_is_an_attachment_that_nobody_keeps_or_indexes(client: FlaskClient, link: str) -> None:
    answer = client.get(link)
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="STATEMENT-R7-')


def test_a_look_before_sending_is_not_counted(client: FlaskClient, link: str, org: UUID) -> None:
    assert client.head(link).status_code == 200
    client.get(link)
    with db.transaction(org) as session:
        assert session.scalars(select(ShareLink.downloads)).one() == 1


def test_wrong_expired_and_revoked_links_look_the_same(client: FlaskClient, link: str) -> None:
    wrong = client.get("/i/" + "A" * 43 + "/STATEMENT.pdf")
    clock.advance(timedelta(days=8))
    expired = client.get(link)
    assert wrong.status_code == expired.status_code == 404
    told = [{**answer.get_json(), "request_id": ""} for answer in (wrong, expired)]
    assert told[0] == told[1]


@pytest.fixture
def cancelled(org: UUID, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice]) -> list[str]:
    """Paths of a live, a revoked and an expired link to an invoice that was cancelled behind them."""
    with db.transaction(org) as session:
        invoice = issue(session, make_retailer(session).id)
        expired, revoked = (sharing.mint(session, invoice.id) for _ in range(2))
        session.flush()
        db.execute(session, "UPDATE share_link SET expires_at = created_at")
        clock.advance(timedelta(seconds=1))
        db.execute(
            session,
            "UPDATE share_link SET revoked_at = created_at, expires_at = created_at + interval '1 day'"
            " WHERE token_hash = %s",
            (crypto.fingerprint(revoked.split("/")[-2]),),
        )
        live = sharing.mint(session, invoice.id)
        cancelling.cancel(session, invoice.id, "ordered twice", "owner")
        return [one.removeprefix(settings.current().public_base_url) for one in (live, revoked, expired)]


def test_a_live_link_to_a_cancelled_document_says_so_and_others_say_nothing(
    client: FlaskClient, cancelled: list[str]
) -> None:
    live, *dead = (client.get(path) for path in cancelled)
    assert (live.status_code, live.mimetype) == (410, "text/html")
    assert "SGT/26-27/000001 is cancelled" in live.text
    assert "ordered twice" not in live.text
    assert live.headers["Cache-Control"] == "private, no-store"
    assert client.head(cancelled[0]).status_code == 410
    wrong = client.get("/i/" + "A" * 43 + "/SGT-26-27-000001.pdf")
    told = [{**answer.get_json(), "request_id": ""} for answer in (wrong, *dead)]
    assert {answer.status_code for answer in dead} == {404}
    assert told[1:] == told[:1] * 2


def test_a_link_that_is_fetched_all_the_time_rests(client: FlaskClient, link: str) -> None:
    answers = {client.get(link).status_code for _ in range(sharing.MOST_IN_BURST)}
    assert answers == {200}
    assert client.get(link).status_code == 429


def test_whoever_guesses_links_is_stopped(client: FlaskClient, link: str) -> None:
    statuses = [client.get("/i/" + "B" * 43 + "/x.pdf").status_code for _ in range(documents.MOST_MISSES + 1)]
    assert statuses[-2:] == [404, 429]
    assert client.get(link, environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), (None, ""), ("unix", "")],
)
def test_networks_are_noted_not_machines(address: str | None, network: str) -> None:
    assert documents.network_of(address) == network
