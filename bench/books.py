"""What the books cost: a payment among few and many open bills, the dashboard of few and many shops, an audited order.

All in this process, without a server: CPU is this process's and PostgreSQL's. Each organisation here is made set-based
and measured by itself; after each burst the money is counted.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg2
from sqlalchemy.orm import Session

from bench import processor_time
from bench.floors import books as floor
from bench.samples import Cost, Series
from bench.world import World, must, new_organisation
from core import db, events, ids
from credit import payments
from credit.guardrails import CREDIT
from orders import ordering
from orders.quotes import Wanted
from reports import risk

OPEN_BILLS = (1, 100, 10_000)
SHOPS = (1_000, 10_000, 100_000)
BILL_MINOR, PAID_MINOR = 1_000_000, 100
BILLS_OF_A_SHOP = 2
PAYMENTS, DASHBOARDS, ORDERS = 150, 20, 100  # a burst; as many as take a second or so
FLOOR_PAYMENTS, FLOOR_DASHBOARDS = 600, 400
AT_ONCE = 10_000  # shops that are added by one statement
LIMIT_MINOR = 100_000_000_000
SKU, UNIT = "SPRITE-500", "case"
GOALS = {"payment": 3.0, "dashboard": 5.0, "audit": 1.4}
GOAL_OPEN_BILLS, GOAL_SHOPS = 1.5, 2.0
NAMES = tuple(GOALS)

_SHOPS = """
WITH fresh AS (SELECT * FROM unnest(%(shops)s::uuid[], %(numbers)s::int[]) AS fresh (shop, number)), shop AS (
    INSERT INTO retailer (org_id, id, code, name, phone, language, status, state_code, address, reminders_paused,
        created_at)
    SELECT %(org)s, shop, 'B' || number, 'Shop ' || number, '+9188' || lpad(number::text, 8, '0'), 'en', 'active',
        '27', 'Pune', false, now() FROM fresh
)
INSERT INTO credit_account (org_id, retailer_id, currency, limit_minor, outstanding_minor, credit_days)
SELECT %(org)s, shop, 'INR', %(limit)s, %(bills)s::bigint * %(amount)s, 15 FROM fresh
"""
_BILLS = """
INSERT INTO bill (org_id, id, retailer_id, kind, reference, bill_on, due_on, amount_minor, open_minor, created_at)
SELECT %(org)s, gen_random_uuid(), fresh.shop, 'invoice', 'B' || number || '/' || bill, day - 15, day, %(amount)s,
    %(amount)s, now()
FROM unnest(%(shops)s::uuid[], %(numbers)s::int[]) AS fresh (shop, number), generate_series(1, %(bills)s) bill,
    LATERAL (SELECT current_date - ((number + bill * 37) %% 120) + 30 AS day) due
"""
_OWED = """
SELECT (SELECT coalesce(sum(open_minor), 0) FROM bill WHERE org_id = %(org)s)::bigint,
    (SELECT coalesce(sum(outstanding_minor), 0) FROM credit_account WHERE org_id = %(org)s)::bigint,
    (SELECT count(*) FROM audit_entry WHERE org_id = %(org)s),
    (SELECT coalesce(sum(reserved_minor), 0) FROM credit_account WHERE org_id = %(org)s)::bigint
"""
_NO_AUDIT = """
CREATE OR REPLACE FUNCTION audit_append(
    p_org uuid, p_id uuid, p_retailer uuid, p_at timestamptz, p_actor text, p_action text, p_subject text,
    p_reason text, p_before jsonb, p_after jsonb, p_request text, p_body bytea
) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$
"""


@dataclass
class Books:
    """An organisation of its own, its shops, and the floor's connection."""

    world: World
    org_id: UUID
    floor: Any
    shops: list[UUID] = field(default_factory=list)

    def add(self, count: int, bills: int) -> None:
        """More shops with so many open bills each, for the product and for the floor."""
        while count > AT_ONCE:
            self._add(AT_ONCE, bills)
            count -= AT_ONCE
        self._add(count, bills)
        _as_owner(self.world, "VACUUM ANALYZE")

    def _add(self, count: int, bills: int) -> None:
        first = len(self.shops)
        fresh = [ids.new() for _ in range(count)]
        known = {
            "org": str(self.org_id),
            "shops": [str(one) for one in fresh],
            "numbers": list(range(first, first + count)),
            "bills": bills,
            "amount": BILL_MINOR,
            "limit": LIMIT_MINOR,
        }
        with db.transaction(self.org_id) as session:
            db.execute(session, _SHOPS, known)
            if bills:
                db.execute(session, _BILLS, known)
        if bills:
            floor.owe(self.floor, first, first + count - 1, bills, BILL_MINOR)
        self.shops += fresh

    def owed(self) -> tuple[int, int, int, int]:
        """What bills leave open, what accounts owe, audit entries, what is reserved."""
        with db.transaction(self.org_id) as session:
            found: tuple[int, int, int, int] = tuple(db.execute(session, _OWED, {"org": str(self.org_id)}).one())
        return found


