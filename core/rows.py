"""What a hand-written statement answers: rows with names, and nothing that costs more than the question did.

The hot path speaks to psycopg2's cursor on the session's own connection: the same transaction, a quarter of the CPU
that the ORM's result machinery takes. Errors come back as SQLAlchemy's, so that callers catch one family.
"""

from collections import namedtuple
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg2
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.orm import Session

BATCH = 2_000
_cursors = count(1)


class Rows:
    """The rows of one statement, read whole. Each is a named tuple; `_asdict()` makes a dictionary."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row. Raises NoResultFound, MultipleResultsFound."""
        if not self._rows:
            raise NoResultFound("a row was expected and none came")
        if len(self._rows) > 1:
            raise MultipleResultsFound("one row was expected and more came")
        return self._rows[0]

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """The first column of the only row. Raises NoResultFound, MultipleResultsFound."""
        return self.one()[0]


@lru_cache(maxsize=512)
def _row_type(names: tuple[str, ...]) -> Any:
    """Made once for each list of columns; a column without a name, or named twice, is reached by its place."""
    return namedtuple("Row", names, rename=True)


def execute(session: Session, sql: str, parameters: tuple[Any, ...] | dict[str, Any]) -> Rows:
    """Run one statement in the session's transaction. Raises sqlalchemy.exc.DBAPIError and its subclasses."""
    connection = session.connection()
    dbapi: Any = connection.connection.dbapi_connection
    try:
        with dbapi.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            if cursor.description is None:
                return Rows([], cursor.rowcount)
            row = _row_type(tuple(column[0] for column in cursor.description))
            return Rows([row._make(found) for found in cursor.fetchall()], cursor.rowcount)
    except psycopg2.Error as error:
        if dbapi.closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, psycopg2.Error, connection_invalidated=bool(dbapi.closed), dialect=connection.dialect
        ) from error


def walk(session: Session, sql: str, parameters: tuple[Any, ...] | dict[str, Any]) -> Iterator[Any]:
    """The rows of one query as it saw the database when it began, fetched piece by piece: for results of any size.

    Only inside one transaction, and nothing may be written to what it reads meanwhile.
    """
    name = f"walk_{next(_cursors)}"
    execute(session, f"DECLARE {name} NO SCROLL CURSOR FOR {sql}", parameters)
    while found := execute(session, f"FETCH {BATCH} FROM {name}", ()).all():
        yield from found
    execute(session, f"CLOSE {name}", ())
