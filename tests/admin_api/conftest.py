"""A signed-in client of the API, and a shop with goods to sell."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from core import db
from orders import catalogue_import
from parties import retailers
from parties.tables import Retailer
from tests.admin_api.answers import Checked
from tests.people import PASSWORD, new_user

CATALOGUE = Path(__file__).resolve().parents[2] / "orders" / "data" / "catalog.json"
PREFIX = "/api/v1/admin"


@dataclass
class Caller:
    """Somebody with a role, calling the API."""

    client: FlaskClient
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: Any) -> TestResponse:
        """GET below the prefix."""
        return self.client.get(PREFIX + path, query_string=query, headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: Any = None, key: str | None = "", raw: bytes | None = None) -> TestResponse:
        """POST below the prefix; `key=None` sends no Idempotency-Key."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key or uuid.uuid4().hex
        data = raw if raw is not None else b"" if body is None else json.dumps(body)
        return self.client.post(PREFIX + path, data=data, headers=headers)

    def put(self, path: str, body: Any, tag: str | None = None) -> TestResponse:
        """PUT below the prefix, with the ETag that was read as If-Match."""
        headers = {"Authorization": f"Bearer {self.token}", **({"If-Match": tag} if tag else {})}
        return self.client.put(PREFIX + path, json=body, headers=headers)

    def delete(self, path: str) -> TestResponse:
        """DELETE below the prefix."""
        return self.client.delete(PREFIX + path, headers={"Authorization": f"Bearer {self.token}"})


@pytest.fixture(scope="session")
def app(database: str) -> Flask:
    """The application, whose clients take no answer but one that is described."""
    made = create_app()
    made.test_client_class = Checked
    return made


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., Caller]:
    """`sign_in(org, role)`: a new user of that organisation, signed in."""

    def make(org_id: UUID, role: str = "owner") -> Caller:
        email = new_user(org_id, role)
        client = app.test_client()
        answer = client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Caller(client, answer.json["access_token"])

    return make


@pytest.fixture
def owner(org: UUID, sign_in: Callable[..., Caller]) -> Caller:
    return sign_in(org)


@pytest.fixture
def goods(org: UUID) -> None:
    """The sample catalogue, imported."""
    with db.transaction(org) as session:
        catalogue_import.import_catalogue(session, json.loads(CATALOGUE.read_text()))


@pytest.fixture
def shop(org: UUID, goods: None, make_retailer: Callable[..., Retailer]) -> str:
    """The public id of a shop with a limit of 50,000 rupees."""
    with db.transaction(org) as session:
        return retailers.public_id(make_retailer(session).id)


SENT = pytest.StashKey[dict[str, tuple[int, bool]]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How many bad requests were refused is part of the result."""
    found = config.stash.get(SENT, {})
    if found:
        count = sum(sent for sent, _ in found.values())
        terminalreporter.write_line(f"Bad input: {count:,} requests to {len(found)} operations refused")
    if unknown := [name for name, (_, is_known) in found.items() if not is_known]:
        terminalreporter.write_line(f"Bad input: without a good request of their own: {', '.join(unknown)}")
