"""Share links: random, hashed, ending by themselves or at once; every wrong one looks the same."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, crypto, db, ids
from core.errors import NotFound
from invoicing import papers, sharing
from invoicing.sharing import LinkedDocument
from invoicing.tables import STATEMENT, Invoice, ShareLink
from parties.tables import Retailer, TenantRoute


@pytest.fixture
def invoice_id(org: UUID, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice]) -> UUID:
    with db.transaction(org) as session:
        return issue(session, make_retailer(session).id).id


def mint(org: UUID, invoice_id: UUID, purpose: sharing.Purpose = "share") -> str:
    """The token of a new, committed link."""
    with db.transaction(org) as session:
        return sharing.mint(session, invoice_id, purpose).split("/")[-2]


def test_a_link_leads_to_its_invoice_and_counts(org: UUID, invoice_id: UUID) -> None:
    with db.transaction(org) as session:
        url = sharing.mint(session, invoice_id)
        number = session.scalars(select(Invoice.number)).one()
    head, token, name = url.rsplit("/", 2)
    assert (head, len(token), name) == ("http://bahi.test/i", 43, f"{number.replace('/', '-')}.pdf")
    visitor = sharing.LinkVisitor("203.0.113.0/24", "Twilio")
    found = [sharing.find(token, visitor), sharing.find(token, visitor), sharing.find(token)]
    assert found == [LinkedDocument(org, invoice_id)] * 3
    with db.transaction(org) as session:
        assert session.scalars(select(ShareLink.downloads)).one() == 2
        noted = db.execute(session, "SELECT network, agent FROM share_access WHERE org_id = %s", (str(org),)).all()
        assert noted == [("203.0.113.0/24", "Twilio")] * 2
        assert [link.downloads for link in sharing.links(session, invoice_id)] == [2]


def test_one_link_is_not_fetched_without_end(org: UUID, invoice_id: UUID) -> None:
    token = mint(org, invoice_id)
    for _ in range(sharing.MOST_IN_BURST):
        assert sharing.find(token, sharing.LinkVisitor())
    with pytest.raises(sharing.TooOften):
        sharing.find(token, sharing.LinkVisitor())
    clock.advance(timedelta(hours=1, seconds=1))
    assert sharing.find(token, sharing.LinkVisitor())


def test_a_paper_has_links_too(session: Session, make_retailer: Callable[..., Retailer]) -> None:
    content = {"seller": {}, "buyer": {}}
    paper_id = papers.keep(session, STATEMENT, make_retailer(session).id, "STATEMENT-R1", content)
    assert sharing.mint(session, paper_id).endswith("/STATEMENT-R1.pdf")
    assert sharing.revoke(session, paper_id, "wrong shop") == 1


def test_the_database_never_holds_a_token(org: UUID, invoice_id: UUID) -> None:
    token = mint(org, invoice_id)
    with db.transaction(org) as session:
        assert session.scalars(select(ShareLink.token_hash)).one() == crypto.fingerprint(token)
        assert session.get(TenantRoute, ("share", token)) is None


@pytest.mark.parametrize(("purpose", "hours"), [("media", 24), ("share", 7 * 24)])
def test_a_link_ends_by_itself(org: UUID, invoice_id: UUID, purpose: sharing.Purpose, hours: int) -> None:
    token = mint(org, invoice_id, purpose)
    clock.advance(timedelta(hours=hours, minutes=-1))
    assert sharing.find(token) is not None
    clock.advance(timedelta(minutes=2))
    assert sharing.find(token) is None


def test_revoking_ends_every_link_at_once(org: UUID, invoice_id: UUID) -> None:
    tokens = [mint(org, invoice_id), mint(org, invoice_id, "media")]
    with db.transaction(org) as session:
        assert sharing.revoke(session, invoice_id, "sent to the wrong person") == 2
        assert sharing.revoke(session, invoice_id, "again") == 0
    assert [sharing.find(token) for token in tokens] == [None, None]
    assert sharing.find(mint(org, invoice_id)) is not None


@pytest.mark.parametrize("token", ["", "A" * 43, "A" * 42, "../../etc/passwd", "ب" * 43])
def test_a_guess_finds_nothing(database: str, token: str) -> None:
    assert sharing.find(token) is None


def test_another_organisation_cannot_share_the_invoice(
    new_org: Callable[..., UUID], org: UUID, invoice_id: UUID
) -> None:
    with db.transaction(new_org()) as session, pytest.raises(NotFound):
        sharing.mint(session, invoice_id)
    with db.transaction(org) as session, pytest.raises(NotFound):
        sharing.mint(session, ids.new())


def test_routes_of_long_ended_links_are_forgotten(org: UUID, invoice_id: UUID) -> None:
    old = mint(org, invoice_id, "media")
    clock.advance(timedelta(days=9))
    new = mint(org, invoice_id, "media")
    with db.transaction(org) as session:
        assert sharing.purge(session) == 1
        assert session.get(TenantRoute, ("share", crypto.fingerprint(old))) is None
    assert sharing.find(new) is not None
