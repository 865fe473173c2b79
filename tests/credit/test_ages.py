"""Kept totals of open bills: whatever happens to bills and whatever day it is, they are what the bills add up to."""

import math
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from credit import ages, bills, days, payments
from parties.tables import Retailer
from reports import ageing, doctor, invariants, risk

Make = Callable[..., Retailer]
KEPT = next(one for one in invariants.load() if one.id == "I60")
_numbers = count(1)
HELD = """
SELECT retailer_id, sum(unapplied_minor)::bigint FROM payment WHERE org_id = %s AND status = 'posted' GROUP BY 1
"""
COPIES = """
WITH fresh AS (SELECT number, gen_random_uuid() AS id FROM generate_series(1, 60) number), shop AS (
    INSERT INTO retailer (org_id, id, code, name, phone, language, status, state_code, address, reminders_paused,
        created_at)
    SELECT r.org_id, fresh.id, 'C' || number, r.name, r.phone || number, r.language, r.status, r.state_code, r.address,
        number > 58, r.created_at FROM retailer r, fresh WHERE r.org_id = %(org)s AND r.id = %(copied)s
), account AS (
    INSERT INTO credit_account (org_id, retailer_id, currency, limit_minor, outstanding_minor, credit_days)
    SELECT %(org)s, id, 'INR', 900000, number * 1000, 0 FROM fresh
)
INSERT INTO bill (org_id, id, retailer_id, kind, reference, bill_on, due_on, amount_minor, open_minor, created_at)
SELECT b.org_id, gen_random_uuid(), fresh.id, b.kind, b.reference, b.bill_on, b.due_on - number %% 3, number * 1000,
    number * 1000, b.created_at
FROM bill b, fresh WHERE b.org_id = %(org)s AND b.retailer_id = %(copied)s AND b.open_minor = 70000
"""


def owe(session: Session, shop: UUID, due_in: int, minor: int = 1_000) -> UUID:
    due_on = days.today(session) + timedelta(days=due_in)
    bill_on = min(due_on, days.today(session))
    posting = bills.Posting(shop, bills.OPENING, f"O{next(_numbers)}", bill_on, due_on, minor, {"sales": minor})
    return bills.post(session, posting).id


def pay(session: Session, shop: UUID, minor: int) -> UUID:
    return payments.record(session, payments.NewPayment(shop, minor, "upi")).payment_id


def _bucket(days_past_due: int) -> str:
    last_days = (0, 30, 60, 90, math.inf)
    return next(name for name, last in zip(ageing.BUCKETS, last_days, strict=True) if days_past_due <= last)


def must_show_the_bills(session: Session) -> None:
    """Today's dashboard against every open bill, and the invariant."""
    today, board = days.today(session), risk.dashboard(session)
    minors, shops, late = Counter[str](), set[tuple[str, UUID]](), Counter[UUID]()
    sql = "SELECT retailer_id, due_on, open_minor FROM bill WHERE org_id = %s AND open_minor > 0"
    for shop, due_on, minor in db.execute(session, sql, (str(db.org_of(session)),)):
        bucket = _bucket((today - due_on).days)
        minors[bucket] += minor
        shops.add((bucket, shop))
        late[shop] += minor if due_on < today else 0
    counted = Counter(bucket for bucket, _ in shops)
    names = [one.name for one in board.buckets]
    shown = [(one.amount_minor, one.retailers) for one in board.buckets]
    assert shown == [(minors[name], counted[name]) for name in names]
    held = dict(db.execute(session, HELD, (str(db.org_of(session)),)).all())
    owed = [max(0, minor - held.get(shop, 0)) for shop, minor in late.items()]
    worst = sorted((minor for minor in owed if minor), reverse=True)
    assert [one.overdue_minor for one in board.attention if one.overdue_minor] == worst[: risk.MAX_ATTENTION]
    assert (board.overdue_minor, board.on_account_minor) == (sum(owed), sum(held.values()))
    finding = doctor.examine(session, KEPT, db.org_of(session), doctor.FULL)
    assert finding.status == doctor.HOLDS, finding.violations


