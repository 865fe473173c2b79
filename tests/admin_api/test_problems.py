"""Whatever goes wrong is told in one form: the client itself holds each answer against the described Problem."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug import exceptions

from admin_api import problems
from admin_api import retailers as retailers_noun
from core.errors import DomainError, Invalid
from parties.users import FREE_TRIES
from tests.admin_api import answers
from tests.admin_api.conftest import PREFIX, Caller
from tests.people import PASSWORD, new_user

LINE = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}


def told(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.json["request_id"] == answer.headers["Request-Id"]
    assert answer.json["type"].endswith(code.lower().replace("_", "-"))
    found: dict[str, Any] = answer.json
    return found


def test_what_the_protocol_refuses(owner: Caller) -> None:
    bearer = {"Authorization": f"Bearer {owner.token}"}
    told(owner.get("/nothing"), 404, "NOT_FOUND")
    told(owner.client.put(f"{PREFIX}/tasks", json={}, headers=bearer), 405, "METHOD_NOT_ALLOWED")
    huge = owner.post("/payment/record", raw=b'"' + b"x" * 2_000_000 + b'"')
    told(huge, 413, "TOO_LARGE")
    plain = owner.client.post(f"{PREFIX}/claims", data="{}", headers={**bearer, "Content-Type": "text/plain"})
    told(plain, 400, "IDEMPOTENCY_KEY_MISSING")
    keyed = {**bearer, "Content-Type": "text/plain", "Idempotency-Key": "k"}
    told(owner.client.post(f"{PREFIX}/claims", data="{}", headers=keyed), 415, "UNSUPPORTED_MEDIA_TYPE")
    told(owner.post("/claims", raw=b"{"), 400, "BAD_REQUEST")
    told(owner.post("/claims", raw=b'{"a": NaN}'), 400, "BAD_REQUEST")
    told(owner.post("/claims", raw=b"[" * 100_000), 400, "BAD_REQUEST")


def test_each_wrong_field_is_pointed_at(owner: Caller) -> None:
    wrong = told(owner.post("/payment/record", {"amount_minor": 1.5, "method": "shells"}), 422, "INVALID")
    assert {one["pointer"] for one in wrong["errors"]} == {"/amount_minor", "/method", "/retailer_id"}
    whole = told(owner.post("/payment/record", raw=b"[]"), 422, "INVALID")
    assert [one["pointer"] for one in whole["errors"]] == [""], "RFC 6901 has the whole body so"
    part = owner.post("/orders", {"retailer_id": "ret_1", "payment_mode": "CASH", "lines": ["rice"]})
    assert [one["pointer"] for one in told(part, 422, "INVALID")["errors"]] == ["/lines/0"]
    deep = owner.post("/orders", {"retailer_id": "ret_1", "payment_mode": "CASH", "lines": [{**LINE, "qty": "x"}]})
    assert [one["pointer"] for one in told(deep, 422, "INVALID")["errors"]] == ["/lines/0/qty"]


def test_a_rule_points_at_the_field_that_it_refuses(owner: Caller, shop: str) -> None:
    given = {"retailer_id": shop, "kind": "dispute", "amount_minor": 5, "reason": "two crates short"}
    refused = told(owner.post("/adjustment/create", given), 422, "INVALID")
    assert [one["pointer"] for one in refused["errors"]] == ["/bill_id"]
    assert refused["errors"][0]["detail"] == refused["detail"]


def test_a_rule_says_the_facts_that_decided(owner: Caller, shop: str) -> None:
    owner.post(f"/credit/{shop}/pause", {"reason": "cheque bounced"})
    refused = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [LINE]})
    assert told(refused, 409, "CREDIT_PAUSED")["order_id"].startswith("ord_")
    told(owner.get(f"/retailers/{shop[:-1]}!"), 404, "NOT_FOUND")
    told(owner.put("/guardrails/ladder", {"watch": {}, "reason": "as agreed"}), 428, "PRECONDITION_REQUIRED")
    told(owner.put("/guardrails/ladder", {"watch": {}, "reason": "as agreed"}, '"v99"'), 412, "VERSION_CONFLICT")


def test_who_may_not_and_who_tries_too_often(app: Flask, org: UUID, sign_in: Callable[..., Caller]) -> None:
    told(app.test_client().get(f"{PREFIX}/tasks"), 401, "NOT_SIGNED_IN")
    told(sign_in(org, "analyst").post("/groups", {"name": "G", "limit_minor": 1}), 403, "FORBIDDEN")
    client, email = app.test_client(), new_user(org, "owner")
    for _ in range(FREE_TRIES):
        told(client.post("/api/v1/auth/login", json={"email": email, "password": "x"}), 401, "WRONG_CREDENTIALS")
    told(client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD}), 429, "TOO_MANY_TRIES")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ZeroDivisionError(), 500, "INTERNAL"),
        (RecursionError(), 400, "BAD_REQUEST"),
        (OperationalError("SELECT 1", {}, Exception("connection refused")), 503, "UNAVAILABLE"),
        (exceptions.TooManyRequests(), 429, "TOO_MANY_REQUESTS"),
        (exceptions.ImATeapot(), 418, "BAD_REQUEST"),
        (exceptions.RequestedRangeNotSatisfiable(), 416, "BAD_REQUEST"),
        (exceptions.GatewayTimeout(), 504, "OUR_MISTAKE"),
        (Invalid("Not so.", field="billing.discount_bps"), 422, "INVALID"),
        (DomainError("No.", status="gone", code="X", errors=["y"], id="ret_1", at=None), 409, "REFUSED"),
    ],
)
def test_whatever_a_view_raises_is_a_problem(
    owner: Caller, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(retailers_noun.retailers, "page", fail)
    told(owner.get("/retailers"), status, code)


@pytest.mark.parametrize("path", ["/webhooks/razorpay/nobody", "/webhooks/nothing", "/docs/assets/none", "/nothing"])
def test_other_doors_tell_it_in_the_same_form(app: Flask, path: str) -> None:
    answer = app.test_client().post(path, data=b"{}")
    assert answer.mimetype == problems.TYPE
    assert answers.errors(app, answers.PROBLEM, json.loads(answer.data)) == []


def test_the_check_sees_what_is_no_problem(app: Flask) -> None:
    """Planted: a field that is missing, a wrong type, a request without an id, a pointer alone."""
    good = {
        "type": "about:blank#x", "title": "X", "status": 409, "detail": "No.", "code": "X",
        "request_id": "req_" + "0" * 26, "errors": [], "order_id": "ord_1",
    }  # fmt: skip
    assert answers.errors(app, answers.PROBLEM, good) == []
    for wrong in (
        {"detail": None},
        {"status": "409"},
        {"request_id": ""},
        {"code": "no"},
        {"errors": [{"pointer": "/"}]},
    ):
        assert answers.errors(app, answers.PROBLEM, {**good, **wrong}) != []
    for name in set(good) - {"order_id"}:
        assert answers.errors(app, answers.PROBLEM, {one: good[one] for one in good if one != name}) != []
