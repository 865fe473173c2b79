"""The picture of a UPI code behind its link: only there, only while the link lives."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app import create_app
from core import clock, db
from invoicing import pay_codes, upi
from parties.tables import Retailer, TenantRoute

LINK = "upi://pay?pa=ganeshtraders@okhdfcbank&pn=Shree%20Ganesh%20Traders&tr=R1261121&tn=R1-261121&am=1234.50&cu=INR"


@pytest.fixture
def client(database: str) -> FlaskClient:
    return create_app().test_client()


@pytest.fixture
def link(org: UUID, make_retailer: Callable[..., Retailer]) -> str:
    """A link to a code for ₹1,234.50."""
    with db.transaction(org) as session:
        code = pay_codes.create(session, make_retailer(session).id, 123_450, "R1-261121")
        return pay_codes.mint(session, code.id).removeprefix("http://bahi.test")


def test_the_picture_says_exactly_the_amount_and_the_reference(client: FlaskClient, link: str) -> None:
    answer = client.get(link)
    assert answer.mimetype == "image/png"
    assert answer.data == upi.qr_png(LINK)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert link.endswith("/UPI-R1261121.png")


def test_a_link_ends_after_a_day_and_when_another_is_made(
    client: FlaskClient, link: str, org: UUID, home: Path
) -> None:
    with db.transaction(org) as session:
        code_id = UUID(str(db.execute(session, "SELECT id FROM pay_code WHERE org_id = %s", (str(org),)).scalar_one()))
        newer = pay_codes.mint(session, code_id).removeprefix("http://bahi.test")
    assert client.get(link).status_code == 404
    assert client.get(newer).status_code == 200
    clock.advance(timedelta(hours=25))
    assert client.get(newer).status_code == 404


def test_a_guess_and_a_documents_link_find_nothing(client: FlaskClient, link: str) -> None:
    assert client.get(f"/i/{'x' * 43}/UPI-R1261121.png").status_code == 404
    assert client.get("/i/short/UPI-R1261121.png").status_code == 404
    assert client.get(link.replace(".png", ".pdf")).status_code == 404


def test_routes_of_links_that_ended_are_forgotten(org: UUID, link: str, home: Path) -> None:
    clock.advance(timedelta(days=9))
    with db.transaction(org) as session:
        assert pay_codes.purge(session) == 1
        assert session.query(TenantRoute).filter_by(org_id=org, kind="share").count() == 0