@dataclass(frozen=True)
class Measured:
    """Series by size, and how the largest compares with the smallest."""

    name: str
    title: str
    series: dict[str, Series]
    growth: float | None = None
    growth_goal: float | None = None


def measure(
    world: World, wanted: Iterable[str], pairs: int, tell: Callable[[str], None], dice: random.Random
) -> list[Measured]:
    """Each of the wanted things, `pairs` times against its floor. Raises Wrong."""
    steps = {"payment": _payments, "dashboard": _dashboards, "audit": _audits}
    connection = floor.open_books(world.database_url)
    try:
        return [steps[name](world, connection, pairs, tell, dice) for name in NAMES if name in wanted]
    finally:
        connection.close()


def _payments(world: World, connection: Any, pairs: int, tell: Callable[[str], None], dice: random.Random) -> Measured:
    books = Books(world, new_organisation("Paid Traders"), connection)
    tell("books: shops with 1, 100 and 10,000 open bills")
    for bills in OPEN_BILLS:
        books.add(1, bills)
    series = {bills: Series("payment", f"payment, {bills:,} open", GOALS["payment"]) for bills in OPEN_BILLS}
    plan = [place for place in range(len(OPEN_BILLS)) for _ in range(pairs)]
    dice.shuffle(plan)
    for place in [*range(len(OPEN_BILLS)), *plan]:  # each once to warm up
        found = _pair(
            dice,
            lambda place=place: _pay(books, place),
            lambda place=place: _floor_pay(books, place),
        )
        series[OPEN_BILLS[place]].pairs.append(found)
    for one in series.values():
        del one.pairs[0]
    growth = series[OPEN_BILLS[-1]].middle("cpu_ms") / series[OPEN_BILLS[0]].middle("cpu_ms")
    return Measured("payment", "10,000 against 1 open bill", _by_size(series), growth, GOAL_OPEN_BILLS)


def _pay(books: Books, place: int) -> Cost:
    new = payments.NewPayment(books.shops[place], PAID_MINOR, "cash", is_meant=True)
    before = books.owed()
    record = _alone(lambda session: payments.record(session, new))
    cost = _cost(books.world, PAYMENTS, lambda: db.run(record, books.org_id))
    after, paid_minor = books.owed(), PAYMENTS * PAID_MINOR
    must(before[0] - after[0] == paid_minor == before[1] - after[1], f"{paid_minor} paid, owed {before} then {after}")
    must(after[2] - before[2] == PAYMENTS, "a payment was not audited")
    return cost


def _alone(work: Callable[[Session], object]) -> Callable[[Session], None]:
    """The work without what follows from it (receipts, held orders): the floor has nothing of the kind."""

    def run(session: Session) -> None:
        work(session)
        events.forget(session)

    return run


def _floor_pay(books: Books, place: int) -> Cost:
    return _cost(books.world, FLOOR_PAYMENTS, lambda: floor.pay(books.floor, place, PAID_MINOR))


