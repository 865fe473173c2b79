"""Bad input to every operation that the API describes: a problem with a stable code, and nothing written.

Each test has a good request, spoils one thing of it at a time, and at last sends it as it was: only then is it certain
that nothing but the spoilt thing was refused. Counted are the rows of every table, and when each was last written.

Two writes belong to a refusal and are left out: a wrong password is counted at its user, and an order that a guardrail
refused is kept as failed, to be retried.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from flask import Flask
from werkzeug.test import TestResponse

import policy
from admin_api import problems, tokens
from app import create_app
from cli.embedded import services
from core import db
from orders import catalogue_import
from parties import users
from parties.tables import ROLES, Retailer
from tests.admin_api import mischief
from tests.admin_api.conftest import CATALOGUE, SENT
from tests.admin_api.described import Operation, leaves, operations, types
from tests.admin_api.good_requests import ASKED_BY, GOOD, WRITES, Request, World
from tests.people import PASSWORD

REFUSED = (400, 401, 403, 404, 409, 412, 422, 428)
FORGED = (
    "Bearer",
    "Bearer x",
    "Bearer a.b.c",
    "Bearer null",
    "Basic b3duZXI6",
    "Bearer \xff\xfe",
    "Bearer " + "x" * 9000,
)
TOLD = json.loads((Path(__file__).parent / "codes.json").read_text())
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
SETTINGS = {
    "override_second_minor": 1,
    "cash_discount": {"percent_bps": 100, "within_days": 30},
    "late_fees": {"rate_bps": 1800, "grace_days": 0},
}
TABLES = """
SELECT string_agg(format('SELECT %L, count(*), max(xmin::text::bigint) FROM %I', relname, relname), ' UNION ALL ')
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


