"""Claims, promises and disputes over HTTP: one life each, and nothing written on bad input."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from core import db, ids
from core.outbox import OutboxMessage
from credit import days
from tests.admin_api.conftest import Caller

COUNTED = ("payment", "allocation", "bill", "ledger_transfer", "audit_entry", "payment_claim", "promise", "dispute")


def rows(org: UUID) -> list[int]:
    with db.transaction(org) as session:
        return [db.execute(session, f"SELECT count(*) FROM {table}").scalar() for table in COUNTED]


def owed(owner: Caller, shop: str, amount_minor: int = 5000) -> str:
    noted = {"retailer_id": shop, "kind": "other", "amount_minor": amount_minor, "reason": "crates"}
    return str(owner.post("/adjustment/debit-note", noted).json["bill_id"])


def in_days(org: UUID, count: int) -> str:
    with db.transaction(org) as session:
        return (days.today(session) + timedelta(days=count)).isoformat()


def test_the_life_of_a_claim_a_promise_and_a_dispute(owner: Caller, org: UUID, shop: str) -> None:
    bill_id = owed(owner, shop)
    promised = owner.post(
        "/promises", {"retailer_id": shop, "amount_minor": 2000, "promised_on": in_days(org, 2), "note": "by phone"}
    )
    assert (promised.status_code, promised.json["status"]) == (201, "open")
    again = owner.post("/promises", {"retailer_id": shop, "amount_minor": 1, "promised_on": in_days(org, 2)})
    assert (again.status_code, again.json["code"]) == (409, "PROMISE_OPEN")

    claim = owner.post("/claims", {"retailer_id": shop, "amount_minor": 2000, "reference": "412345678901"}).json
    assert owner.get("/claims", status="claimed").json["data"] == [claim]
    paid = owner.post(f"/claims/{claim['id']}/verify", {"method": "upi"})
    assert (paid.status_code, paid.json["outstanding_minor"]) == (200, 3000)
    assert owner.post(f"/claims/{claim['id']}/reject", {"reason": "no"}).json["code"] == "CLAIM_RESOLVED"
    assert [row["status"] for row in owner.get("/promises", retailer_id=shop).json["data"]] == ["kept"]

    dispute = owner.post("/disputes", {"bill_id": bill_id, "amount_minor": 1000, "reason": "broken"})
    assert dispute.status_code == 201
    profile = owner.get(f"/credit/retailer/{shop}").json
    assert (profile["outstanding_minor"], profile["disputed_minor"]) == (2000, 1000)
    settled = owner.post(
        f"/disputes/{dispute.json['id']}/settle", {"accepted_minor": 400, "kind": "damage", "reason": "two of five"}
    )
    assert (settled.json["status"], settled.json["accepted_minor"]) == ("settled", 400)
    profile = owner.get(f"/credit/retailer/{shop}").json
    assert (profile["outstanding_minor"], profile["disputed_minor"]) == (2600, 0)
    assert owner.get("/disputes", status="open").json["data"] == []


def test_a_shop_is_told_what_was_decided_about_its_claim_and_its_dispute(owner: Caller, org: UUID, shop: str) -> None:
    bill_id = owed(owner, shop)
    claim = owner.post("/claims", {"retailer_id": shop, "amount_minor": 2000, "reference": "412345678902"}).json
    assert owner.post(f"/claims/{claim['id']}/reject", {"reason": "not in the bank"}).status_code == 200
    dispute = owner.post("/disputes", {"bill_id": bill_id, "amount_minor": 1000, "reason": "broken"}).json
    assert owner.post(f"/disputes/{dispute['id']}/settle", {"accepted_minor": 0, "reason": "whole"}).status_code == 200
    credited = {"retailer_id": shop, "kind": "goodwill", "amount_minor": 100, "reason": "late van"}
    assert owner.post("/adjustment/create", credited).status_code == 201
    with db.transaction(org) as session:
        told = select(OutboxMessage.template).where(OutboxMessage.retailer_id == ids.parse("ret", shop))
        assert set(session.scalars(told)) >= {
            "payment_claim_declined",
            "dispute_declined",
            "credit_note_shared",
        }


def test_lists_go_on_behind_a_cursor(owner: Caller, shop: str) -> None:
    for number in range(3):
        owner.post("/claims", {"retailer_id": shop, "reference": f"41234567890{number}"})
    first = owner.get("/claims", limit=2).json
    second = owner.get("/claims", limit=2, cursor=first["next_cursor"]).json
    assert [row["reference"][-1] for row in first["data"] + second["data"]] == ["2", "1", "0"]
    assert second["has_more"] is False


def test_bad_input_writes_nothing(
    owner: Caller, org: UUID, shop: str, sign_in: Callable[..., Caller], subtests: Any
) -> None:
    bill_id, soon = owed(owner, shop), in_days(org, 2)
    promise = {"retailer_id": shop, "amount_minor": 5, "promised_on": soon}
    dispute = {"bill_id": bill_id, "amount_minor": 5, "reason": "broken"}
    seller = sign_in(org, "sales")
    before = rows(org)
    for caller, path, body in (
        (owner, "/promises", {**promise, "amount_minor": -5}),
        (owner, "/promises", {**promise, "amount_minor": "5"}),
        (owner, "/promises", {**promise, "promised_on": "2001-01-01"}),
        (owner, "/promises", {**promise, "retailer_id": "ret_x"}),
        (owner, "/promises/prm_x/withdraw", {"reason": "none"}),
        (owner, "/disputes", {**dispute, "amount_minor": 5001}),
        (owner, "/disputes", {**dispute, "bill_id": "bil_x"}),
        (owner, "/disputes", {**dispute, "reason": ""}),
        (seller, "/disputes", dispute),
        (owner, "/disputes/dsp_x/settle", {"accepted_minor": 0, "reason": "none"}),
        (owner, "/claims", {"retailer_id": shop, "amount_minor": 1.5}),
        (owner, "/claims", {"retailer_id": shop, "method": "barter"}),
        (owner, "/claims/clm_x/verify", {}),
        (owner, "/claims/clm_x/reject", {}),
    ):
        with subtests.test(path=path, body=body):
            answer = caller.post(path, body)
            assert 400 <= answer.status_code < 500, answer.text
            assert answer.json["code"]
    assert rows(org) == before


@pytest.mark.parametrize("path", ["/claims", "/promises", "/disputes", "/adjustment/create", "/adjustment/debit-note"])
def test_a_request_without_a_key_is_refused(owner: Caller, path: str) -> None:
    assert owner.post(path, {}, key=None).status_code in {400, 422}
