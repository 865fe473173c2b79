"""How often a turn asks PostgreSQL: one turn in this process, every statement counted on its way to the driver."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2.extensions
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from bench import webhooks
from bench.operations import ORDER
from bench.world import Wrong
from core import db


@dataclass
class Asked:
    """What went to the database. The driver sends BEGIN and COMMIT as round trips of their own."""

    statements: int = 0
    transactions: int = 0

    @property
    def round_trips(self) -> int:
        return self.statements + 2 * self.transactions


class Counting(psycopg2.extensions.cursor):
    """A cursor that counts what it sends, whoever uses it: the ORM, Core or hand-written SQL."""

    sent = 0

    def execute(self, *arguments: Any) -> None:
        Counting.sent += 1
        super().execute(*arguments)


@contextmanager
def counting() -> Iterator[Asked]:
    """Count what this process's application engine sends while the block runs; its connections count."""
    asked, engine, before = Asked(), db.engine(), Counting.sent

    def end(*_arguments: Any) -> None:
        asked.transactions += 1

    for name in ("commit", "rollback"):
        event.listen(engine, name, end)
    try:
        yield asked
    finally:
        asked.statements = Counting.sent - before
        for name in ("commit", "rollback"):
            event.remove(engine, name, end)


def _count_from_now_on() -> None:
    db.dispose()  # connections that are open already would not count
    event.listen(db.engine(), "do_connect", _with_counting_cursors)


def _with_counting_cursors(_dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
    named["cursor_factory"] = Counting


def count(shop: int) -> dict[str, Asked]:
    """Round trips of a browsing turn, an order text, its confirmation and a replay, all warm."""
    _count_from_now_on()
    client = create_app().test_client()
    for text in (ORDER, "yes", "menu"):
        deliver(client, webhooks.message(shop, text))
    again = webhooks.message(shop, "balance")
    steps: dict[str, Callable[[], None]] = {
        "turn": lambda: deliver(client, again),
        "replay": lambda: deliver(client, again),
        "quote": lambda: deliver(client, webhooks.message(shop, ORDER)),
        "order": lambda: deliver(client, webhooks.message(shop, "yes")),
    }
    return {name: _counted(step) for name, step in steps.items()}


def deliver(client: FlaskClient, request: bytes) -> None:
    """One webhook through the application, without a server. Raises Wrong unless it is taken."""
    head, _, body = request.partition(b"\r\n\r\n")
    target = head.split(b" ", 2)[1].decode()
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    answer = client.post(target, data=body, headers=headers)
    if answer.status_code != 200:
        raise Wrong(f"a turn in this process was answered {answer.status_code}")


def _counted(step: Callable[[], None]) -> Asked:
    with counting() as asked:
        step()
    return asked
