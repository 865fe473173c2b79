"""A day that is over is told as while it lasted: profile, statement and dashboard, of all kinds of accounts."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db, ids
from credit import bills, cheques, days, payments
from credit.arrangements import Cheque
from parties.tables import Retailer
from reports import profile, risk, statement
from tests.admin_api.test_figures import World

Make = Callable[..., Retailer]
Told = dict[str, Any]

DAYS = 4
OF_A_STATEMENT = ("open_minor", "on_account_minor", "outstanding_minor", "disputed_minor")
OF_A_PROFILE = (
    *OF_A_STATEMENT, "limit_minor", "reserved_minor", "uncleared_minor", "overdue_minor", "available_minor",
    "available_reason",
)  # fmt: skip
OF_A_DASHBOARD = ("open_minor", "on_account_minor", "outstanding_minor", "overdue_minor", "buckets")
OF_A_SHOP = ("reasons", "limit_used_percent", "outstanding_minor", "overdue_minor", "oldest_overdue_days")


def owe(world: World, shop: UUID) -> None:
    """A bill of today: one that is dated back changes days that are over."""
    minor, due_on = world.amount(), world.today + timedelta(days=world.dice.choice([0, 0, 1, 2]))
    contra = {"opening_balance": minor}
    bills.post(
        world.session, bills.Posting(shop, bills.OPENING, f"B-{ids.new().hex}", world.today, due_on, minor, contra)
    )


def move_a_cheque(world: World, shop: UUID) -> None:
    """A cheque goes on: to the bank, back to the shop, paid or not."""
    found = select(Cheque).where(Cheque.retailer_id == shop, Cheque.state.in_(("received", "deposited")))
    for one in world.session.scalars(found.limit(1).execution_options(populate_existing=True)):
        if one.state == "received" and world.dice.random() < 0.7:
            cheques.deposit(world.session, one.id)
        elif one.state == "deposited" and world.dice.random() < 0.5:
            cheques.clear(world.session, one.id)
        else:
            cheques.undo(world.session, one.id, "as drawn")


def take_back(world: World, shop: UUID) -> None:
    """A payment was a mistake."""
    last = profile.of(world.session, shop).last_payments
    made = [one.id for one in last if (one.status, one.method) == ("posted", "cash")]
    if made:
        payments.reverse(world.session, world.dice.choice(made), "a mistake")


STEPS = (owe, owe, owe, World.pay, World.dispute, World.take_cheque, World.promise, move_a_cheque, take_back)


def told(session: Session, shops: list[UUID], on: date | None) -> Told:
    """What every place says of a day: today when None."""
    board = risk.dashboard(session, on)
    said: Told = {"dashboard": {name: getattr(board, name) for name in OF_A_DASHBOARD}}
    said["attention"] = {row.retailer_id: {name: getattr(row, name) for name in OF_A_SHOP} for row in board.attention}
    for shop in shops:
        ended = statement.of(session, shop, to_on=on)
        said[f"statement of {shop}"] = {name: getattr(ended, name) for name in OF_A_STATEMENT}
        found = profile.of(session, shop, on)
        said[f"profile of {shop}"] = {name: getattr(found, name) for name in OF_A_PROFILE}
    return said


@pytest.mark.parametrize(
    ("seed", "exposure", "counts_on"),
    [(1, "confirmed", "receipt"), (2, "invoiced", "deposit"), (3, "confirmed", "clearing")],
)
def test_a_day_that_is_over_is_told_as_while_it_lasted(
    org: UUID, make_retailer: Make, seed: int, exposure: str, counts_on: str
) -> None:
    dice, lasted = random.Random(seed), dict[date, Told]()
    with db.transaction(org) as session:
        world = World(session, make_retailer, dice, exposure, counts_on)
        for shop in world.shops:
            world._grant(shop)
    for _day in range(DAYS):
        with db.transaction(org) as session:
            world.session, world.today = session, days.today(session)
            for shop in world.shops:
                for step in dice.choices(STEPS, k=4):
                    step(world, shop)
        with db.transaction(org) as session:
            lasted[world.today] = told(session, world.shops, None)
        clock.advance(timedelta(days=1))
    with db.transaction(org) as session:
        for on, said in lasted.items():
            assert told(session, world.shops, on) == said
