"""Overrides and held orders over the API."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

import policy
from core import db
from tests.admin_api.conftest import Caller

LINES = [{"sku": "SPRITE-500", "qty": 2, "unit": "case"}]


@pytest.fixture
def refused(owner: Caller, shop: str) -> str:
    """The public id of an order that was refused because credit is paused."""
    owner.post(f"/credit/{shop}/pause", {"reason": "late"})
    answer = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": LINES})
    assert answer.json["code"] == "CREDIT_PAUSED"
    return str(answer.json["order_id"])


def set_threshold(org: UUID, amount_minor: int) -> None:
    with db.transaction(org) as session:
        policy.change(session, {"override_second_minor": amount_minor}, "four eyes")


def test_the_owner_lets_a_refused_order_through(owner: Caller, refused: str, shop: str) -> None:
    granted = owner.post("/overrides", {"order_id": refused, "reason": "my word"})
    assert granted.status_code == 201, granted.text
    assert (granted.json["status"], granted.json["order"]["status"]) == ("used", "confirmed")
    assert owner.get(f"/orders/{refused}").json["status"] == "confirmed"
    assert [row["id"] for row in owner.get("/overrides", retailer_id=shop).json["data"]] == [granted.json["id"]]


def test_above_the_threshold_two_people_decide(
    owner: Caller, org: UUID, refused: str, sign_in: Callable[..., Caller]
) -> None:
    set_threshold(org, 1)
    asked = owner.post("/overrides", {"order_id": refused, "reason": "my word"}).json
    assert (asked["status"], asked["order"]) == ("requested", None)
    alone = owner.post(f"/overrides/{asked['id']}/approve", {})
    assert (alone.status_code, alone.json["code"]) == (409, "SECOND_PERSON_NEEDED")
    assert sign_in(org, "sales").post(f"/overrides/{asked['id']}/approve", {}).status_code == 403
    approved = sign_in(org, "admin").post(f"/overrides/{asked['id']}/approve", {}).json
    assert (approved["status"], approved["order"]["status"]) == ("used", "confirmed")


def test_a_held_order_is_listed_and_placed_by_an_override(owner: Caller, refused: str) -> None:
    assert owner.post(f"/orders/{refused}/hold", {}).json["status"] == "held"
    assert [row["id"] for row in owner.get("/orders", status="held").json["data"]] == [refused]
    assert owner.post("/overrides", {"order_id": refused, "reason": "my word"}).json["order"]["status"] == "confirmed"


def test_a_payment_that_restores_credit_places_the_held_order(owner: Caller, shop: str) -> None:
    owner.put(f"/guardrails/{shop}", {"limit_minor": 1_000_000, "reason": "small"}, '"v1"')
    order = {"retailer_id": shop, "payment_mode": "CREDIT", "lines": LINES}
    first = owner.post("/orders", order).json
    owner.post(f"/orders/{first['id']}/dispatch", {})
    total = first["total_minor"]
    owner.put(f"/guardrails/{shop}", {"limit_minor": total + 1, "reason": "smaller"}, '"v2"')
    refused = owner.post("/orders", order).json
    assert refused["code"] == "CREDIT_LIMIT_EXCEEDED"
    assert refused["helps"]["pay_minor"] == total - 1
    owner.post(f"/orders/{refused['order_id']}/hold", {})
    owner.post("/payment/record", {"retailer_id": shop, "amount_minor": total - 1, "method": "cash"})
    assert owner.get(f"/orders/{refused['order_id']}").json["status"] == "confirmed"


def test_an_order_that_is_placed_or_called_off_needs_no_override(owner: Caller, shop: str) -> None:
    order = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": LINES}).json
    asked = {"order_id": order["id"], "reason": "my word"}
    placed = owner.post("/overrides", asked)
    owner.post(f"/orders/{order['id']}/cancel", {"reason": "not wanted"})
    called_off = owner.post("/overrides", asked)
    for answer in (placed, called_off):
        assert (answer.status_code, answer.json["code"]) == (409, "ORDER_NOT_PENDING")
    assert owner.get("/overrides", retailer_id=shop).json["data"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"order_id": "ord_nonsense", "reason": "x"}, 404),
        ({"reason": " "}, 422),
        ({"amount_minor": 0, "reason": "x"}, 422),
        ({"amount_minor": 10**12, "reason": "x"}, 409),
    ],
)
def test_bad_overrides_are_refused_and_write_nothing(
    owner: Caller, org: UUID, refused: str, body: dict[str, Any], status: int
) -> None:
    sent = {"order_id": refused, **body} if body else body
    answer = owner.post("/overrides", sent)
    assert answer.status_code == status, answer.text
    with db.transaction(org) as session:
        assert db.execute(session, "SELECT count(*) FROM credit_override").scalar() == 0


def test_only_the_owner_overrides_and_only_his_own(
    org: UUID, refused: str, sign_in: Callable[..., Caller], new_org: Callable[..., UUID]
) -> None:
    for role in ("admin", "accountant", "sales", "analyst"):
        answer = sign_in(org, role).post("/overrides", {"order_id": refused, "reason": "x"})
        assert answer.status_code == 403
    assert sign_in(new_org()).post("/overrides", {"order_id": refused, "reason": "x"}).status_code == 404


def test_a_revoked_override_places_nothing(owner: Caller, org: UUID, refused: str) -> None:
    set_threshold(org, 1)
    asked = owner.post("/overrides", {"order_id": refused, "reason": "my word"}).json
    assert owner.post(f"/overrides/{asked['id']}/revoke", {"reason": "no"}).json["status"] == "revoked"
    assert owner.post(f"/overrides/{asked['id']}/approve", {}).json["code"] == "OVERRIDE_OVER"
    assert owner.get(f"/orders/{refused}").json["status"] == "failed"


def test_an_order_that_is_past_confirming_says_so(owner: Caller, refused: str) -> None:
    owner.post(f"/orders/{refused}/cancel", {})
    answer = owner.post(f"/orders/{refused}/confirm", {"payment_mode": "CASH"})
    assert (answer.status_code, answer.json["code"]) == (409, "ORDER_NOT_PENDING")
    assert (answer.json["status"], answer.json["current_status"]) == (409, "cancelled")