@dataclass
class Prober:
    """Sends an operation's requests, by default with everything that is right, and collects what answers wrongly."""

    operation: Operation
    world: World
    good: Request
    sent: int = 0

    def __post_init__(self) -> None:
        self.wrong: list[str] = []

    def send(
        self,
        *,
        path: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        body: Any = None,
        raw: bytes | None = None,
        without: str | None = None,
        **headers: str,
    ) -> TestResponse:
        """One request; `without` leaves a header out."""
        known = {"Authorization": f"Bearer {self.world.tokens[ASKED_BY.get(self.operation.name, 'owner')]}"}
        if self.operation.method in UNSAFE:
            known |= {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        if self.good.tag:
            known["If-Match"] = self.good.tag
        known |= {name.replace("_", "-"): value for name, value in headers.items()}
        known.pop(without or "", None)
        given = self.good.body if body is None else body
        data = raw if raw is not None else None if given is None else json.dumps(given)
        answer = self.world.client.open(
            self.operation.address({**self.good.path, **(path or {})}),
            method=self.operation.method,
            query_string=self.good.query if query is None else query,
            data=data,
            headers=known,
        )
        answer.get_data()
        answer.close()
        return answer

    def refused(self, what: str, statuses: tuple[int, ...] = REFUSED, **how: Any) -> None:
        """Send something wrong and note the answer unless it is a problem with a known code."""
        self.sent += 1
        answer = self.send(**how)
        told = answer.json if answer.is_json else {}
        if answer.status_code not in statuses or answer.mimetype != problems.TYPE or told["code"] not in KNOWN:
            self.wrong.append(f"{what}: {answer.status_code} {answer.text[:120]}")


KNOWN = problems.codes()


@pytest.fixture(scope="module")
def build(app: Flask, new_org: Callable[..., UUID], make_retailer: Callable[..., Retailer]) -> Callable[[], World]:
    """Make an organisation with goods, users and settings under which every operation has something to do."""

    def make() -> World:
        org = new_org(gstin="27AAPFU0939F1ZV", upi_vpa="ganeshtraders@okhdfcbank")
        signed, login = {}, {}
        with db.transaction(org) as session:
            catalogue_import.import_catalogue(session, json.loads(CATALOGUE.read_text()))
            for name, value in SETTINGS.items():
                policy.change(session, {name: value}, "for the tests")
            for role in ROLES:
                email = f"{uuid.uuid4().hex}@example.com"
                user = users.create(session, email=email, role=role, password=PASSWORD)
                signed[role] = tokens.issue(users.identity(session, user.id))
                login = {"email": email, "password": PASSWORD}
        return World(org, app.test_client(), signed, make_retailer, login)

    return make


@pytest.fixture(scope="module")
def world(build: Callable[[], World]) -> World:
    return build()


@pytest.fixture(scope="module")
def stranger(build: Callable[[], World]) -> World:
    """Another organisation."""
    return build()


@pytest.fixture(scope="module")
def written(endpoints: services.Endpoints, database: str) -> Iterator[Callable[[], dict[str, tuple[int, int]]]]:
    """Ask how many rows each table has, of every organisation, and which transaction wrote the last of them."""
    connection = psycopg2.connect(endpoints.database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        (sql,) = cursor.fetchone() or ("",)

        def count() -> dict[str, tuple[int, int]]:
            cursor.execute(sql)
            return {name: (rows, last) for name, rows, last in cursor.fetchall()}

        yield count
    connection.close()


Count = Callable[[], dict[str, tuple[int, int]]]


def described() -> dict[str, Operation]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAHI_ENV", "test")
        return {one.name: one for one in operations(create_app())}


DESCRIBED = described()


@pytest.fixture(params=DESCRIBED)
def operation(request: pytest.FixtureRequest) -> Operation:
    return DESCRIBED[request.param]


def good_request(operation: Operation, world: World) -> Request:
    """The operation's own, or what the description makes of it."""
    if operation.name in GOOD:
        return GOOD[operation.name](world)
    body = mischief.sample(operation.body) if operation.body else None
    return Request(dict.fromkeys(operation.names, mischief.NOBODY), body)


def test_every_good_request_is_one_of_an_operation() -> None:
    assert set(GOOD) - set(DESCRIBED) == set()


def test_a_code_that_was_told_once_stays_and_the_description_lists_all(app: Flask) -> None:
    assert TOLD.items() <= KNOWN.items()
    shown = app.test_client().get("/api/v1/openapi.json").json["info"]["description"]
    assert [code for code in KNOWN if f"`{code}`" not in shown] == []


def test_every_field_has_its_limits(operation: Operation) -> None:
    """A text without a longest length, a pattern or a list of words, a number without a highest: all could come."""
    fields = [*leaves(operation.body or {}), *operation.query.items()]
    texts = [(where, one) for where, one in fields if "string" in types(one) and one.get("format") != "date"]
    assert [where for where, one in texts if not one.keys() & {"enum", "maxLength", "pattern"}] == []
    assert [
        where for where, one in fields if types(one) & {"integer", "number"} and not one.keys() & {"enum", "maximum"}
    ] == []


def test_bad_input_is_refused_with_a_code_and_writes_nothing(
    operation: Operation, world: World, stranger: World, written: Count, request: pytest.FixtureRequest
) -> None:
    prober = Prober(operation, world, good_request(operation, world))
    foreign = good_request(operation, stranger)
    before = written()
    for spoil in (wrong_callers, wrong_bodies, wrong_addresses, wrong_queries, wrong_headers):
        spoil(prober, foreign)
        after = written()
        assert {name: (before[name], after[name]) for name in after if before[name] != after[name]} == {}, prober.wrong
    assert prober.wrong == []
    request.config.stash.setdefault(SENT, {})[operation.name] = (prober.sent, operation.name in GOOD)
    if operation.name in GOOD:
        the_good_one_is_taken(prober, written)


def wrong_callers(prober: Prober, _foreign: Request) -> None:
    """Nobody, with a token that is none, and everybody who may not."""
    roles = prober.operation.roles
    if "anybody" in roles:
        return
    prober.refused("no token", (401,), without="Authorization")
    for token in (
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer null",
        "Basic b3duZXI6",
        "Bearer \xff\xfe",
        "Bearer " + "x" * 9000,
    ):
        prober.refused(f"token {token[:20]}", (401,), Authorization=token)
    for role in set(ROLES) - roles:
        prober.refused(role, (403,), Authorization=f"Bearer {prober.world.tokens[role]}")


def wrong_bodies(prober: Prober, foreign: Request) -> None:
    """No JSON, JSON of another shape, each field wrong in every way."""
    schema, good = prober.operation.body, prober.good.body
    if schema is None:
        return
    for raw in mischief.RAW:
        if raw or schema.get("required"):
            prober.refused(f"raw {raw[:20]!r}", (400, 422), raw=raw)
    prober.refused("not called JSON", (415,), raw=json.dumps(good).encode() or b"{}", Content_Type="text/plain")
    for what, body in mischief.bodies(schema, good):
        prober.refused(what, body=body)
    for name, value in good.items():
        if isinstance(value, str) and value[3:4] == "_" and name != "refresh_token":
            prober.refused(f"{name} of another organisation", (404, 412), body={**good, name: foreign.body[name]})


def wrong_addresses(prober: Prober, foreign: Request) -> None:
    """Ids that are none, and another organisation's."""
    for name in prober.operation.names:
        for value in mischief.PATHS:
            prober.refused(f"{name}={value[:40]}", (404,), path={name: value})
        if prober.good.path[name] != foreign.path[name]:  # a product's code may be the same
            prober.refused(f"{name} of another organisation", (404,), path={name: foreign.path[name]})


def wrong_queries(prober: Prober, _foreign: Request) -> None:
    """Filters that are none, and values that they do not take."""
    for what, query in mischief.queries(prober.operation.query):
        if prober.operation.query:
            prober.refused(what, (404, 422), query=query)


def wrong_headers(prober: Prober, _foreign: Request) -> None:
    """No key, keys that are none; no version, versions that are none."""
    if "Idempotency-Key" in prober.operation.headers:
        prober.refused("no key", (400,), without="Idempotency-Key")
        for key, statuses in (("", (400,)), ("k" * 256, (422,)), ("k\x7f", (422,)), ("k\x85", (422,))):
            prober.refused(f"key {key[:9]!r}", statuses, Idempotency_Key=key)
    if "If-Match" in prober.operation.headers:
        prober.refused("no version", (428,), without="If-Match")
        for tag in ('"v99999999"', '"v999999999999"', "v1", "*", '"v1", "v2"', '"' + "v" * 5000 + '"', '"v1\xff"'):
            prober.refused(f"version {tag[:20]}", (412,), If_Match=tag)


def the_good_one_is_taken(prober: Prober, written: Count) -> None:
    """As it was sent at first; under its key nothing else, and nothing twice."""
    key = {"Idempotency_Key": uuid.uuid4().hex} if "Idempotency-Key" in prober.operation.headers else {}
    answer = prober.send(**key)
    assert answer.status_code < 300, answer.text
    if not key:
        return
    before = written()
    again = prober.send(**key)
    assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (answer.status_code, "true")
    prober.refused("key of another body", (422,), body={**(prober.good.body or {}), "surprise": 1}, **key)
    assert (prober.wrong, written()) == ([], before)


def test_reading_writes_nothing(operation: Operation, world: World, written: Count) -> None:
    if operation.method == "GET" and operation.name in GOOD and operation.name not in WRITES:
        good = GOOD[operation.name](world)
        before = written()
        assert Prober(operation, world, good).send().status_code == 200
        assert written() == before
