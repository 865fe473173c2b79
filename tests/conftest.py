"""Fixtures on real services: PostgreSQL and Redis of our own, migrated once, an organisation of its own per test.

`session` is rolled back at the end; code that opens its own transactions (doors, jobs) sees only what is committed, so
`org` is committed and simply never reused. Tests run as `bahi_app` under row-level security, never as superuser.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

import policy
from app import follow
from cli import environment
from cli.embedded import services
from core import audit, clock, db, events, ids, rows, schema, settings, sql_files
from credit import accounts
from parties import channels, organisations, retailers, users
from parties.tables import Retailer
from tests import moments
from tests.model.summary import Summary

ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"

_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Shards of the credit model run in worker processes; what they counted is printed by the one that leads."""
    config.pluginmanager.register(Summary(config), "credit model")
    events.follow_with(follow)  # as every process does that the product is put together in


@pytest.fixture(scope="session")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[services.Endpoints]:
    """A PostgreSQL and a Redis for this test process, forgotten afterwards."""
    home = tmp_path_factory.mktemp("home")
    with services.throwaway() as running:
        given = {
            "BAHI_ENV": "test",
            "BAHI_HOME": str(home),
            "DATABASE_URL": running.database_url,
            "REDIS_URL": running.redis_url,
            "PUBLIC_BASE_URL": "http://bahi.test",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "LOG_LEVEL": "ERROR",
            **environment.new_keys(),  # or a command that runs inside a test would bring its home's own
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in given.items():
                patch.setenv(name, value)
            settings.current.cache_clear()
            yield running
            db.dispose()
    settings.current.cache_clear()


@pytest.fixture(scope="session")
def database(endpoints: services.Endpoints) -> str:
    """The URL of a database that the migrations built."""
    schema.migrate(endpoints.database_url)
    return endpoints.database_url


@pytest.fixture(scope="session")
def forget_files() -> Callable[[Any], None]:
    """Let a cursor's database hold no function and view, as if each of their files were gone."""

    def forget(cursor: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sql_files, "files", list)
            sql_files.install(cursor)

    return forget


@pytest.fixture
def home(database: str) -> Path:
    """BAHI_HOME of this test run."""
    return Path(os.environ["BAHI_HOME"])


@pytest.fixture
def midday(home: Path) -> None:
    """Twelve o'clock in India: some hours more or less are the same day, whenever the test runs."""
    clock.move_to(clock.now().replace(hour=6, minute=30, second=0))


@pytest.fixture(scope="session")
def new_org(database: str) -> Callable[..., UUID]:
    """Make a committed organisation with a WhatsApp number; `new_org(name=..., state_code=...)`."""

    def make(**details: Any) -> UUID:
        org_id = ids.new()
        known = {"name": "Shree Ganesh Traders", "country": "IN", "state_code": "27", "phone": "+912066000000"}
        if "country" not in details:
            known["gstin"] = "27AAPFU0939F1ZV"
        with db.transaction(org_id) as session:
            organisations.create(
                session, organisations.NewOrganisation(**{**known, **details}), policy.of_a_new_organisation()
            )
            channels.register(
                session, account_sid=ACCOUNT_SID, number=f"+9181{next(_numbers):08d}", tokens=[AUTH_TOKEN]
            )
        return org_id

    return make


@pytest.fixture
def org(new_org: Callable[..., UUID]) -> UUID:
    """A committed organisation of this test alone, in Maharashtra (27), with a WhatsApp number."""
    return new_org(gstin="27AAPFU0939F1ZV", upi_vpa="ganeshtraders@okhdfcbank")


@pytest.fixture
def session(org: UUID) -> Iterator[Session]:
    """A session inside `org` as the application role; all it writes is rolled back."""
    with db.engine().connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as inside:
            db.enter(inside, org)
            yield inside
        outer.rollback()


@pytest.fixture(scope="session")
def make_retailer() -> Callable[..., Retailer]:
    """Add a shop with its credit account: `make_retailer(session, code="R1", limit_minor=5000000, ...)`."""

    def make(
        session: Session,
        code: str | None = None,
        *,
        limit_minor: int | None = 5_000_000,
        credit_days: int = 15,
        max_order_minor: int | None = 4_000_000,
        max_outstanding_days: int | None = 30,
        **details: Any,
    ) -> Retailer:
        number = next(_numbers)
        known = {"name": "Sharma Kirana", "phone": f"+9198{number:08d}", "state_code": "27", "address": "Pune"}
        retailer = retailers.create(session, retailers.Details(code=code or f"R{number}", **{**known, **details}))
        accounts.open_account(
            session,
            retailer.id,
            accounts.Terms(
                limit_minor=limit_minor,
                credit_days=credit_days,
                max_order_minor=max_order_minor,
                max_outstanding_days=max_outstanding_days,
            ),
        )
        return retailer

    return make


@pytest.fixture
def sent_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement sent from now on, by hand or by the ORM, in order."""
    sent: list[str] = []
    ask = rows.execute

    def noted(session: Session, sql: str, parameters: Any) -> rows.Rows:
        sent.append(sql)
        return ask(session, sql, parameters)

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    monkeypatch.setattr(rows, "execute", noted)
    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(scope="session", autouse=True)
def product_hasher() -> Iterator[PasswordHasher]:
    """What hashes passwords; inside the tests' process one that costs microseconds stands for it."""
    with pytest.MonkeyPatch.context() as patch:
        real = users._hasher
        patch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield real


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """No test leaves a moved clock, a cached channel, an actor or another environment behind."""
    time.sleep(moments.seconds_to_wait(datetime.now(UTC)))  # nor does it begin on one day and end on the next
    before = dict(os.environ)
    yield
    for name in set(os.environ) - set(before) - {"PYTEST_CURRENT_TEST"}:
        del os.environ[name]
    os.environ.update({name: value for name, value in before.items() if name != "PYTEST_CURRENT_TEST"})
    settings.current.cache_clear()
    channels.forget()
    audit.act_as(audit.SYSTEM)
    if "BAHI_HOME" in os.environ:
        (Path(os.environ["BAHI_HOME"]) / clock.FILE_NAME).unlink(missing_ok=True)
