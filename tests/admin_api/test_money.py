"""Orders, payments and pauses over HTTP: effects once, refusals with reasons, nothing written on bad input."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from core import db, ids
from core.outbox import OutboxMessage
from orders import catalogue, ordering
from orders.quotes import Wanted
from orders.tables import ProductPrice
from parties import consent
from parties.tables import Contact, StaffTask
from tests.admin_api.conftest import Caller

LINE = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}


def order(shop: str, **changes: Any) -> dict[str, Any]:
    return {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [LINE], **changes}


def payment(shop: str, **changes: Any) -> dict[str, Any]:
    return {"retailer_id": shop, "amount_minor": 100000, "method": "cash", **changes}


def dispatched(owner: Caller, shop: str) -> Any:
    placed = owner.post("/orders", order(shop)).json
    assert owner.post(f"/orders/{placed['id']}/dispatch", {}).status_code == 200
    return owner.get(f"/credit/retailer/{shop}").json


def test_an_order_reserves_its_total_and_its_dispatch_turns_that_into_a_bill(owner: Caller, shop: str) -> None:
    placed = owner.post("/orders", order(shop))
    assert placed.status_code == 201
    assert placed.json["lines"][0]["base_qty"] == 24
    profile = owner.get(f"/credit/retailer/{shop}").json
    assert profile["reserved_minor"] == placed.json["total_minor"] > 0
    done = owner.post(f"/orders/{placed.json['id']}/dispatch", {})
    assert done.json["status"] == "dispatched"
    profile = owner.get(f"/credit/retailer/{shop}").json
    assert profile["reserved_minor"] == 0
    assert profile["outstanding_minor"] == sum(bill["open_minor"] for bill in profile["open_bills"])


def test_a_refusal_says_that_it_is_final_and_one_that_is_held_that_it_is_not(owner: Caller, shop: str) -> None:
    owner.post(f"/credit/{shop}/pause", {"reason": "cheque bounced"})
    refused = owner.post("/orders", order(shop))
    assert (refused.status_code, refused.json["final"]) == (409, True)
    assert "not placed later by itself" in refused.json["detail"]
    retry = f"/orders/{refused.json['order_id']}/retry"
    assert owner.post(retry, {}).json["final"] is True
    assert owner.post(f"/orders/{refused.json['order_id']}/hold", {}).json["status"] == "held"
    again = owner.post(retry, {})
    assert (again.json["final"], "not placed later" in again.json["detail"]) == (False, False)


def test_dispatching_twice_bills_once(owner: Caller, shop: str) -> None:
    placed = owner.post("/orders", order(shop)).json
    codes = [owner.post(f"/orders/{placed['id']}/dispatch", {}).status_code for _ in range(2)]
    assert codes == [200, 200]
    assert len(owner.get(f"/credit/retailer/{shop}").json["open_bills"]) == 1


def test_a_dispatch_says_whether_the_shop_was_sent_the_bill(owner: Caller, shop: str, org: UUID) -> None:
    sent = owner.post(f"/orders/{owner.post('/orders', order(shop)).json['id']}/dispatch", {})
    assert sent.json["notified"] is True
    with db.transaction(org) as session:
        consent.stop(session, session.query(Contact).one().id)
    second = owner.post("/orders", order(shop)).json["id"]
    assert [owner.post(f"/orders/{second}/dispatch", {}).json["notified"] for _again in range(2)] == [False, False]
    with db.transaction(org) as session:
        assert [task.kind for task in session.query(StaffTask)] == ["bill_on_paper"]


def test_a_cancelled_order_frees_what_it_reserved(owner: Caller, shop: str) -> None:
    placed = owner.post("/orders", order(shop)).json
    assert owner.post(f"/orders/{placed['id']}/cancel", {"reason": "rang us"}).json["status"] == "cancelled"
    assert owner.get(f"/credit/retailer/{shop}").json["reserved_minor"] == 0


def test_an_order_over_the_limit_is_refused_with_its_reasons_and_kept_as_failed(owner: Caller, shop: str) -> None:
    refused = owner.post("/orders", order(shop, lines=[{**LINE, "qty": 900}]))
    assert refused.status_code == 409
    assert refused.mimetype == "application/problem+json"
    assert refused.json["code"] == "MAX_ORDER_VALUE_EXCEEDED"
    assert "CREDIT_LIMIT_EXCEEDED" in [reason["code"] for reason in refused.json["reasons"]]
    [failed] = owner.get(f"/orders/failed/{shop}").json["data"]
    assert failed["id"] == refused.json["order_id"]
    assert owner.get(f"/credit/retailer/{shop}").json["reserved_minor"] == 0


def test_a_failed_order_goes_through_once_its_cause_is_gone(owner: Caller, shop: str) -> None:
    owner.post(f"/credit/{shop}/pause", {"reason": "checking"})
    failed = owner.post("/orders", order(shop)).json
    assert failed["code"] == "CREDIT_PAUSED"
    owner.post(f"/credit/{shop}/unpause", {"reason": "all is well"})
    tried = [owner.post(f"/orders/{failed['order_id']}/retry", {}).json["status"] for _ in range(2)]
    assert tried == ["confirmed", "confirmed"]
    assert len(owner.get("/orders", retailer_id=shop, status="confirmed").json["data"]) == 1


def test_a_paused_account_takes_cash_orders_only(owner: Caller, shop: str) -> None:
    owner.post(f"/credit/{shop}/pause", {"reason": "cheque bounced"})
    asked = {"retailer_id": shop, "order_amount_minor": 500000}
    judged = owner.post("/guardrails/validate-order", {**asked, "payment_mode": "CREDIT"}, key=None).json
    assert (judged["allowed"], judged["reason"]) == (False, "CREDIT_PAUSED")
    judged = owner.post("/guardrails/validate-order", {**asked, "payment_mode": "CASH"}, key=None).json
    assert (judged["allowed"], judged["reasons"]) == (True, [])
    assert owner.post("/orders", order(shop, payment_mode="CASH")).status_code == 201


def test_a_risen_price_needs_a_fresh_yes_that_names_the_new_total(owner: Caller, shop: str, org: UUID) -> None:
    with db.transaction(org) as session:
        pending = ordering.draft(session, ids.parse("ret", shop), [Wanted("SPRITE-500", 1, "case")])
    with db.transaction(org) as session:
        session.execute(update(ProductPrice).values(price_minor=ProductPrice.price_minor * 2))
        catalogue.changed(session)
    path = f"/orders/{ids.public('ord', pending.id)}/confirm"
    refused = owner.post(path, {"payment_mode": "CREDIT"})
    assert (refused.status_code, refused.json["code"]) == (409, "PRICE_CHANGED")
    assert refused.json["now_minor"] > refused.json["was_minor"] == pending.total_minor
    agreed = owner.post(path, {"payment_mode": "CREDIT", "agreed_total_minor": refused.json["now_minor"]})
    assert agreed.json["total_minor"] == refused.json["now_minor"]


def test_a_payment_settles_the_oldest_bill_and_the_rest_stays_on_account(owner: Caller, shop: str) -> None:
    owed = dispatched(owner, shop)["outstanding_minor"]
    paid = owner.post(
        "/payment/record", payment(shop, amount_minor=owed + 5000, method="upi", reference="412345678901")
    )
    assert paid.status_code == 201
    assert [part["amount_minor"] for part in paid.json["allocations"]] == [owed]
    assert (paid.json["unapplied_minor"], paid.json["outstanding_minor"]) == (5000, -5000)


def test_ten_clicks_make_one_payment(owner: Caller, shop: str) -> None:
    dispatched(owner, shop)
    key = uuid.uuid4().hex
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: owner.post("/payment/record", payment(shop), key=key), range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 9


def test_a_key_with_another_body_is_refused_and_a_missing_key_too(owner: Caller, shop: str) -> None:
    key = uuid.uuid4().hex
    assert owner.post("/payment/record", payment(shop), key=key).status_code == 201
    other = owner.post("/payment/record", payment(shop, amount_minor=100001), key=key)
    assert (other.status_code, other.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    missing = owner.post("/payment/record", payment(shop), key=None)
    assert (missing.status_code, missing.json["code"]) == (400, "IDEMPOTENCY_KEY_MISSING")


def test_the_same_bank_reference_is_refused_under_any_key(owner: Caller, shop: str) -> None:
    same = payment(shop, method="upi", reference="412345678901")
    assert owner.post("/payment/record", same).status_code == 201
    assert owner.post("/payment/record", same).status_code == 409


def test_a_reversal_opens_the_same_bill_again(owner: Caller, shop: str, org: UUID) -> None:
    owed = dispatched(owner, shop)
    paid = owner.post("/payment/record", payment(shop, amount_minor=owed["outstanding_minor"])).json
    taken_back = owner.post(f"/payment/{paid['id']}/reverse", {"reason": "wrong shop"})
    assert taken_back.status_code == 200
    with db.transaction(org) as session:
        assert session.query(OutboxMessage).filter_by(template="payment_reversed").count() == 1
    profile = owner.get(f"/credit/retailer/{shop}").json
    assert profile["open_bills"] == owed["open_bills"]


BAD = [
    ("/payment/record", {"amount_minor": 1.5}),
    ("/payment/record", {"amount_minor": "100"}),
    ("/payment/record", {"amount_minor": 0}),
    ("/payment/record", {"amount_minor": -5}),
    ("/payment/record", {"amount_minor": True}),
    ("/payment/record", {"amount_minor": 10**15}),
    ("/payment/record", {"method": "barter"}),
    ("/payment/record", {"surprise": 1}),
    ("/payment/record", {"retailer_id": "ret_nobody"}),
    ("/payment/record", {"received_on": "2099-01-01"}),
    ("/payment/record", {"reference": "a\x00b"}),
    ("/orders", {"lines": []}),
    ("/orders", {"lines": [{**LINE, "sku": "NOTHING"}]}),
    ("/orders", {"lines": [{**LINE, "qty": 0}]}),
    ("/orders", {"lines": [{**LINE, "qty": "NaN"}]}),
    ("/orders", {"lines": [{**LINE, "unit": "lorry"}]}),
    ("/orders", {"payment_mode": "MAYBE"}),
]


@pytest.mark.parametrize(("path", "wrong"), BAD)
def test_bad_input_is_a_clear_refusal_and_writes_nothing(
    owner: Caller, shop: str, org: UUID, path: str, wrong: dict[str, Any]
) -> None:
    before = counted(org)
    answer = owner.post(path, {**(payment(shop) if "payment" in path else order(shop)), **wrong})
    assert 400 <= answer.status_code < 500
    assert answer.json["code"]
    assert answer.json["detail"]
    assert counted(org) == before


def counted(org: UUID) -> list[int]:
    tables = ("sales_order", "payment", "ledger_transfer", "audit_entry", "outbox_message", "idempotency_key")
    with db.transaction(org) as session:
        return [db.execute(session, f"SELECT count(*) FROM {table}").scalar() for table in tables]


def test_a_body_that_is_no_json_is_refused(owner: Caller, shop: str) -> None:
    for raw in (b"{", b"[1]", b"\xff", b'{"amount_minor": NaN}'):
        assert 400 <= owner.post("/payment/record", raw=raw).status_code < 500


def test_another_organisations_shop_is_not_found(
    owner: Caller, shop: str, new_org: Callable[..., UUID], sign_in: Callable[..., Caller]
) -> None:
    stranger = sign_in(new_org())
    for answer in (
        stranger.get(f"/credit/retailer/{shop}"),
        stranger.post("/payment/record", payment(shop)),
        stranger.post("/orders", order(shop)),
        stranger.post(f"/credit/{shop}/pause", {"reason": "mischief"}),
        stranger.get(f"/audit/{shop}"),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "NOT_FOUND")


def test_an_order_for_another_state_in_words_is_warned_of_before_there_is_a_bill(owner: Caller, shop: str) -> None:
    line = {"sku": "SUGAR", "qty": 10, "unit": "kg"}
    for address, codes in (
        ("C G Road, Ahmedabad 380009", ["DELIVERY_STATE_DIFFERS"]),
        ("near the temple, Surat, Gujarat", ["DELIVERY_STATE_DIFFERS"]),
        ("FC Road, Pune 411004", []),
        ("", []),
    ):
        body = {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [line], "delivery_address": address}
        placed = owner.post("/orders", body)
        assert placed.status_code == 201, placed.json
        assert [one["code"] for one in placed.json["warnings"]] == codes
    placed = owner.post("/orders", {**body, "delivery_address": "C G Road, Ahmedabad 380009"}).json
    sent = owner.post(f"/orders/{placed['id']}/dispatch", {}).json
    bill = owner.get(f"/invoices/{sent['invoice_id']}").json
    assert "DELIVERY_STATE_DIFFERS" in [one["code"] for one in bill["warnings"]]