def _dashboards(
    world: World, connection: Any, pairs: int, tell: Callable[[str], None], dice: random.Random
) -> Measured:
    with connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE floor.account, floor.bill, floor.balance")
    books = Books(world, new_organisation("Watched Traders"), connection)
    whole, asked = {}, {}
    for shops in SHOPS:
        tell(f"books: dashboard of {shops:,} shops")
        books.add(shops - len(books.shops), BILLS_OF_A_SHOP)
        owed_minor = shops * BILLS_OF_A_SHOP * BILL_MINOR
        look = lambda: _look(books, owed_minor)  # noqa: B023, E731  used within this turn of the loop
        glance = lambda: _cost(world, FLOOR_DASHBOARDS, lambda: floor.dashboard(connection))  # noqa: E731
        _pair(dice, look, glance)
        found = [_pair(dice, look, glance) for _ in range(pairs)]
        whole[f"{shops}"] = Series("dashboard", f"dashboard, {shops:,}", None, found)
        sql = [_database_only(one) for one in found]
        asked[f"{shops} SQL"] = Series("dashboard", f"  its SQL, {shops:,}", GOALS["dashboard"], sql)
    few, many = whole[f"{SHOPS[0]}"], whole[f"{SHOPS[-1]}"]
    growth = many.middle("cpu_ms") / few.middle("cpu_ms")
    return Measured("dashboard", f"{SHOPS[-1]:,} against {SHOPS[0]:,} shops", whole | asked, growth, GOAL_SHOPS)


def _look(books: Books, owed_minor: int) -> Cost:
    seen: list[int] = []

    def one() -> None:
        with db.transaction(books.org_id) as session:
            seen.append(risk.dashboard(session).open_minor)

    cost = _cost(books.world, DASHBOARDS, one)
    must(set(seen) == {owed_minor}, f"the dashboard shows {set(seen)} instead of {owed_minor}")
    return cost


def _audits(world: World, _connection: Any, pairs: int, tell: Callable[[str], None], dice: random.Random) -> Measured:
    tell("books: orders with and without audit")
    books = Books(world, new_organisation("Audited Traders"), None)
    books.add(ORDERS, 0)
    with_audit, without = (lambda: _order(books, is_audited=True)), (lambda: _order(books, is_audited=False))
    _pair(dice, with_audit, without)
    series = Series("audit", "order, audit / none", GOALS["audit"], [])
    series.pairs += [_database_only(_pair(dice, with_audit, without)) for _ in range(pairs)]
    return Measured("audit", "", _by_size({ORDERS: series}))


def _order(books: Books, *, is_audited: bool) -> Cost:
    shops = iter(books.shops)
    lines = [Wanted(SKU, 1, UNIT)]
    place = _alone(lambda session: ordering.place(session, next(shops), lines, CREDIT))
    before = books.owed()
    if is_audited:
        cost = _cost(books.world, ORDERS, lambda: db.run(place, books.org_id))
    else:
        with _unaudited(books.world):
            cost = _cost(books.world, ORDERS, lambda: db.run(place, books.org_id))
    after = books.owed()
    must(after[3] > before[3], "orders were placed and nothing was reserved")
    must((after[2] > before[2]) == is_audited, "the audit trail has grown without audit, or not with it")
    return cost


@contextmanager
def _unaudited(world: World) -> Iterator[None]:
    """Let no change of this moment be audited: only what is measured runs, in an organisation of its own."""
    ((kept,),) = _as_owner(world, "SELECT pg_get_functiondef('audit_append'::regproc)")
    _as_owner(world, _NO_AUDIT)
    try:
        yield
    finally:
        _as_owner(world, kept)


def _by_size(series: dict[int, Series]) -> dict[str, Series]:
    return {str(size): one for size, one in series.items()}


def _database_only(pair: tuple[Cost, Cost]) -> tuple[Cost, Cost]:
    product, floor_cost = (Cost(one.operations, 0.0, one.database_seconds, one.elapsed_seconds) for one in pair)
    return product, floor_cost


def _pair(dice: random.Random, product: Callable[[], Cost], bare: Callable[[], Cost]) -> tuple[Cost, Cost]:
    if dice.random() < 0.5:
        first = bare()
        return product(), first
    return product(), bare()


def _cost(world: World, count: int, work: Callable[[], Any]) -> Cost:
    """The CPU of this process and of PostgreSQL for so many operations, each a transaction of its own."""
    mine, database, begin = time.process_time(), processor_time.seconds(world.postmaster), time.perf_counter()
    for _ in range(count):
        work()
    return Cost(
        count,
        time.process_time() - mine,
        processor_time.seconds(world.postmaster) - database,
        time.perf_counter() - begin,
    )


def _as_owner(world: World, sql: str) -> list[Any]:
    connection = psycopg2.connect(world.database_url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
