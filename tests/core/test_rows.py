"""Hand-written statements: rows with names, the session's transaction, SQLAlchemy's errors."""

import contextlib
from uuid import UUID

import psycopg2
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, MultipleResultsFound, NoResultFound
from sqlalchemy.orm import Session

from core import db


def test_rows_have_names_and_order(session: Session) -> None:
    row = db.execute(session, "SELECT 1 AS one, 'b' AS two").one()
    assert (row.one, row.two, tuple(row), row._asdict()) == (1, "b", (1, "b"), {"one": 1, "two": "b"})


def test_one_row_is_one_row(session: Session) -> None:
    with pytest.raises(NoResultFound):
        db.execute(session, "SELECT 1 WHERE false").one()
    with pytest.raises(MultipleResultsFound):
        db.execute(session, "SELECT generate_series(1, 2)").one()
    assert db.execute(session, "SELECT 1 WHERE false").first() is None
    assert db.execute(session, "SELECT 1 WHERE false").scalar() is None
    assert [number for (number,) in db.execute(session, "SELECT generate_series(1, 3)")] == [1, 2, 3]


def test_a_percent_sign_needs_no_doubling_without_parameters(session: Session) -> None:
    assert db.execute(session, "SELECT 'a%'").scalar() == "a%"


def test_a_statement_without_rows_says_how_many_it_touched(session: Session) -> None:
    assert db.execute(session, "UPDATE organisation SET name = name").rowcount == 1


def test_errors_are_sqlalchemys(session: Session) -> None:
    with pytest.raises(DBAPIError), session.begin_nested():
        db.execute(session, "SELECT nothing")
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        db.execute(session, "INSERT INTO heartbeat (name) VALUES ('x')")
    assert caught.value.orig.pgcode == "23502"


def test_a_lost_connection_is_told_as_an_outage(org: UUID, database: str) -> None:
    with pytest.raises(DBAPIError) as caught, db.transaction(org) as session:
        pid = db.execute(session, "SELECT pg_backend_pid()").scalar()
        with contextlib.closing(psycopg2.connect(database)) as owner, owner.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))
        db.execute(session, "SELECT 1")
    assert db.is_outage(caught.value)
    with db.transaction(org) as session:
        assert db.execute(session, "SELECT 1").scalar() == 1
