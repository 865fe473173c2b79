"""Refunds and undone advances over HTTP: the shop is told, books and statement say it, the mistaken bill can go."""

from typing import Any
from uuid import UUID

import policy
from core import db
from core.outbox import OutboxMessage
from tests.admin_api.conftest import Caller

LINE = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}


def pay_in(owner: Caller, shop: str, amount_minor: int = 50_000) -> Any:
    return owner.post("/payment/record", {"retailer_id": shop, "amount_minor": amount_minor, "method": "upi"}).json


def refund(shop: str, **changes: Any) -> dict[str, Any]:
    return {"retailer_id": shop, "amount_minor": 30_000, "method": "bank", "reason": "closing the account", **changes}


def test_money_on_account_is_paid_back_and_the_shop_is_told(owner: Caller, shop: str, org: UUID) -> None:
    pay_in(owner, shop)
    paid = owner.post("/payment/refund", refund(shop, reference="UTR 5123 4567 8901"))
    assert paid.status_code == 201
    assert (paid.json["status"], paid.json["on_account_minor"], paid.json["outstanding_minor"]) == (
        "posted",
        20_000,
        -20_000,
    )
    more = owner.post("/payment/refund", refund(shop))
    assert (more.status_code, more.json["code"], more.json["on_account_minor"]) == (409, "NOT_ON_ACCOUNT", 20_000)
    again = owner.post("/payment/refund", refund(shop, amount_minor=100, method="upi", reference="512345678901"))
    assert again.json["code"] == "PAYMENT_REFERENCE_USED"
    back = owner.post(f"/payment/refund/{paid.json['id']}/reverse", {"reason": "it came back"})
    assert (back.json["status"], back.json["outstanding_minor"]) == ("reversed", -50_000)
    assert owner.post(f"/payment/refund/{paid.json['id']}/reverse", {"reason": "x"}).json["code"] == "REFUND_REVERSED"
    with db.transaction(org) as session:
        told = [one.template for one in session.query(OutboxMessage).order_by(OutboxMessage.id)]
    assert told == ["payment_received", "refund_paid", "refund_reversed"]
    said = owner.get(f"/credit/retailer/{shop}/statement").json["lines"]
    assert [(line["kind"], line["method"], line["balance_minor"]) for line in said] == [
        ("payment.recorded", "upi", -50_000),
        ("bill.refund", "bank", -20_000),
        ("credit.refund_returned", None, -50_000),
    ]


def test_who_may_not_reverse_a_payment_may_not_pay_back(owner: Caller, org: UUID, shop: str, sign_in: Any) -> None:
    pay_in(owner, shop)
    assert sign_in(org, "accountant").post("/payment/refund", refund(shop)).status_code == 403


def test_a_mistaken_bill_that_took_money_on_account_can_be_cancelled(owner: Caller, shop: str, org: UUID) -> None:
    with db.transaction(org) as session:
        policy.change(session, {"apply_advances": True}, "as agreed")
    pay_in(owner, shop)
    placed = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [LINE]}).json
    invoice = owner.post(f"/orders/{placed['id']}/dispatch", {}).json["invoice_id"]
    before = owner.get(f"/credit/retailer/{shop}").json
    assert before["on_account_minor"] < 50_000
    gone = owner.post(f"/invoices/{invoice}/cancel", {"reason": "typed for the wrong shop"})
    assert (gone.status_code, gone.json["status"]) == (200, "cancelled")
    after = owner.get(f"/credit/retailer/{shop}").json
    assert (after["open_minor"], after["on_account_minor"], after["outstanding_minor"]) == (0, 50_000, -50_000)


def test_a_bill_that_was_paid_for_itself_is_not_cancelled(owner: Caller, shop: str) -> None:
    placed = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [LINE]}).json
    invoice = owner.post(f"/orders/{placed['id']}/dispatch", {}).json["invoice_id"]
    pay_in(owner, shop, 100)
    refused = owner.post(f"/invoices/{invoice}/cancel", {"reason": "typed for the wrong shop"})
    assert refused.json["code"] == "DOCUMENT_NOT_CANCELLABLE"


def test_an_applied_advance_is_undone(owner: Caller, shop: str) -> None:
    pay_in(owner, shop)
    old = {"bills": [{"number": "OLD-1", "bill_on": "2026-01-01", "amount_minor": 80_000}]}
    bill = owner.post(f"/credit/retailer/{shop}/opening-balance", old).json["bills"][0]["bill_id"]
    owner.post(f"/credit/retailer/{shop}/apply-advance", {"allocations": []})
    undo = f"/credit/retailer/{shop}/undo-advance"
    undone = owner.post(undo, {"bill_id": bill, "reason": "meant for another bill"})
    assert (undone.status_code, undone.json["on_account_minor"]) == (200, 50_000)
    assert [part["amount_minor"] for part in undone.json["allocations"]] == [-50_000]
    assert owner.get(f"/credit/retailer/{shop}").json["open_bills"][0]["open_minor"] == 80_000
    assert owner.post(undo, {"bill_id": bill, "reason": "again"}).json["code"] == "NOTHING_APPLIED"
