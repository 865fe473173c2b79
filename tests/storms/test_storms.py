"""Many at once on one limit, one bill, one button: the sums are exact, to the paisa."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from flask import Flask

from app import create_app
from core import db
from credit import accounts, bills, days, guardrails, payments
from orders import ordering
from orders.quotes import Wanted
from parties import retailers
from reports import doctor, invariants
from tests.people import PASSWORD, new_user

AT_ONCE = 8
KILOGRAM_MINOR = 4800
CHECKED = ("I02", "I03", "I04", "I05", "I06", "I08", "I09", "I10", "I11", "I19", "I20", "I21")
KNOWN = {one.id: one for one in invariants.load()}

Open = Callable[..., UUID]
Tell = Callable[[str], None]


def storm(count: int, work: Callable[[int], Any]) -> tuple[list[Any], float]:
    """Do it so many times, eight at once; returns the results and the seconds it took."""
    started = perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, range(count))), perf_counter() - started


def sound(org: UUID) -> None:
    with db.transaction(org) as session:
        findings = [doctor.examine(session, KNOWN[one], org, doctor.FULL) for one in CHECKED]
    assert [one for one in findings if one.status != doctor.HOLDS] == []


def stands(org: UUID, shop: UUID) -> tuple[int, int, int]:
    with db.transaction(org) as session:
        found = accounts.get(session, shop)
        return found.outstanding_minor, found.reserved_minor, found.allowance_minor


def test_two_hundred_orders_take_exactly_the_limit(org: UUID, open_shop: Open, tell: Tell) -> None:
    limit = 101 * KILOGRAM_MINOR  # room for 50 orders of two kilograms, and half of another one
    shop = open_shop(limit_minor=limit)

    def order(_number: int) -> ordering.Placed:
        wanted = [Wanted("RICE-L", 2, "kg")]
        return db.run(lambda session: ordering.place(session, shop, wanted, guardrails.CREDIT), org)

    placed, seconds = storm(200, order)
    refused = [one.refusal.code for one in placed if one.refusal]
    numbers = sorted(int(one.order.number.rpartition("-")[2]) for one in placed if not one.refusal)
    assert (len(numbers), refused) == (50, [guardrails.LIMIT] * 150)
    assert numbers == list(range(1, 51))
    assert stands(org, shop) == (0, 100 * KILOGRAM_MINOR, 0)
    sound(org)
    tell(
        f"200 orders of {2 * KILOGRAM_MINOR} on a limit of {limit}: 50 confirmed, 150 refused, reserved"
        f" {100 * KILOGRAM_MINOR}, {seconds:.1f} s"
    )


def test_fifty_payments_settle_one_bill_once(org: UUID, open_shop: Open, tell: Tell) -> None:
    shop = open_shop()
    with db.transaction(org) as session:
        today = days.today(session)
        posting = bills.Posting(
            shop, bills.INVOICE, "B1", today, today + timedelta(days=15), 100_001, {"sales": 100_001}
        )
        bill_id = bills.post(session, posting).id

    def pay(_number: int) -> payments.Receipt:
        new = payments.NewPayment(shop, 2_500, "cash", is_meant=True)
        return db.run(lambda session: payments.record(session, new), org)

    receipts, seconds = storm(50, pay)
    applied = sum(part.amount_minor for receipt in receipts for part in receipt.allocations)
    on_account = sum(receipt.unapplied_minor for receipt in receipts)
    with db.transaction(org) as session:
        assert bills.get(session, bill_id).open_minor == 0
    assert (applied, on_account) == (100_001, 50 * 2_500 - 100_001)
    assert sorted(receipt.outstanding_minor for receipt in receipts) == sorted(
        100_001 - 2_500 * number for number in range(1, 51)
    )
    assert stands(org, shop)[0] == 100_001 - 50 * 2_500
    sound(org)
    tell(f"50 payments of 2500 on one bill of 100001: {applied} applied, {on_account} on account, {seconds:.1f} s")


def test_twenty_clicks_on_one_button_pay_once(database: str, org: UUID, open_shop: Open, tell: Tell) -> None:
    shop = open_shop()
    app = create_app()
    token = _sign_in(app, org)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    body = {"retailer_id": retailers.public_id(shop), "amount_minor": 70_000, "method": "cash"}

    def click(_number: int) -> tuple[int, Any]:
        answer = app.test_client().post("/api/v1/admin/payment/record", json=body, headers=headers)
        return answer.status_code, answer.json

    answers, seconds = storm(20, click)
    done = [answer for status, answer in answers if status == 201]
    early = [answer["code"] for status, answer in answers if status == 409]
    assert len(done) + len(early) == 20
    assert len({str(answer) for answer in done}) == 1
    with db.transaction(org) as session:
        assert db.execute(session, "SELECT count(*) FROM payment WHERE org_id = %s", (str(org),)).scalar() == 1
    assert stands(org, shop)[0] == -70_000
    sound(org)
    tell(f"20 clicks with one key: 1 payment of 70000, {len(done)} equal answers, {len(early)} early, {seconds:.1f} s")


def _sign_in(app: Flask, org: UUID) -> str:
    email = new_user(org)
    answer = app.test_client().post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
    return str(answer.json["access_token"])
