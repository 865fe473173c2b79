"""How often a turn asks PostgreSQL: one turn in this process, every statement counted on its way to the driver."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from bench import webhooks
from bench.operations import ORDER
from bench.world import Wrong
from core import db, rows


@dataclass
class Asked:
    """What went to the database. The driver sends BEGIN and COMMIT as round trips of their own."""

    statements: int = 0
    transactions: int = 0

    @property
    def round_trips(self) -> int:
        return self.statements + 2 * self.transactions


@contextmanager
def counting() -> Iterator[Asked]:
    """Count what this process sends while the block runs: by hand through core.rows, and by the ORM."""
    asked, engine, by_hand = Asked(), db.engine(), rows.ask

    def ask(*arguments: Any) -> rows.Rows:
        asked.statements += 1
        return by_hand(*arguments)

    def sent(*_arguments: Any) -> None:
        asked.statements += 1

    def end(*_arguments: Any) -> None:
        asked.transactions += 1

    heard = {
        "before_cursor_execute": sent,
        "savepoint": sent,
        "release_savepoint": sent,
        "commit": end,
        "rollback": end,
    }
    for name, listener in heard.items():
        event.listen(engine, name, listener)
    rows.ask = ask
    try:
        yield asked
    finally:
        rows.ask = by_hand
        for name, listener in heard.items():
            event.remove(engine, name, listener)


def count(shop: int) -> dict[str, Asked]:
    """Round trips of a browsing turn, an order text, its confirmation and a replay, all warm."""
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
