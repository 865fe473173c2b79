"""A browser signed in to the console, as far as HTTP goes, and a shop with names of its own."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from core import db
from orders import catalogue_import, learning
from parties import retailers
from parties.tables import Retailer
from tests.invoicing.conftest import issue
from tests.people import PASSWORD, new_user

__all__ = ["issue"]

CATALOGUE = Path(__file__).resolve().parents[2] / "orders" / "data" / "catalog.json"
ORIGIN = "http://localhost"


@dataclass
class Browser:
    """Somebody with a role, looking at pages and sending their forms."""

    client: FlaskClient
    email: str

    def sign_in(self, password: str = PASSWORD, **more: str) -> TestResponse:
        """Send the sign-in form."""
        form = {"email": self.email, "password": password, **more}
        return self.client.post("/console/sign-in", data=form, headers={"Origin": ORIGIN})

    def get(self, path: str, **query: str) -> TestResponse:
        """A page below /console."""
        return self.client.get(f"/console{path}", query_string=query or None)

    def post(self, path: str, origin: str | None = ORIGIN, **form: str) -> TestResponse:
        """Send a form with the key that the last page of the session carries; another `form_key` replaces it."""
        known = {"form_key": self.form_key(), **form}
        return self.client.post(f"/console{path}", data=known, headers={"Origin": origin} if origin else {})

    def form_key(self) -> str:
        """The key that the pages carry."""
        found = re.search(r'name="form_key" value="(\w+)"', self.get("/retailers").text)
        return found[1] if found else ""

    def token(self) -> str:
        """What the cookie holds."""
        cookie = self.client.get_cookie("bahi")
        return cookie.value if cookie else ""


@pytest.fixture(scope="session")
def app(database: str) -> Flask:
    return create_app()


@pytest.fixture
def visitor(app: Flask) -> Callable[..., Browser]:
    """`visitor(org, role)`: a new user, not signed in yet."""

    def make(org_id: UUID, role: str = "owner") -> Browser:
        return Browser(app.test_client(), new_user(org_id, role))

    return make


@pytest.fixture
def signed_in(visitor: Callable[..., Browser]) -> Callable[..., Browser]:
    """`signed_in(org, role)`: a new user, signed in."""

    def make(org_id: UUID, role: str = "owner") -> Browser:
        browser = visitor(org_id, role)
        assert browser.sign_in().status_code == 303
        return browser

    return make


@pytest.fixture
def owner(org: UUID, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(org)


@pytest.fixture
def shop(org: UUID, make_retailer: Callable[..., Retailer]) -> str:
    """The public id of a shop that said dal twice and coke once."""
    with db.transaction(org) as session:
        catalogue_import.import_catalogue(session, json.loads(CATALOGUE.read_text()))
        retailer = make_retailer(session, name="Sharma & Sons <Kirana>")
        for said, sku in (("dal", "TOOR-L"), ("coke", "COKE-500"), ("dal", "TOOR-L")):
            learning.hear(session, retailer.id, said, sku)
        return retailers.public_id(retailer.id)


def text_of(answer: TestResponse) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
