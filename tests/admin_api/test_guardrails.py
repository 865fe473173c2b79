"""Guardrails over the API: terms with preconditions, groups, the ladder, evaluating, who is at risk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from core import db
from core.outbox import OutboxMessage
from credit import bills, days
from parties import retailers
from tests.admin_api.conftest import Caller

AMOUNT = 1_000


def owe(org: UUID, shop: str, amount_minor: int, late: int) -> None:
    with db.transaction(org) as session:
        on = days.today(session) - timedelta(days=late)
        bills.post(
            session,
            bills.Posting(
                retailer_id=retailers.find(session, shop).id,
                kind=bills.OPENING,
                reference=f"OLD-{late}",
                bill_on=on,
                due_on=on,
                amount_minor=amount_minor,
                contra={"opening_balance": amount_minor},
            ),
        )


def rows(org: UUID) -> dict[str, int]:
    with db.transaction(org) as session:
        return {
            table: db.execute(session, f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("audit_entry", "credit_group", "credit_evaluation", "outbox_message")
        }


def test_terms_are_read_and_changed_with_their_tag(owner: Caller, shop: str) -> None:
    read = owner.get(f"/guardrails/{shop}")
    assert (read.status_code, read.headers["ETag"]) == (200, '"v1"')
    change = {"limit_minor": 70_000, "tolerance_minor": 500, "terms": "bill_to_bill", "reason": "a good year"}
    changed = owner.put(f"/guardrails/{shop}", change, read.headers["ETag"])
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"v2"')
    assert (changed.json["limit_minor"], changed.json["terms"]) == (70_000, "bill_to_bill")
    assert changed.json["credit_days"] == read.json["credit_days"]
    assert owner.get(f"/guardrails/{shop}").json == changed.json


@pytest.mark.parametrize(("tag", "status"), [(None, 428), ('"v9"', 412), ("nonsense", 412), ('"v0"', 412)])
def test_without_the_right_tag_nothing_is_changed(
    owner: Caller, org: UUID, shop: str, tag: str | None, status: int
) -> None:
    before = rows(org)
    answer = owner.put(f"/guardrails/{shop}", {"limit_minor": 1, "reason": "no"}, tag)
    assert answer.status_code == status
    assert rows(org) == before
    assert owner.get(f"/guardrails/{shop}").headers["ETag"] == '"v1"'


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit_minor": -1},
        {"limit_minor": 1.5},
        {"limit_minor": "100"},
        {"credit_days": 4_000},
        {"credit_days": True},
        {"terms": "whenever"},
        {"temporary_limit_minor": 100},
        {"temporary_limit_minor": 100, "temporary_until": "2001-01-01"},
        {"tolerance_minor": None},
        {"colour": "red"},
        {"reason": " "},
    ],
)
def test_terms_that_mean_nothing_are_refused(owner: Caller, org: UUID, shop: str, wrong: dict[str, Any]) -> None:
    before = rows(org)
    answer = owner.put(f"/guardrails/{shop}", {"reason": "because", **wrong}, '"v1"')
    assert (answer.status_code, answer.json["code"]) == (422, "INVALID")
    assert rows(org) == before


def test_only_founders_change_terms(org: UUID, shop: str, sign_in: Callable[..., Caller]) -> None:
    for role in ("accountant", "sales", "analyst"):
        answer = sign_in(org, role).put(f"/guardrails/{shop}", {"limit_minor": 1, "reason": "no"}, '"v1"')
        assert answer.status_code == 403


def test_another_organisations_shop_is_not_found(
    shop: str, new_org: Callable[..., UUID], sign_in: Callable[..., Caller]
) -> None:
    stranger = sign_in(new_org())
    assert stranger.get(f"/guardrails/{shop}").status_code == 404
    assert stranger.put(f"/guardrails/{shop}", {"limit_minor": 1, "reason": "no"}, '"v1"').status_code == 404
    assert stranger.get(f"/credit/{shop}/evaluate").status_code == 404
    assert stranger.post(f"/credit/{shop}/block", {"reason": "no"}).status_code == 404


def test_shops_are_put_under_a_shared_cap(owner: Caller, shop: str) -> None:
    group = owner.post("/groups", {"name": "Sharma brothers", "limit_minor": 500})
    assert group.status_code == 201
    joined = owner.put(f"/guardrails/{shop}", {"group_id": group.json["id"], "reason": "one owner"}, '"v1"')
    assert joined.json["group_id"] == group.json["id"]
    asked = {"retailer_id": shop, "order_amount_minor": 501, "payment_mode": "CREDIT"}
    judged = owner.post("/guardrails/validate-order", asked).json
    assert (judged["reason"], judged["helps"]["trim_to_minor"]) == ("CREDIT_LIMIT_EXCEEDED", 500)
    path = f"/groups/{group.json['id']}"
    assert owner.put(path, {"limit_minor": 501, "reason": "a bit more"}).status_code == 428
    assert owner.put(path, {"limit_minor": 501, "reason": "a bit more"}, '"v1"').json["limit_minor"] == 501
    assert owner.post("/guardrails/validate-order", asked).json["allowed"]
    assert owner.get("/groups").json["data"][0]["version"] == 2
    assert owner.get(path).headers["ETag"] == '"v2"'
    assert owner.post("/groups", {"name": "Sharma brothers", "limit_minor": 5}).json["code"] == "GROUP_EXISTS"


def test_evaluating_all_pauses_tells_and_says_why(owner: Caller, org: UUID, shop: str) -> None:
    owe(org, shop, AMOUNT, 50)
    (risky,) = owner.get("/guardrails/at-risk").json["data"]
    assert (risky["status"], risky["wanted_status"]) == ("OK", "PAUSED")
    assert risky["next_step"].startswith("Is paused on ")
    assert risky["next_step"].endswith(" at 11:00.")
    changed = owner.post("/guardrails/evaluate-all").json["changed"]
    assert [(one["retailer_id"], one["status_after"]) for one in changed] == [(shop, "PAUSED")]
    assert owner.post("/guardrails/evaluate-all").json["changed"] == []
    why = owner.get(f"/credit/{shop}/evaluate").json
    assert (why["status"], why["source"], why["allowed"]) == ("PAUSED", "automatic", False)
    assert why["status_reason"] == "overdue_days 50 (from 45)"
    fired = {"level": "pause", "rule": "overdue_days", "value": 50, "threshold": 45, "fired": True}
    assert {**fired, "acknowledged": False} in why["trace"]
    assert why["decisions"][0]["status_after"] == "PAUSED"
    assert owner.get(f"/credit/retailer/{shop}").json["credit_status"] == "PAUSED"


def test_a_payment_that_ends_the_cause_restores_credit(owner: Caller, org: UUID, shop: str) -> None:
    owe(org, shop, AMOUNT, 50)
    owner.post("/guardrails/evaluate-all")
    owner.post("/payment/record", {"retailer_id": shop, "amount_minor": AMOUNT, "method": "cash"})
    assert owner.get(f"/credit/{shop}/evaluate").json["status"] == "OK"
    assert owner.get("/guardrails/at-risk").json["data"] == []


def test_a_blocked_shop_orders_for_cash_only(owner: Caller, shop: str) -> None:
    blocked = owner.post(f"/credit/{shop}/block", {"reason": "closed"})
    assert (blocked.status_code, blocked.json["status"], blocked.json["credit_status"]) == (200, "blocked", "BLOCKED")
    order = {"retailer_id": shop, "lines": [{"sku": "SPRITE-500", "qty": 1, "unit": "case"}]}
    assert owner.post("/orders", {**order, "payment_mode": "CREDIT"}).json["code"] == "ACCOUNT_BLOCKED"
    assert owner.post("/orders", {**order, "payment_mode": "CASH"}).status_code == 201
    assert owner.post(f"/credit/{shop}/unblock", {"reason": "open again"}).json["credit_status"] == "OK"


def test_the_ladder_is_read_and_changed(owner: Caller, org: UUID, shop: str) -> None:
    found = owner.get("/guardrails/ladder")
    assert found.json["pause"]["overdue_days"] == 45
    stricter = {"pause": {"overdue_days": 3}, "reason": "stricter"}
    assert owner.put("/guardrails/ladder", stricter).status_code == 428
    changed = owner.put("/guardrails/ladder", stricter, found.headers["ETag"])
    assert owner.put("/guardrails/ladder", stricter, found.headers["ETag"]).status_code == 412
    assert changed.json == {"watch": {}, "pause": {"overdue_days": 3}, "block": {}}
    before = rows(org)
    for wrong in ({"pause": {"mood": 3}}, {"pause": {"overdue_days": 0}}, {"pause": 3}, {"ban": {}}):
        body = {**wrong, "reason": "wrong"}
        assert owner.put("/guardrails/ladder", body, changed.headers["ETag"]).status_code == 422
    upside_down = {"watch": {"overdue_days": 9}, "pause": {"overdue_days": 3}, "reason": "wrong"}
    assert owner.put("/guardrails/ladder", upside_down, changed.headers["ETag"]).json["code"] == "LADDER_ORDER"
    assert rows(org) == before


def test_pages_of_those_at_risk_hold_each_once(owner: Caller, org: UUID, make_retailer: Callable[..., Any]) -> None:
    with db.transaction(org) as session:
        shops = [retailers.public_id(make_retailer(session).id) for _ in range(5)]
    for late, shop in enumerate(shops, 10):
        owe(org, shop, AMOUNT, late)
    first = owner.get("/guardrails/at-risk", limit=3).json
    rest = owner.get("/guardrails/at-risk", limit=3, cursor=first["next_cursor"]).json
    assert [row["retailer_id"] for row in first["data"] + rest["data"]] == shops[::-1]
    assert not rest["has_more"]
    assert owner.get("/guardrails/at-risk", cursor="eA").status_code == 422


def test_what_if_is_answered_over_the_api(owner: Caller, shop: str) -> None:
    line = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}
    placed = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [line]}).json
    answer = owner.get(f"/guardrails/{shop}/what-if", max_order_minor=1)
    assert [one["order_id"] for one in answer.json["differences"]] == [placed["id"]]
    for wrong in ({}, {"limit_minor": -1}, {"limit_minor": "many"}, {"days": 91, "limit_minor": 1}, {"colour": 1}):
        assert owner.get(f"/guardrails/{shop}/what-if", **wrong).status_code == 422


def told(org: UUID) -> list[str | None]:
    with db.transaction(org) as session:
        found = select(OutboxMessage.template).where(OutboxMessage.org_id == org)
        return list(session.scalars(found.order_by(OutboxMessage.created_at, OutboxMessage.id)))


def test_whatever_ends_the_cause_opens_credit_says_so_and_lets_held_orders_go(
    owner: Caller, org: UUID, shop: str
) -> None:
    version = owner.get("/guardrails/ladder").headers["ETag"]
    owner.put("/guardrails/ladder", {"pause": {"limit_used_percent": 90}, "reason": "strict"}, version)
    owe(org, shop, 4_600_000, 0)
    assert owner.post("/guardrails/evaluate-all").json["changed"][0]["status_after"] == "PAUSED"
    line = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}
    refused = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [line]})
    assert refused.json["code"] == "CREDIT_PAUSED"
    (failed,) = owner.get(f"/orders/failed/{shop}").json["data"]
    assert owner.post(f"/orders/{failed['id']}/hold").json["status"] == "held"
    given = {"retailer_id": shop, "kind": "goodwill", "amount_minor": 200_000, "reason": "agreed"}
    assert owner.post("/adjustment/create", given).status_code == 201
    assert owner.get(f"/credit/retailer/{shop}").json["credit_status"] == "OK"
    assert owner.get(f"/orders/{failed['id']}").json["status"] == "confirmed"
    assert told(org) == ["credit_on_hold", "credit_note_shared", "credit_open_again", "order_released"]


def test_a_higher_limit_ends_the_pause_for_a_used_up_one(owner: Caller, org: UUID, shop: str) -> None:
    version = owner.get("/guardrails/ladder").headers["ETag"]
    owner.put("/guardrails/ladder", {"pause": {"limit_used_percent": 90}, "reason": "strict"}, version)
    owe(org, shop, 4_600_000, 0)
    owner.post("/guardrails/evaluate-all")
    seen = owner.get(f"/guardrails/{shop}").headers["ETag"]
    owner.put(f"/guardrails/{shop}", {"limit_minor": 9_000_000, "reason": "a good year"}, seen)
    assert owner.get(f"/credit/retailer/{shop}").json["credit_status"] == "OK"
    assert told(org)[-1] == "credit_open_again"