def test_whatever_happens_the_dashboard_shows_what_the_bills_add_up_to(session: Session, make_retailer: Make) -> None:
    dice = random.Random(20261121)
    shops = [make_retailer(session).id for _ in range(4)]
    paid = list[UUID]()

    def reverse() -> None:
        if paid:
            payments.reverse(session, paid.pop(dice.randrange(len(paid))), "wrong")

    steps: list[Callable[[], Any]] = [
        lambda: owe(session, dice.choice(shops), dice.randint(-130, 30), dice.randint(1, 900)),
        lambda: paid.append(pay(session, dice.choice(shops), dice.randint(1, 1_500))),
        reverse,
        lambda: clock.advance(timedelta(days=dice.randint(1, 35))),
        lambda: ages.renew(session),
        lambda: ages.fold(session),
    ]
    for step in dice.choices(steps, weights=(5, 4, 1, 1, 1, 1), k=60):
        step()
        must_show_the_bills(session)


def test_a_clock_that_goes_back_is_noticed(session: Session, make_retailer: Make) -> None:
    owe(session, make_retailer(session).id, -1)
    clock.advance(timedelta(days=-40))
    must_show_the_bills(session)


def test_many_bills_in_one_statement_and_bills_that_are_called_in_count(session: Session, make_retailer: Make) -> None:
    one, other = make_retailer(session).id, make_retailer(session).id
    org = str(db.org_of(session))
    for shop in (one, other):
        for due_in in (-100, -40, -40, 3, 9):
            owe(session, shop, due_in)
    pay(session, one, 4_500)
    must_show_the_bills(session)
    db.execute(session, "UPDATE bill SET due_on = greatest(bill_on, due_on - 30) WHERE org_id = %s", (org,))
    must_show_the_bills(session)
    db.execute(session, "UPDATE bill SET due_on = due_on WHERE org_id = %s", (org,))
    must_show_the_bills(session)


def test_folding_takes_parts_together_and_renewing_ages_what_crossed_a_day(
    session: Session, make_retailer: Make
) -> None:
    shop = make_retailer(session).id
    for minor in (500, 300):
        owe(session, shop, 2, minor)
    pay(session, shop, 100)
    assert ages.fold(session) == 3
    assert ages.fold(session) == 0
    assert ages.renew(session) == 0
    clock.advance(timedelta(days=3))
    assert (ages.renew(session), ages.renew(session)) == (1, 0)
    assert risk.dashboard(session).overdue_minor == 700


def test_the_list_goes_on_with_shops_that_are_stopped_or_near_their_limit(
    session: Session, make_retailer: Make
) -> None:
    late, near, fine = (make_retailer(session, limit_minor=limit).id for limit in (None, 1_000, 9_000))
    owe(session, late, -3, 100)
    owe(session, near, 3, 900)
    owe(session, fine, 3, 900)
    listed = [row.overdue_minor for row in risk.dashboard(session).attention]
    assert listed == [100, 0]


def test_of_many_late_shops_the_worst_are_listed_the_same_way_as_few(session: Session, make_retailer: Make) -> None:
    one = make_retailer(session, limit_minor=900_000)
    owe(session, one.id, -3, 70_000)
    owe(session, one.id, 3, 5_000)
    alone = risk.dashboard(session).attention
    db.execute(session, COPIES, {"org": str(db.org_of(session)), "copied": str(one.id)})
    board = risk.dashboard(session)
    must_show_the_bills(session)
    assert [row.overdue_minor for row in board.attention[:3]] == [70_000, 60_000, 59_000]
    assert board.attention[:1] == alone
    assert len(board.attention) == risk.MAX_ATTENTION
    of_another_day = "UPDATE retailer_age SET aged_on = aged_on + 1 WHERE org_id = %s"  # then all is asked in full
    db.execute(session, of_another_day, (str(db.org_of(session)),))
    assert risk.dashboard(session) == board
