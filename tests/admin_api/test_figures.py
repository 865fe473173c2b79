"""Every place that says what an account is says the same: API, chat, console, statement, reminders, and a plain model.

Organisations with all kinds of accounts are made up, each a row of the table below; the model is filled from nothing
but bills, credits, orders, cheques and terms, and what every place says is compared with it.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core import db, ids
from core.i18n import format_money
from credit import (
    accounts,
    bills,
    cheques,
    days,
    disputes,
    groups,
    guardrails,
    pauses,
    payments,
    reminders,
    reservations,
)
from credit.arrangements import Cheque
from credit.guardrails import LIMIT, MAX_ORDER
from credit.tables import Bill, Payment
from invoicing.tables import PayCode
from parties.organisations import get as organisation_of
from parties.retailers import public_id
from parties.tables import Retailer
from reports import insights
from tests.admin_api.conftest import Caller
from tests.chats import Chat
from tests.console.conftest import Browser
from tests.model import books, rulebook
from tests.people import new_user

Make = Callable[..., Retailer]

EXPOSURES, CHEQUES = ("confirmed", "dispatched", "invoiced"), ("clearing", "deposit", "receipt")
TABLE = [(seed, EXPOSURES[seed % 3], CHEQUES[seed // 3 % 3]) for seed in range(9)]
SHOPS = 5
LADDER = {"watch": {"overdue_days": 5, "limit_used_percent": 70}, "pause": {}, "block": {}}


class World:
    """One organisation, and the same in plain books."""

    def __init__(self, session: Session, make: Make, dice: random.Random, exposure: str, counts_on: str) -> None:
        self.session, self.dice, self.today = session, dice, days.today(session)
        ladder = {"ladder": LADDER, "exposure": exposure, "cheque_counts_on": counts_on}
        policy.change(session, ladder, "as drawn")
        self.shops = [make(session, code=f"R{number}").id for number in range(SHOPS)]
        self.cap = groups.create(session, "One owner", dice.randint(1, 40) * 10_000)
        self.cheque_number = 0

    def live(self) -> None:
        """What happens to each shop: terms last, so that they may be below what is used."""
        for number, shop in enumerate(self.shops):
            if number < 2:
                groups.join(self.session, shop, self.cap.id, "one owner")
            for step in self.dice.choices(STEPS, k=8):
                step(self, shop)
            self._grant(shop)
            if self.dice.random() < 0.15:
                pauses.pause(self.session, shop, "late")
            if self.dice.random() < 0.1:
                pauses.block(self.session, shop, "gone")
        if self.dice.random() < 0.3:
            policy.change(self.session, {"cheque_counts_on": self.dice.choice(CHEQUES)}, "changed meanwhile")

    def _grant(self, shop: UUID) -> None:
        until = self.today + timedelta(days=self.dice.randint(0, 3)) if self.dice.random() < 0.4 else None
        terms = accounts.Terms(
            limit_minor=self.dice.choice([None, 0, *(self.dice.randint(1, 30) * 10_000 for _ in range(5))]),
            max_order_minor=self.dice.choice([None, None, 0, 50_000]),
            max_outstanding_days=self.dice.choice([None, None, 0, 5, 30]),
            tolerance_minor=self.dice.choice([0, 0, 20_000]),
            temporary_limit_minor=self.dice.randint(0, 40) * 10_000 if until else None,
            temporary_until=until,
        )
        accounts.set_terms(self.session, shop, terms, "as drawn")

    def amount(self) -> int:
        """A few hundred rupees."""
        return self.dice.randint(1, 60_000)

    def owe(self, shop: UUID) -> None:
        """A bill, late or not."""
        due_on = self.today + timedelta(days=self.dice.choice([-100, -40, -6, -5, -3, -1, 0, 1, 9]))
        number, minor = f"B-{ids.new().int % 10**6}", self.amount()
        made_on = min(due_on, self.today) - timedelta(days=2)
        posting = bills.Posting(shop, bills.OPENING, number, made_on, due_on, minor, {"opening_balance": minor})
        bills.post(self.session, posting)

    def pay(self, shop: UUID) -> None:
        """Money, perhaps more than is owed, or before anything is."""
        payments.record(self.session, payments.NewPayment(shop, self.amount(), "cash"))

    def dispute(self, shop: UUID) -> None:
        """Part of an open bill is contested."""
        found = bills.open_bills(self.session, shop)
        if found:
            bill = self.dice.choice(found)
            disputes.start(self.session, bill.id, self.dice.randint(1, bill.open_minor), "short")

    def take_cheque(self, shop: UUID) -> None:
        """A cheque in hand, perhaps at the bank."""
        self.cheque_number += 1
        one = cheques.receive(
            self.session, cheques.NewCheque(shop, self.amount(), f"{shop}"[:8] + f"{self.cheque_number}")
        )
        if self.dice.random() < 0.5:
            cheques.deposit(self.session, one.id)

    def promise(self, shop: UUID) -> None:
        """Credit for an order that is confirmed."""
        minor = self.amount()
        if guardrails.judge(self.session, shop, minor).allowed:
            reservations.reserve(self.session, shop, ids.new(), minor)

    def model(self) -> list[books.Shop]:
        """The plain books, from the rows that they are made of."""
        settings = organisation_of(self.session).settings
        cap_minor = groups.get(self.session, self.cap.id).limit_minor
        house = books.House(dict(settings), self.cap.id, cap_minor)
        house.shops = [self._model_of(house, shop) for shop in self.shops]
        return house.shops

    def _model_of(self, house: books.House, shop: UUID) -> books.Shop:
        account = accounts.get(self.session, shop)
        terms = books.Terms(**{name: getattr(account, name) for name in books.Terms.__dataclass_fields__})
        plain = books.Shop(house, shop, terms, is_capped=account.group_id is not None)
        plain.paused = books.STAFF if account.paused_at else None
        plain.blocked = books.STAFF if account.blocked_at else None
        for bill in self._rows(Bill, shop):
            made = (bill.id, bill.kind, bill.reference, bill.bill_on, bill.due_on, bill.amount_minor, bill.open_minor)
            plain.bills[bill.id] = books.Bill(*made)
        for number, one in enumerate(self._rows(Payment, shop)):
            credit = books.Credit(
                one.id, one.kind, one.method, one.reference, one.amount_minor, one.received_on, number
            )
            credit.unapplied_minor, credit.is_posted = one.unapplied_minor, one.status == "posted"
            plain.credits[one.id] = credit
        for one in self._rows(Cheque, shop):
            plain.cheques[one.id] = books.Cheque(one.id, one.number, one.amount_minor, one.dated_on, {}, one.state)
        sql = "SELECT id, amount_minor, created_at FROM reservation WHERE retailer_id = %s AND status = 'live'"
        for row in db.execute(self.session, sql, (str(shop),)):
            plain.orders[row.id] = books.Order(row.id, "confirmed", row.amount_minor, "CREDIT", row.created_at)
        return plain

    def _rows(self, kind: Any, shop: UUID) -> Iterator[Any]:
        found = select(kind).where(kind.retailer_id == shop).order_by(kind.created_at, kind.id)
        yield from self.session.scalars(found.execution_options(populate_existing=True))


STEPS = (World.owe, World.owe, World.owe, World.pay, World.dispute, World.take_cheque, World.promise)


def expected(shop: books.Shop, today: date) -> dict[str, Any]:
    """What the model says of an account, by the names of the API."""
    held = sum(one.unapplied_minor for one in shop.credits.values() if one.is_posted)
    limit_minor, reasons = shop.terms.limit_on(today), rulebook.refusals(shop, 1, today)
    spaces = [(limit_minor or 0) - shop.used_minor]
    if shop.is_capped:
        spaces.append(shop.house.cap_minor - shop.house.cap_used())
    return {
        "limit_minor": limit_minor,
        "open_minor": sum(bill.open_minor for bill in shop.bills.values()),
        "on_account_minor": held,
        "outstanding_minor": shop.outstanding_minor,
        "disputed_minor": sum(one.amount_minor for one in shop.credits.values() if one.kind == "dispute"),
        "reserved_minor": shop.reserved_minor,
        "uncleared_minor": shop.uncleared_minor,
        "overdue_minor": sum(left for bill, left in shop.netted() if bill.due_on < today),
        "available_minor": 0 if reasons else min(spaces),
        "available_reason": reasons[0] if reasons else None,
    }


def attention(shop: books.Shop, today: date) -> list[str]:
    """Why the dashboard lists a shop; nothing when it does not."""
    told, limit_minor = expected(shop, today), shop.terms.limit_on(today) or 0
    late = shop.terms.max_outstanding_days
    too_old = sum(left for bill, left in shop.netted() if late is not None and (today - bill.due_on).days > late)
    used_percent = max(0, shop.used_minor) * 100 // limit_minor if limit_minor else 0
    reasons = {
        "ACCOUNT_BLOCKED": shop.blocked is not None,
        "CREDIT_PAUSED": shop.paused is not None,
        "OVERDUE_DAYS_EXCEEDED": too_old > shop.terms.tolerance_minor,
        "OVERDUE": told["overdue_minor"] > 0,
        "CREDIT_LIMIT_EXCEEDED": shop.used_minor > limit_minor > 0,
        "CREDIT_LIMIT_NEAR": limit_minor >= shop.used_minor and used_percent >= 80,
    }
    found = [code for code, holds in reasons.items() if holds]
    is_stopped_for_nothing = not told["open_minor"] and not set(found) - {"ACCOUNT_BLOCKED", "CREDIT_PAUSED"}
    return [] if is_stopped_for_nothing else found


@pytest.fixture(params=TABLE, ids=[f"{seed}: {exposure}, {counts_on}" for seed, exposure, counts_on in TABLE])
def world(request: pytest.FixtureRequest, org: UUID, make_retailer: Make) -> Iterator[World]:
    """A row of the table, committed, and open for looking at."""
    seed, exposure, counts_on = request.param
    with db.transaction(org) as session:
        World(session, make_retailer, random.Random(seed), exposure, counts_on).live()
    with db.transaction(org) as session:
        yield _found(session)
        session.rollback()


def _found(session: Session) -> World:
    """The world as whoever comes later finds it."""
    world = World.__new__(World)
    world.session, world.today = session, days.today(session)
    shops = session.scalars(select(Retailer).where(Retailer.org_id == db.org_of(session)).order_by(Retailer.code))
    world.shops = [shop.id for shop in shops]
    world.cap = groups.every(session)[0]
    return world


def test_every_place_says_the_same(world: World, owner: Caller) -> None:
    model = world.model()
    for shop in model:
        told = expected(shop, world.today)
        assert told == {name: getattr(accounts.position(world.session, shop.id), name) for name in told}
        _api_says_so(owner, world, shop, told)
        _chat_says_so(world, shop, told)
        _an_order_fits_by_it(world, shop, told)
    _lists_say_so(owner, world, model)
    _reminders_say_so(world, model)
    _console_says_so(owner, world, model)


def _api_says_so(owner: Caller, world: World, shop: books.Shop, told: dict[str, Any]) -> None:
    key = public_id(shop.id)
    profile = owner.get(f"/credit/retailer/{key}").json
    assert {name: profile[name] for name in told} == told
    assert sum(bill["open_minor"] for bill in profile["open_bills"]) == told["open_minor"]
    assert profile["outstanding_minor"] == profile["open_minor"] - profile["on_account_minor"]
    evaluated = owner.get(f"/credit/{key}/evaluate").json
    most = shop.terms.max_order_minor
    largest = told["available_minor"] if most is None else min(most, told["available_minor"])
    assert (evaluated["available_minor"], evaluated["available_reason"], evaluated["largest_order_minor"]) == (
        told["available_minor"],
        told["available_reason"],
        largest,
    )
    assert evaluated["reason"] == told["available_reason"]
    facts = rulebook.facts(shop, world.today)
    assert {one["rule"]: one["value"] for one in evaluated["trace"]}.items() <= facts.items()
    for amount in {1, max(1, largest), largest + 1}:
        body = {"retailer_id": key, "order_amount_minor": amount, "payment_mode": "CREDIT"}
        verdict = owner.post("/guardrails/validate-order", body, key=None).json
        assert [one["code"] for one in verdict["reasons"]] == rulebook.refusals(shop, amount, world.today)
    aged = owner.get("/credit/ageing", retailer_id=key).json
    assert [aged[name] for name in ("open_minor", "on_account_minor", "outstanding_minor")] == [
        told["open_minor"],
        told["on_account_minor"],
        told["outstanding_minor"],
    ]
    assert sum(one["amount_minor"] for one in aged["buckets"]) == told["open_minor"]
    statement = owner.get(f"/credit/retailer/{key}/statement").json
    assert statement["closing_minor"] == told["outstanding_minor"]
    for name in ("open_minor", "on_account_minor", "outstanding_minor", "disputed_minor"):
        assert (name, statement[name]) == (name, told[name])
    insights.regenerate(world.session, shop.id)
    assert insights.of(world.session, shop.id).overdue_minor == told["overdue_minor"]


def _chat_says_so(world: World, shop: books.Shop, told: dict[str, Any]) -> None:
    """Balance, why, pay and promise; every code that is made asks for what is owed and no more."""
    chat = Chat(world.session, world.session.get_one(Retailer, (db.org_of(world.session), shop.id)).phone)
    money = lambda minor: format_money(minor, "INR")  # noqa: E731
    netted = {bill.reference: left for bill, left in shop.netted()}
    owed, balance = told["outstanding_minor"], chat.say("balance")
    _balance_says_so(shop, told, balance)
    for reference, left in list(netted.items())[:10]:
        assert f"{reference}: {money(left)}" in balance
    why = chat.say("why")
    assert (f"Paying {money(told['overdue_minor'])} clears" in why) is (told["overdue_minor"] > 0)
    asked = chat.say("pay")
    past_due = f"Past due: {money(told['overdue_minor'])}"
    if len(netted) > 1:
        assert f"You owe: {money(owed)}" in asked
        assert (past_due in asked) is (told["overdue_minor"] > 0)
        assert [f"Bill {name}: {money(left)}" in asked for name, left in list(netted.items())[:6]]
    for bill in shop.open_bills():
        before = world.session.query(PayCode).count()
        chat.say(f"pay bill {bill.reference}")
        if bill.reference in netted:
            assert _newest_code(world.session) == netted[bill.reference] <= owed
        else:
            assert world.session.query(PayCode).count() == before
    chat.say("menu")
    if owed > 0:
        assert money(told["overdue_minor"] or owed) in chat.say("kal dunga")


def _balance_says_so(shop: books.Shop, told: dict[str, Any], balance: str) -> None:
    """The limit and what uses it up; what is owed and whatever else does so where that is not the same."""
    money = lambda minor: format_money(minor, "INR")  # noqa: E731
    limit_minor, owed, used = told["limit_minor"], told["outstanding_minor"], shop.used_minor
    takes_credit = bool(limit_minor) or (limit_minor == 0 and used < 0)
    said = {
        f"Limit: {money(limit_minor or 0)}": bool(limit_minor),
        f"Used: {money(used)}": bool(limit_minor) and used >= 0,
        f"You owe: {money(owed)}": owed >= 0 and (owed != used or not limit_minor),
        f"{money(-owed)} in advance": owed < 0,
        f"Cheques not cleared yet: {money(told['uncleared_minor'])}": told["uncleared_minor"] > 0,
        f"Available: {money(told['available_minor'])}": takes_credit,
        "No credit is agreed": not takes_credit,
    }
    if shop.is_capped:
        together = f"All your shops together: {money(max(0, shop.house.cap_used()))} of {money(shop.house.cap_minor)}"
        said[together] = takes_credit
    assert {text: text in balance for text in said} == said


def _newest_code(session: Session) -> int:
    found = session.scalars(select(PayCode).order_by(PayCode.id.desc()).limit(1)).one()
    return found.amount_minor


def _an_order_fits_by_it(world: World, shop: books.Shop, told: dict[str, Any]) -> None:
    """What is available is taken to the paisa, and not a paisa more."""
    most = shop.terms.max_order_minor
    largest = told["available_minor"] if most is None else min(most, told["available_minor"])
    with pytest.raises(guardrails.Refused) as refused:
        reservations.reserve(world.session, shop.id, ids.new(), largest + 1)
    assert refused.value.code == told["available_reason"] or refused.value.code in (LIMIT, MAX_ORDER)
    if largest:
        with world.session.begin_nested() as taken:
            reservations.reserve(world.session, shop.id, ids.new(), largest)
            taken.rollback()


def _lists_say_so(owner: Caller, world: World, model: list[books.Shop]) -> None:
    """The dashboard and the list of shops at risk: nobody without a reason, nobody missing."""
    board, all_told = owner.get("/credit/risk-dashboard").json, {public_id(one.id): one for one in model}
    told = {key: expected(shop, world.today) for key, shop in all_told.items()}
    for name in ("open_minor", "on_account_minor", "outstanding_minor", "overdue_minor"):
        assert (name, board[name]) == (name, sum(one[name] for one in told.values()))
    assert sum(one["amount_minor"] for one in board["buckets"]) == board["open_minor"]
    listed = {row["retailer_id"]: row for row in board["attention"]}
    wanted = {key: attention(shop, world.today) for key, shop in all_told.items()}
    assert {key: row["reasons"] for key, row in listed.items()} == {key: why for key, why in wanted.items() if why}
    assert [row["overdue_minor"] for row in board["attention"]] == sorted(
        (row["overdue_minor"] for row in board["attention"]), reverse=True
    )
    at_risk = owner.get("/guardrails/at-risk").json["data"]
    for row in [*board["attention"], *at_risk]:
        shop, figures = all_told[row["retailer_id"]], told[row["retailer_id"]]
        assert {name: row[name] for name in ("outstanding_minor", "overdue_minor")} == {
            name: figures[name] for name in ("outstanding_minor", "overdue_minor")
        }
        percent = rulebook.facts(shop, world.today)["limit_used_percent"]
        assert row["limit_used_percent"] == (percent if figures["limit_minor"] else None)
    assert {row["retailer_id"] for row in at_risk} == {
        key for key, one in all_told.items() if one.paused or one.blocked or rulebook.wanted(one, world.today) != "OK"
    }
    capped = [shop for shop in model if shop.is_capped]
    assert groups.standing_of(world.session, world.cap.id).used_minor == sum(shop.used_minor for shop in capped)


def _reminders_say_so(world: World, model: list[books.Shop]) -> None:
    left = {(shop.id, bill.reference): left for shop in model for bill, left in shop.netted()}
    for line in reminders.preview(world.session, world.today):
        assert line.owed_minor == left.get((line.retailer_id, line.reference), 0) <= line.open_minor
        assert (line.skip_reason == "covered_by_money_on_account") is (line.owed_minor == 0)


def _console_says_so(owner: Caller, world: World, model: list[books.Shop]) -> None:
    browser = Browser(FlaskClient(owner.client.application), new_user(db.org_of(world.session)))
    browser.sign_in()
    for shop in model:
        told = expected(shop, world.today)
        page = browser.get(f"/retailers/{public_id(shop.id)}").text
        for name in ("outstanding_minor", "overdue_minor", "on_account_minor"):
            assert not told[name] or format_money(told[name], "INR") in page
        if told["available_minor"]:
            assert f"<dt>Available</dt><dd>{format_money(told['available_minor'], 'INR')}" in page
