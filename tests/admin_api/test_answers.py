"""Rows name the shop and the people they are about, however many there are, and the check of answers sees mistakes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from admin_api import tokens
from core import audit, clock, db, ids
from credit import claims, decisions, pauses
from parties import retailers, tasks, users
from parties.tables import Retailer
from tests.admin_api import answers
from tests.admin_api.conftest import Caller
from tests.admin_api.described import resolved

LINE = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}


@pytest.fixture
def shops(org: UUID, goods: None, make_retailer: Callable[..., Retailer]) -> list[str]:
    with db.transaction(org) as session:
        return [retailers.public_id(make_retailer(session, code=f"S{number}").id) for number in range(4)]


def test_an_order_names_its_shop(owner: Caller, shops: list[str]) -> None:
    placed = owner.post("/orders", {"retailer_id": shops[0], "payment_mode": "CASH", "lines": [LINE]}).json
    known = owner.get(f"/retailers/{shops[0]}").json
    assert placed["retailer"] == {name: known[name] for name in ("id", "code", "name")}
    assert placed["retailer"]["id"] == placed["retailer_id"]


def test_a_payment_names_who_recorded_it(owner: Caller, shops: list[str]) -> None:
    paid = owner.post("/payment/record", {"retailer_id": shops[0], "amount_minor": 5, "method": "cash"}).json
    newest = owner.get(f"/audit/{shops[0]}").json["data"][0]
    assert paid["by"] == newest["by"]
    assert paid["by"]["id"] == newest["actor"]
    assert "@" in paid["by"]["name"]  # nobody gave a name: the address


def test_what_no_person_did_has_a_word_and_no_id(owner: Caller, shops: list[str]) -> None:
    opened = owner.get(f"/audit/{shops[0]}").json["data"][-1]
    assert opened["by"] == {"id": None, "name": opened["actor"].partition(":")[0]}
    assert opened["retailer"]["id"] == shops[0]


def test_a_page_of_many_shops_asks_as_often_as_one_of_one(
    owner: Caller, shops: list[str], sent_statements: list[str]
) -> None:
    for shop in shops:
        owner.post("/claims", {"retailer_id": shop, "amount_minor": 5, "method": "cash"})
        owner.post("/promises", {"retailer_id": shop, "amount_minor": 5, "promised_on": _coming(owner)})
        owner.post("/orders", {"retailer_id": shop, "payment_mode": "CASH", "lines": [LINE]})
    for path in ("/claims", "/promises", "/orders", "/audit/credit/all"):
        counts = []
        for limit in (1, 4):
            sent_statements.clear()
            assert len(owner.get(path, limit=limit).json["data"]) == limit
            counts.append(len(sent_statements))
        assert counts[0] == counts[1], path


def _coming(owner: Caller) -> str:
    day: str = owner.get("/credit/risk-dashboard").json["as_of_on"]
    return day


@pytest.mark.parametrize(
    "spoil",
    [
        {"surprise": 1},
        {"name": None},
        {"id": "ret_1"},
        {"status": "asleep"},
        {"sez": "no"},
        {"language": 7},
    ],
)
def test_the_check_sees_an_answer_that_is_not_as_described(
    app: Flask, owner: Caller, shops: list[str], spoil: dict[str, Any]
) -> None:
    """Planted: a field more, a null, an id of another form, an unknown word, a wrong type; and each field missing."""
    shape = {"$ref": "#/components/schemas/RetailerOut"}
    good = owner.get(f"/retailers/{shops[0]}").json
    assert answers.errors(app, shape, good) == []
    assert answers.errors(app, shape, {**good, **spoil}) != []
    for name in resolved(answers.description(app), shape)["properties"]:
        assert answers.errors(app, shape, {one: good[one] for one in good if one != name}) != [], name


def test_a_pause_names_who_made_it_today_and_on_a_past_day(
    sign_in: Callable[..., Caller], shops: list[str], org: UUID
) -> None:
    owner, [shop, *_] = sign_in(org), shops
    assert owner.get(f"/credit/retailer/{shop}").json["paused_by"] is None
    paused = owner.post(f"/credit/{shop}/pause", {"reason": "cheque bounced"}).json
    assert paused["paused_by"] == owner.get(f"/audit/{shop}").json["data"][0]["by"]
    decision = owner.get(f"/credit/{shop}/evaluate").json["decisions"][0]
    assert decision["trace"][0]["by"] == paused["paused_by"]
    clock.advance(timedelta(days=2))
    owner = sign_in(org)
    assert owner.post(f"/credit/{shop}/unpause", {"reason": "paid since"}).json["paused_by"] is None
    audit.act_as(audit.Actor("job:auto_pause"))
    with db.transaction(org) as session:
        pauses.pause(session, ids.parse("ret", shop), "late", decisions.AUTOMATIC)
    assert owner.get(f"/credit/retailer/{shop}").json["paused_by"] == {"id": None, "name": "job"}
    assert owner.get(f"/credit/retailer/{shop}", as_of=paused["as_of_on"]).json["paused_by"] == paused["paused_by"]


def test_a_task_names_who_has_done_it(owner: Caller, org: UUID) -> None:
    with db.transaction(org) as session:
        tasks.ask_staff(session, "call_back", "Please call")
    [task] = owner.get("/tasks").json["data"]
    assert (task["done"], task["by"], task["retailer"]) == (False, None, None)
    done = owner.post(f"/tasks/{task['id']}/finish", {}).json
    assert (done["done"], done["by"]["id"][:4]) == (True, "usr_")
    assert owner.post(f"/tasks/{task['id']}/finish", {}).json["by"] == done["by"]


def test_claims_disputes_and_documents_name_who_noted_and_who_ended_them(
    sign_in: Callable[..., Caller], shops: list[str], org: UUID
) -> None:
    first, second = sign_in(org), sign_in(org)
    one, other = (_me(caller) for caller in (first, second))
    claim = first.post("/claims", {"retailer_id": shops[0], "amount_minor": 5, "method": "cash"}).json
    assert (claim["by"], claim["resolved_by"]) == (one, None)
    second.post(f"/claims/{claim['id']}/reject", {"reason": "not in the bank"})
    [claim] = first.get("/claims").json["data"]
    assert (claim["by"], claim["resolved_by"]) == (one, other)

    noted = {"retailer_id": shops[0], "kind": "other", "amount_minor": 500, "reason": "crates"}
    bill_id = first.post("/adjustment/debit-note", noted).json["bill_id"]
    dispute = first.post("/disputes", {"bill_id": bill_id, "amount_minor": 100, "reason": "broken"}).json
    assert (dispute["by"], dispute["settled_by"]) == (one, None)
    ended = second.post(f"/disputes/{dispute['id']}/settle", {"accepted_minor": 0, "reason": "counted again"}).json
    assert (ended["by"], ended["settled_by"]) == (one, other)

    order = first.post("/orders", {"retailer_id": shops[0], "payment_mode": "CASH", "lines": [LINE]}).json
    invoice_id = second.post(f"/orders/{order['id']}/dispatch", {}).json["invoice_id"]
    [invoice] = first.get("/invoices").json["data"]
    assert (invoice["by"], invoice["cancelled_by"]) == (other, None)
    gone = first.post(f"/invoices/{invoice_id}/cancel", {"reason": "twice"}).json
    assert (gone["by"], gone["cancelled_by"]) == (other, one)


def test_what_a_shop_says_in_its_chat_names_no_person(owner: Caller, shops: list[str], org: UUID) -> None:
    with db.transaction(org) as session:
        audit.act_as(audit.Actor(f"retailer:{shops[0]}"))
        claims.record(session, claims.NewClaim(ids.parse("ret", shops[0]), 500))
    [claim] = owner.get("/claims").json["data"]
    assert (claim["by"], claim["resolved_by"]) == ({"id": None, "name": "retailer"}, None)


def test_what_was_noted_before_people_were_names_nobody(owner: Caller, shops: list[str], org: UUID) -> None:
    owner.post("/claims", {"retailer_id": shops[0], "amount_minor": 5, "method": "cash"})
    with db.transaction(org) as session:
        db.execute(session, "UPDATE payment_claim SET recorded_by = NULL")
    [claim] = owner.get("/claims").json["data"]
    assert claim["by"] is None


def _me(caller: Caller) -> dict[str, str]:
    who = tokens.read(caller.token)
    return {"id": users.public_id(who.user_id), "name": who.name or who.email}
