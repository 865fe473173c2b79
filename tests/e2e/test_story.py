"""The whole path over real processes: chat, order on credit, invoice, reminders, payment; and what must survive."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
import redis
import requests

from cli.embedded import services
from tests.e2e.running import RETAILER_COLUMNS, Bahi, running, said, wait_for

pytestmark = pytest.mark.e2e

R1, R2, R3 = "+919810000001", "+919810000002", "+919810000003"


@pytest.fixture(scope="module")
def bahi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bahi]:
    with running(tmp_path_factory.mktemp("bahi")) as up:
        yield up


def test_a_retailer_orders_gets_an_invoice_is_reminded_and_pays(bahi: Bahi) -> None:
    assert "Shree Ganesh Traders" in bahi.say(R1, "hi")
    quote = bahi.say(R1, "bhai 2 peti coke 500 aur 1 case maggi 12 bhej do")
    assert "48" in quote
    assert "96" in quote
    bahi.say(R1, "yes")
    [order] = bahi.orders("R1")
    assert (order["status"], order["payment_mode"]) == ("confirmed", "CREDIT")
    assert bahi.profile("R1")["reserved_minor"] == order["total_minor"] > 0

    bahi.api("POST", f"/orders/{order['id']}/dispatch", {})
    [invoice] = wait_for(lambda: [m for m in bahi.sent(R1) if m["media_url"]], 30, "an invoice")
    wait_for(lambda: bahi.sent(R1)[-1]["status"] in {"delivered", "read"}, 30, "its delivery")
    pdf = requests.get(invoice["media_url"], timeout=10)
    assert pdf.content.startswith(b"%PDF-")
    assert requests.get(re.sub(r"/i/[^/]+/", f"/i/{'A' * 43}/", invoice["media_url"]), timeout=10).status_code == 404
    profile = bahi.profile("R1")
    assert profile["reserved_minor"] == 0
    assert profile["outstanding_minor"] == profile["open_bills"][0]["open_minor"] > 0

    due_on = date.fromisoformat(profile["open_bills"][0]["due_on"])
    for days in (-1, 0):
        _one_reminder(bahi, due_on + timedelta(days))
    paid = bahi.api(
        "POST",
        "/payment/record",
        {"retailer_id": bahi.retailers["R1"]["id"], "amount_minor": profile["outstanding_minor"], "method": "cash"},
    )
    assert (paid["outstanding_minor"], paid["unapplied_minor"]) == (0, 0)
    receipt = wait_for(lambda: [m for m in bahi.sent(R1) if "received your payment" in said(m)], 30, "a receipt")
    assert len(receipt) == 1
    before = len(bahi.sent(R1))
    bahi.command("clock", "set", f"{due_on + timedelta(3)}T10:30:00+05:30")
    time.sleep(15)
    assert len(bahi.sent(R1)) == before, "a paid bill is not reminded"
    bahi.command("clock", "reset")


def _one_reminder(bahi: Bahi, day: date) -> None:
    before = len(bahi.sent(R1))
    bahi.command("clock", "set", f"{day}T10:30:00+05:30")
    wait_for(lambda: len(bahi.sent(R1)) > before, 60, f"the reminder of {day}")
    time.sleep(3)
    [reminder] = bahi.sent(R1)[before:]
    assert reminder["content_sid"]
    assert not reminder["body"]
    wait_for(lambda: bahi.sent(R1)[before]["status"] in {"delivered", "read"}, 30, "its delivery")


def test_an_order_over_the_limit_is_refused_with_its_numbers_and_kept(bahi: Bahi) -> None:
    bahi.say(R3, "hi")
    refused = bahi.say(R3, "20 peti coke 500") + bahi.say(R3, "yes")
    assert "10,000" in refused
    profile = bahi.profile("R3")
    assert profile["reserved_minor"] == profile["outstanding_minor"] == 0


def test_the_same_message_twenty_times_at_once_has_one_effect(bahi: Bahi) -> None:
    bahi.say(R2, "hi")
    bahi.say(R2, "1 case bisleri 1 litre")
    before = len(bahi.sent(R2))
    sid = "SM" + "e" * 32
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: bahi.inbound(R2, "yes", message_sid=sid)["status"], range(20)))
    assert set(answers) == {200}
    wait_for(lambda: len(bahi.sent(R2)) > before, 20, "an answer")
    time.sleep(2)
    assert len(bahi.sent(R2)) == before + 1
    assert len(bahi.orders("R2")) == 1


def test_a_wrong_signature_is_refused(bahi: Bahi) -> None:
    assert bahi.inbound(R1, "hi", bad_signature=True)["status"] == 403


def test_an_unknown_number_sees_neither_prices_nor_credit(bahi: Bahi) -> None:
    answer = bahi.say("+919899999999", "maggi ka rate?")
    assert answer
    assert "₹" not in answer
    kinds = [task["kind"] for task in bahi.api("GET", "/tasks")["data"]]
    assert "new_lead" in kinds


def test_fifty_messages_reach_everybody_once_when_workers_are_killed(bahi: Bahi) -> None:
    phones = _many_shops(bahi, "K", 50)
    with ThreadPoolExecutor(10) as pool:
        codes = pool.map(lambda phone: bahi.inbound(phone, "balance")["status"], phones)
        for pid in bahi.pids("cli worker"):
            os.kill(pid, signal.SIGKILL)
        assert set(codes) == {200}
    _all_answered_once(bahi, phones)


def test_nothing_is_lost_when_redis_is_emptied(bahi: Bahi) -> None:
    phones = _many_shops(bahi, "F", 20)
    found = services.find(bahi.home)
    assert found is not None
    with redis.Redis.from_url(found.redis_url) as client, ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(bahi.inbound, phone, "balance") for phone in phones]
        client.flushall()
        assert {answer.result()["status"] for answer in answers} == {200}
        client.flushall()
    _all_answered_once(bahi, phones)


def _many_shops(bahi: Bahi, letter: str, count: int) -> list[str]:
    phones = [f"+9198{ord(letter)}0{number:05d}" for number in range(count)]
    rows = [f"{letter}{i},Shop {i},{phone},en,,27,Pune,50000,15,40000,30" for i, phone in enumerate(phones)]
    bahi.add_shops("\n".join([RETAILER_COLUMNS, *rows, ""]))
    return phones


def _all_answered_once(bahi: Bahi, phones: list[str]) -> None:
    wait_for(lambda: all(bahi.sent(phone) for phone in phones), 90, "an answer for every shop")
    time.sleep(5)
    assert {len(bahi.sent(phone)) for phone in phones} == {1}


def test_of_a_hundred_parallel_orders_exactly_those_that_fit_are_accepted(bahi: Bahi) -> None:
    line = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}
    shop = bahi.retailers["R2"]["id"]
    each = bahi.api("POST", "/orders", {"retailer_id": shop, "payment_mode": "CASH", "lines": [line]})["total_minor"]
    limit = each * 37 + each // 2
    bahi.add_shops(f"{RETAILER_COLUMNS}\nH1,Hundred,+919810077777,en,,27,Pune,{limit / 100:.2f},15,40000,30\n")
    order = {"retailer_id": bahi.retailers["H1"]["id"], "payment_mode": "CREDIT", "lines": [line]}
    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(lambda _: bahi.call("POST", "/orders", order).status_code, range(100)))
    assert (codes.count(201), codes.count(409)) == (37, 63)
    profile = bahi.profile("H1")
    assert profile["reserved_minor"] == 37 * each


def test_doctor_finds_nothing_at_the_end(bahi: Bahi) -> None:
    found = json.loads(bahi.command("doctor", "--full", "--json", codes=(0, 1, 2)))
    assert len(found) > 20
    assert [one for one in found if one["status"] != "holds"] == []


def test_stopping_leaves_no_process_behind(tmp_path: Path) -> None:
    with running(tmp_path) as bahi:
        below = bahi.pids()
        assert len(below) > 5
        assert bahi.down() == 0
    alive = [pid for pid in below if Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_text()]
    assert alive == []
