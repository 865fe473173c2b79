"""What one operation takes, counted: bytecodes of Python, statements and round trips to PostgreSQL.

One operation in this process, without a server and warm. Counts do not depend on how busy a machine is, so a change
that makes an operation dearer is seen where times cannot be trusted: `tests/bench/test_counting.py` holds them to
`bench/budget.json`. Bytecodes are those of the thread that answers, libraries included; hints travel in other threads.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count as numbered
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from bench import webhooks
from bench.operations import ORDER
from bench.world import World, Wrong
from core import clock, db, ids, rows
from credit import openings
from parties import users
from parties.tables import Retailer

BUDGET = Path(__file__).with_name("budget.json")
ALLOWED = 1.05  # an operation may take five in a hundred more than its budget says
COUNTED_UNDER = (3, 11)  # another Python compiles the same lines to other bytecodes
ALLOWED_ELSEWHERE = 1.3
LOOKS = 3  # the fewest bytecodes of so many runs count: the others paid for something that is kept
BILL_MINOR, PAID_MINOR = 1_000_000_000, 100
EMAIL, PASSWORD = "counting@bench.example", "a long and quiet password"
PAY = "/api/v1/admin/payment/record"

Step = Callable[[], None]
Found = TypeVar("Found")


@dataclass
class Asked:
    """What went to the database. The driver sends BEGIN and COMMIT as round trips of their own."""

    statements: int = 0
    transactions: int = 0

    @property
    def round_trips(self) -> int:
        return self.statements + 2 * self.transactions


@dataclass(frozen=True)
class Counted:
    """What one operation took."""

    bytecodes: int
    statements: int
    round_trips: int


@dataclass(frozen=True)
class Operation:
    """`act` is counted; `prepare` is what must come before each time."""

    act: Step
    prepare: Step = lambda: None


def count(world: World, shop: int = 0) -> dict[str, Counted]:
    """A browsing turn, a replay, an order text, its confirmation and a payment by the API, all warm. Raises Wrong."""
    found = {}
    for name, operation in _operations(world, shop).items():
        operation.prepare()
        operation.act()  # warm: connections, caches, the first use of everything
        with_statements = [_with(operation, _asked) for _ in range(LOOKS)]
        asked = min(with_statements, key=lambda one: one.round_trips)
        bytecodes = min(_with(operation, _bytecodes) for _ in range(LOOKS))
        found[name] = Counted(bytecodes, asked.statements, asked.round_trips)
    return found


def budget() -> dict[str, Counted]:
    """What each operation may take, as agreed. A change that spares much lowers it; nothing raises it unsaid."""
    return {name: Counted(**limits) for name, limits in json.loads(BUDGET.read_text()).items()}


def excess(found: dict[str, Counted], allowed: dict[str, Counted]) -> list[str]:
    """A sentence for everything that is above ALLOWED times its budget, and for what has none."""
    if missing := sorted(found.keys() ^ allowed.keys()):
        return [f"{name}: counted or budgeted, not both" for name in missing]
    return [
        f"{name}: {getattr(found[name], what):,} {what}, {getattr(limits, what):,} are budgeted"
        for name, limits in allowed.items()
        for what in ("bytecodes", "statements", "round_trips")
        if getattr(found[name], what) > getattr(limits, what) * _allowed(what)
    ]


def _allowed(what: str) -> float:
    return ALLOWED_ELSEWHERE if what == "bytecodes" and sys.version_info[:2] != COUNTED_UNDER else ALLOWED


def _operations(world: World, shop: int) -> dict[str, Operation]:
    client = create_app().test_client()
    say = lambda text: deliver(client, webhooks.message(shop, text))  # noqa: E731
    again = webhooks.message(shop, "balance")
    return {
        "turn": Operation(lambda: say("balance")),
        "replay": Operation(lambda: deliver(client, again), lambda: deliver(client, again)),
        "quote": Operation(lambda: say(ORDER), lambda: say("menu")),
        "order": Operation(lambda: say("yes"), lambda: say(ORDER)),
        "payment": Operation(_paying(client, world.org_id, shop)),
    }


def deliver(client: FlaskClient, request: bytes) -> None:
    """One webhook through the application, without a server. Raises Wrong unless it is taken."""
    head, _, body = request.partition(b"\r\n\r\n")
    target = head.split(b" ", 2)[1].decode()
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    answer = client.post(target, data=body, headers=headers)
    if answer.status_code != 200:
        raise Wrong(f"a turn in this process was answered {answer.status_code}")


def _paying(client: FlaskClient, org_id: UUID, shop: int) -> Step:
    """A payment of a shop that owes one large bill and gets its receipt in the chat."""
    with db.transaction(org_id) as session:
        users.create(session, email=EMAIL, role="owner", password=PASSWORD)
        retailer = session.query(Retailer).filter_by(phone=webhooks.phone_of(shop)).one()
        today = clock.today("Asia/Kolkata")
        openings.owe(session, retailer.id, [openings.OpeningBill("COUNTED/1", today, BILL_MINOR)])
    token = _sent(client, "/api/v1/auth/login", {"email": EMAIL, "password": PASSWORD})["access_token"]
    paid = {"retailer_id": ids.public("ret", retailer.id), "amount_minor": PAID_MINOR, "method": "cash"}
    keys = numbered()

    def pay() -> None:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"counted-{next(keys)}"}
        # Each sum is another one: an equal payment of a shop soon after the first may be asked about.
        _sent(client, PAY, paid | {"amount_minor": PAID_MINOR + next(keys)}, headers)

    return pay


def _sent(client: FlaskClient, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    answer = client.post(path, json=body, headers=headers)
    if answer.status_code not in (200, 201):
        raise Wrong(f"{path} in this process was answered {answer.status_code}: {answer.text}")
    return answer.json


def _with(operation: Operation, counted: Callable[[Step], Found]) -> Found:
    operation.prepare()
    return counted(operation.act)


def _asked(act: Step) -> Asked:
    with counting() as asked:
        act()
    return asked


def _bytecodes(act: Step) -> int:
    """Bytecodes that this thread runs meanwhile. A tracer that was there before is put back."""
    total, before = 0, sys.gettrace()

    def enter(frame: Any, _event: str, _arg: Any) -> Any:
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return step

    def step(_frame: Any, event: str, _arg: Any) -> Any:
        nonlocal total
        total += event == "opcode"
        return step

    sys.settrace(enter)
    try:
        act()
    finally:
        sys.settrace(before)
    return total


@contextmanager
def counting() -> Iterator[Asked]:
    """Count what this process sends while the block runs: by hand through core.rows, and by the ORM."""
    asked, engine, by_hand = Asked(), db.engine(), rows.execute

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
    rows.execute = ask
    try:
        yield asked
    finally:
        rows.execute = by_hand
        for name, listener in heard.items():
            event.remove(engine, name, listener)
