"""What counts as an outage of the database, and what does not."""

from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from core import db


class FromServer(Exception):
    """A driver's error with a state of the server's."""

    def __init__(self, pgcode: str | None) -> None:
        self.pgcode = pgcode


@pytest.mark.parametrize(
    ("state", "outage"),
    [
        (None, True),  # nobody answered at all
        ("08006", True),
        ("53300", True),
        ("57P01", True),
        ("57P03", True),
        ("55P03", False),
        ("57014", False),
        ("40001", False),
    ],
)
def test_only_a_database_that_cannot_be_reached_is_an_outage(state: str | None, outage: bool) -> None:
    assert db.is_outage(OperationalError("SELECT 1", {}, FromServer(state))) is outage


def test_a_connection_that_broke_is_an_outage_whatever_it_said() -> None:
    assert db.is_outage(DBAPIError("SELECT 1", {}, FromServer("42601"), connection_invalidated=True))
    assert not db.is_outage(DBAPIError("SELECT 1", {}, FromServer("42601")))


def test_a_row_that_somebody_holds_is_busy_and_no_outage(org: UUID) -> None:
    touch = "UPDATE organisation SET name = name"
    with db.transaction(org) as first:
        db.execute(first, touch)
        with pytest.raises(DBAPIError) as caught, db.transaction(org) as second:
            db.execute(second, "SET LOCAL lock_timeout = '50ms'")
            db.execute(second, touch)
    assert db.is_busy(caught.value)
    assert not db.is_outage(caught.value)


def test_a_statement_that_takes_too_long_is_no_outage(org: UUID) -> None:
    with pytest.raises(DBAPIError) as caught, db.transaction(org) as session:
        db.execute(session, "SET LOCAL statement_timeout = '50ms'")
        db.execute(session, "SELECT pg_sleep(5)")
    assert not db.is_outage(caught.value)
