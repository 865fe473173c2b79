"""Cheques over HTTP: taken in by `/payment/record`, counted when cleared, taken back when bounced."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from tests.admin_api.conftest import Caller


def cheque(shop: str, **changes: Any) -> dict[str, Any]:
    return {"retailer_id": shop, "amount_minor": 4000, "method": "cheque", "reference": "000123", **changes}


def owed(owner: Caller, shop: str) -> Any:
    return owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"]


def test_a_cheque_counts_when_it_is_cleared_and_a_bounce_takes_it_back(owner: Caller, shop: str) -> None:
    noted = {"retailer_id": shop, "kind": "other", "amount_minor": 5000, "reason": "crates"}
    bill_id = owner.post("/adjustment/debit-note", noted).json["bill_id"]
    taken = owner.post("/payment/record", cheque(shop, bank="HDFC"))
    assert (taken.status_code, taken.json["status"], taken.json["outstanding_minor"]) == (201, "received", 5000)
    steps = f"/payment/cheques/{taken.json['cheque_id']}"
    assert owner.post(f"{steps}/clear", {}).json["code"] == "CHEQUE_STATE"
    assert owner.post(f"{steps}/deposit", {}).json["outstanding_minor"] == 5000
    cleared = owner.post(f"{steps}/clear", {}).json
    assert (cleared["status"], cleared["counts"], cleared["outstanding_minor"]) == ("cleared", True, 1000)
    assert cleared["allocations"][0] == {**cleared["allocations"][0], "bill_id": bill_id, "amount_minor": 4000}
    assert [
        row["state"] if "state" in row else row["status"] for row in owner.get("/payment/cheques").json["data"]
    ] == ["cleared"]
    bounced = owner.post(f"/payment/{taken.json['id']}/reverse", {"reason": "no funds", "charge_minor": 250})
    assert (bounced.status_code, bounced.json["status"]) == (200, "bounced")
    assert owed(owner, shop) == 5250
    assert owner.post(f"{steps}/bounce", {"reason": "again"}).status_code == 409
    assert owner.get("/payment/cheques", state="cleared").json["data"] == []


def test_a_cheque_is_taken_once_and_needs_its_number(owner: Caller, shop: str) -> None:
    first = owner.post("/payment/record", cheque(shop)).json
    assert owner.post("/payment/record", cheque(shop)).json["code"] == "PAYMENT_REFERENCE_USED"
    assert owner.post("/payment/record", cheque(shop, reference=None)).status_code == 422
    back = owner.post(f"/payment/cheques/{first['cheque_id']}/return", {"reason": "unsigned"})
    assert back.json["status"] == "returned"
    assert owed(owner, shop) == 0


def test_only_founders_say_that_a_cheque_bounced(
    owner: Caller, org: UUID, shop: str, sign_in: Callable[..., Caller]
) -> None:
    taken = owner.post("/payment/record", cheque(shop)).json
    owner.post(f"/payment/cheques/{taken['cheque_id']}/deposit", {})
    refused = sign_in(org, "accountant").post(f"/payment/cheques/{taken['cheque_id']}/bounce", {"reason": "no funds"})
    assert refused.status_code == 403
    assert owner.post("/payment/cheques/chq_x/bounce", {"reason": "no funds"}).status_code == 404
    assert owner.post("/payment/cheques/chq_x/bounce", {"reason": ""}).status_code == 422
