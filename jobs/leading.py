"""One process at a time: a PostgreSQL advisory lock that ends with the process, whatever ends it."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from core import db


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """True while this process alone does `name`; False when another one does. Holds one connection, no transaction.

    The lock belongs to the connection: behind a pooler that shares connections between transactions it needs session
    pooling.
    """
    number = zlib.crc32(name.encode())
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        (got,) = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (number,)).one()
        try:
            yield bool(got)
        finally:
            if got:
                connection.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (number,))
