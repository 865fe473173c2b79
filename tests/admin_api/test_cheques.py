"""Cheques over HTTP: taken in by `/payment/record`, counted when cleared, taken back when bounced."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core import db, ids
from core.outbox import OutboxMessage
from credit import bills, days, ladder, openings
from parties import retailers
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


def test_a_claimed_cheque_is_verified_as_a_cheque(owner: Caller, shop: str) -> None:
    owner.post("/adjustment/debit-note", {"retailer_id": shop, "kind": "other", "amount_minor": 5000, "reason": "x"})
    said = {"retailer_id": shop, "amount_minor": 4000, "method": "cheque", "reference": "000123"}
    verify = f"/claims/{owner.post('/claims', said).json['id']}/verify"
    taken = owner.post(verify, {"bank": "HDFC"})
    assert (taken.status_code, taken.json["status"], taken.json["reference"]) == (200, "received", "HDFC 000123")
    assert owed(owner, shop) == 5000
    assert owner.post(verify, {}).json["code"] == "CLAIM_RESOLVED"
    assert [row["cheque_id"] for row in owner.get("/payment/cheques").json["data"]] == [taken.json["cheque_id"]]
    steps = f"/payment/cheques/{taken.json['cheque_id']}"
    assert owner.post(f"{steps}/deposit", {}).json["status"] == "deposited"
    assert owner.post(f"{steps}/clear", {}).json["outstanding_minor"] == 1000


def test_a_cheque_goes_its_way_under_either_of_its_ids_and_is_found_by_its_status(owner: Caller, shop: str) -> None:
    taken = owner.post("/payment/record", cheque(shop)).json
    (row,) = owner.get("/payment/cheques", status="received").json["data"]
    assert (row["id"], row["cheque_id"]) == (taken["id"], taken["cheque_id"])
    assert owner.post(f"/payment/cheques/{row['id']}/deposit", {}).json["status"] == "deposited"
    assert owner.post(f"/payment/cheques/{row['cheque_id']}/clear", {}).json["status"] == "cleared"
    assert owner.get("/payment/cheques", status="received").json["data"] == []
    bounced = owner.post(f"/payment/cheques/{row['id']}/bounce", {"reason": "no funds"})
    assert bounced.json["status"] == "bounced"
    assert owner.post(f"/payment/cheques/{shop}/deposit", {}).status_code == 404


def test_a_cheque_is_taken_once_and_needs_its_number(owner: Caller, shop: str) -> None:
    first = owner.post("/payment/record", cheque(shop)).json
    assert owner.post("/payment/record", cheque(shop)).json["code"] == "PAYMENT_REFERENCE_USED"
    assert owner.post("/payment/record", cheque(shop, reference=None)).status_code == 422
    back = owner.post(f"/payment/cheques/{first['cheque_id']}/return", {"reason": "unsigned"})
    assert back.json["status"] == "returned"
    assert owed(owner, shop) == 0


def test_a_cheque_that_lifts_a_pause_says_so_to_the_shop(owner: Caller, org: UUID, shop: str) -> None:
    strict = {"watch": {}, "pause": {"overdue_minor": 4000}, "block": {}}
    version = owner.get("/guardrails/ladder").headers["ETag"]
    owner.put("/guardrails/ladder", {**strict, "reason": "strict"}, version)
    with db.transaction(org) as session:
        retailer = retailers.find(session, shop)
        old = openings.OpeningBill("OLD-1", days.today(session) - timedelta(days=90), 4000)
        openings.owe(session, retailer.id, [old])
        stopped = ladder.evaluate(session, retailer.id, "daily")
        assert stopped.was != stopped.status == "PAUSED"
    taken = owner.post("/payment/record", cheque(shop)).json
    steps = f"/payment/cheques/{taken['cheque_id']}"
    owner.post(f"{steps}/deposit", {})
    assert owner.post(f"{steps}/clear", {}).json["outstanding_minor"] == 0
    with db.transaction(org) as session:
        told = session.scalars(select(OutboxMessage.template).where(OutboxMessage.org_id == org))
        assert "credit_restored" in list(told)


def test_only_founders_say_that_a_cheque_bounced(
    owner: Caller, org: UUID, shop: str, sign_in: Callable[..., Caller]
) -> None:
    taken = owner.post("/payment/record", cheque(shop)).json
    owner.post(f"/payment/cheques/{taken['cheque_id']}/deposit", {})
    refused = sign_in(org, "accountant").post(f"/payment/cheques/{taken['cheque_id']}/bounce", {"reason": "no funds"})
    assert refused.status_code == 403
    assert owner.post("/payment/cheques/chq_x/bounce", {"reason": "no funds"}).status_code == 404
    assert owner.post("/payment/cheques/chq_x/bounce", {"reason": ""}).status_code == 422


def test_the_second_bounce_stops_credit_at_once_and_the_shop_is_told(owner: Caller, org: UUID, shop: str) -> None:
    status = []
    for number in ("000123", "000124"):
        taken = owner.post("/payment/record", cheque(shop, reference=number)).json
        steps = f"/payment/cheques/{taken['cheque_id']}"
        owner.post(f"{steps}/deposit", {})
        assert owner.post(f"{steps}/bounce", {"reason": "no funds"}).status_code == 200
        status.append(owner.get(f"/credit/retailer/{shop}").json["credit_status"])
    assert status == ["WATCH", "PAUSED"]
    why = owner.get(f"/credit/{shop}/evaluate").json
    assert why["decisions"][0]["cause"] == "automatic"
    assert why["status_reason"] == "bounced_cheques 2 (from 2)"
    with db.transaction(org) as session:
        told = db.execute(session, "SELECT template FROM outbox_message WHERE org_id = %s", (str(org),)).all()
    assert [row.template for row in told].count("credit_on_hold") == 1


def test_a_reversed_payment_stops_credit_at_once_when_it_uncovers_what_is_old(
    owner: Caller, org: UUID, shop: str
) -> None:
    retailer_id = ids.parse("ret", shop)
    with db.transaction(org) as session:
        due_on = days.today(session) - timedelta(days=50)
        opening = bills.Posting(retailer_id, bills.OPENING, "OB-1", due_on, due_on, 9_000, {"opening_balance": 9_000})
        bills.post(session, opening)
    paid = owner.post("/payment/record", {"retailer_id": shop, "amount_minor": 9_000, "method": "cash"}).json
    assert owner.get(f"/credit/retailer/{shop}").json["credit_status"] == "OK"
    assert owner.post(f"/payment/{paid['id']}/reverse", {"reason": "another shop's"}).status_code == 200
    assert owner.get(f"/credit/retailer/{shop}").json["credit_status"] == "PAUSED"
