"""Who may call what, tokens, pages, and the description."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from admin_api import problems
from core import clock, db
from parties.tables import User
from tests.admin_api.conftest import Caller


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "null"])
def test_without_a_valid_token_nothing_is_told(app: Flask, token: str) -> None:
    answer = app.test_client().get("/api/v1/admin/credit/risk-dashboard", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["code"]) == (401, "NOT_SIGNED_IN")


def test_a_token_ends_after_fifteen_minutes_of_our_clock(owner: Caller) -> None:
    assert owner.get("/retailers").status_code == 200
    clock.advance(timedelta(minutes=16))
    assert owner.get("/retailers").status_code == 401


def test_a_disabled_user_is_out_at_once(owner: Caller, org: UUID) -> None:
    with db.transaction(org) as session:
        session.query(User).update({"status": "disabled"})
    assert owner.get("/retailers").status_code == 401


def test_a_demoted_owner_loses_the_rights_of_the_token_at_once(owner: Caller, org: UUID, shop: str) -> None:
    with db.transaction(org) as session:
        session.query(User).update({"role": "analyst"})
    refused = owner.post("/payment/record", {"retailer_id": shop, "amount_minor": 100, "method": "cash"})
    assert (refused.status_code, refused.json["code"]) == (403, "FORBIDDEN")
    assert owner.get("/retailers").status_code == 200


@pytest.mark.parametrize(("role", "status"), [("owner", 201), ("accountant", 201), ("sales", 403), ("analyst", 403)])
def test_only_bookkeepers_record_payments(
    org: UUID, shop: str, sign_in: Callable[..., Caller], role: str, status: int
) -> None:
    paid = sign_in(org, role).post("/payment/record", {"retailer_id": shop, "amount_minor": 100, "method": "cash"})
    assert paid.status_code == status


def test_sales_may_pause_but_not_unpause(org: UUID, shop: str, sign_in: Callable[..., Caller]) -> None:
    sales = sign_in(org, "sales")
    assert sales.post(f"/credit/{shop}/pause", {"reason": "asked to"}).status_code == 200
    assert sales.post(f"/credit/{shop}/unpause", {"reason": "asked to"}).status_code == 403


def test_pages_of_a_list_hold_every_row_once(owner: Caller, org: UUID, make_retailer) -> None:
    with db.transaction(org) as session:
        for number in range(7):
            make_retailer(session, code=f"P{number}")
    seen, cursor = [], None
    for _ in range(10):
        answer = owner.get("/retailers", limit=3, **({"cursor": cursor} if cursor else {})).json
        seen += [row["code"] for row in answer["data"]]
        cursor = answer["next_cursor"]
        if not answer["has_more"]:
            break
    assert seen == [f"P{number}" for number in range(7)]
    assert owner.get("/retailers", cursor="nonsense!").status_code == 422


def test_the_audit_trail_names_who_did_what_and_why(owner: Caller, shop: str) -> None:
    paused = owner.post(f"/credit/{shop}/pause", {"reason": "cheque bounced"})
    newest = owner.get(f"/audit/{shop}").json["data"][0]
    assert newest["reason"] == "cheque bounced"
    assert newest["actor"].startswith("usr_")
    assert newest["request_id"] == paused.headers["Request-Id"]


def test_the_dashboard_partitions_what_is_open(owner: Caller, shop: str) -> None:
    placed = owner.post(
        "/orders",
        {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [{"sku": "SPRITE-500", "qty": 2, "unit": "case"}]},
    ).json
    owner.post(f"/orders/{placed['id']}/dispatch", {})
    answer = owner.get("/credit/risk-dashboard").json
    assert [bucket["name"] for bucket in answer["buckets"]] == ["not_due", "1-30", "31-60", "61-90", "90+"]
    assert sum(bucket["amount_minor"] for bucket in answer["buckets"]) == answer["outstanding_minor"] > 0


def test_the_description_lists_every_operation_with_its_errors(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").json
    assert described["openapi"] == "3.1.0"
    paths = described["paths"]
    for path, method in [
        ("/api/v1/admin/payment/record", "post"),
        ("/api/v1/admin/orders", "post"),
        ("/api/v1/admin/credit/retailer/{retailer_id}", "get"),
    ]:
        operation = paths[path][method]
        assert operation["security"] == [{"token": []}]
        assert operation["responses"]["default"]
    names = [parameter.get("name") for parameter in paths["/api/v1/admin/payment/record"]["post"]["parameters"]]
    assert "Idempotency-Key" in names


def test_the_documentation_page_asks_nobody_else(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("<!doctype html>", "")
    for asset in ("/docs/start.js", "/docs/assets/swagger-ui-bundle.js", "/docs/assets/swagger-ui.css"):
        with client.get(asset) as answer:
            assert answer.status_code == 200
    assert client.get("/docs/assets/../package.json").status_code == 404


def test_an_unknown_path_is_a_problem_document(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/admin/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["request_id"] == answer.headers["Request-Id"]


def test_a_refresh_token_gives_the_next_tokens(app: Flask, org: UUID) -> None:
    from parties import users

    email = f"{org}@example.com"
    with db.transaction(org) as session:
        users.create(session, email=email, role="owner", password="correct horse battery")
    client = app.test_client()
    first = client.post("/api/v1/auth/login", json={"email": email, "password": "correct horse battery"}).json
    second = client.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    assert client.post("/api/v1/auth/logout", json={"refresh_token": second.json["refresh_token"]}).status_code == 204
    assert client.post("/api/v1/auth/refresh", json={"refresh_token": second.json["refresh_token"]}).status_code == 401


def test_a_one_time_code_is_refused_rather_than_ignored(app: Flask) -> None:
    given = {"email": "nobody@example.com", "password": "correct horse battery"}
    client = app.test_client()
    refused = client.post("/api/v1/auth/login", json={**given, "totp": "123456"})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/totp")
    assert "not offered yet" in refused.json["detail"]
    assert client.post("/api/v1/auth/login", json={**given, "totp": None}).json["code"] == "WRONG_CREDENTIALS"


def test_a_row_that_somebody_holds_too_long_is_busy_and_not_our_mistake(app: Flask) -> None:
    class Held(Exception):
        pgcode = "55P03"

    with app.test_request_context("/api/v1/admin/retailers"):
        answer = problems.from_crash(OperationalError("UPDATE credit_account", {}, Held()))
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (503, "BUSY", "1")


def test_a_mistyped_filter_is_an_error_and_not_everything(owner: Caller) -> None:
    answer = owner.get("/orders", retailer="ret_1")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/retailer")


def test_a_body_nested_without_end_is_refused(owner: Caller) -> None:
    assert owner.post("/payment/record", raw=b"[" * 100_000).status_code == 400
