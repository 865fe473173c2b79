"""Statements and order confirmations over HTTP, and what an order says of its bill."""

from typing import Any
from uuid import UUID

import pytest

from core import db, settings
from tests.admin_api.conftest import Caller

LINE = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}


def ordered(owner: Caller, shop: str, **more: Any) -> Any:
    body = {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [LINE], **more}
    return owner.post("/orders", body)


def test_an_order_is_confirmed_on_paper_that_is_read_printed_and_shared(owner: Caller, shop: str) -> None:
    order = ordered(owner, shop, delivery_address="Godown 9").json
    made = owner.post(f"/orders/{order['id']}/confirmation")
    assert (made.status_code, made.json["kind"], made.json["name"]) == (
        201, "order_confirmation", f"ORDER-{order['number']}",
    )  # fmt: skip
    assert owner.post(f"/orders/{order['id']}/confirmation").json["id"] == made.json["id"]
    where = f"/papers/{made.json['id']}"
    content = owner.get(where).json["content"]
    assert (content["total_minor"], content["ship_to"]["address"]) == (order["total_minor"], "Godown 9")
    for size in ("a4", "80mm"):
        first, second = (owner.get(f"{where}/pdf", size=size) for _ in range(2))
        assert (first.data[:5], first.data == second.data) == (b"%PDF-", True)
    assert [one["id"] for one in owner.get("/papers", retailer_id=shop, kind="order_confirmation").json["data"]] == [
        made.json["id"]
    ]
    path = owner.post(f"{where}/links").json["url"].removeprefix(settings.current().public_base_url)
    assert owner.client.get(path).status_code == 200
    assert [link["downloads"] for link in owner.get(f"{where}/links").json["data"]] == [1]
    assert owner.post(f"{where}/links/revoke", {"reason": "wrong person"}).json == {"revoked": 1}
    assert owner.client.get(path).status_code == 404


def test_a_statement_is_kept_and_printed(owner: Caller, shop: str) -> None:
    noted = {"retailer_id": shop, "kind": "other", "amount_minor": 5000, "reason": "crates"}
    assert owner.post("/adjustment/debit-note", noted).status_code == 201
    made = owner.post("/papers/statements", {"retailer_id": shop}).json
    assert owner.get(f"/papers/{made['id']}").json["content"]["closing_minor"] == 5000
    long, roll = (owner.get(f"/papers/{made['id']}/pdf", size=size).data for size in ("a4", "80mm"))
    assert long.startswith(b"%PDF-")
    assert roll.startswith(b"%PDF-")
    assert long != roll
    wrong = {"retailer_id": shop, "from_on": "2026-02-01", "to_on": "2026-01-01"}
    assert owner.post("/papers/statements", wrong).status_code == 422


def test_what_an_order_says_of_its_bill_is_on_it(owner: Caller, shop: str) -> None:
    plain = ordered(owner, shop).json["total_minor"]
    billing = {
        "po_number": "PO/7",
        "po_on": "2026-11-01",
        "discount_bps": 1000,
        "ship_to": {"name": "Site 4", "address": "Surat", "state_code": "24"},
    }
    order = ordered(owner, shop, billing=billing).json
    assert order["total_minor"] < plain
    assert (order["billing"]["po_number"], order["billing"]["discount_bps"]) == ("PO/7", 1000)
    way = {"vehicle": "mh 04 ab 1234", "eway_bill": "3310 0012 3456"}
    sent = owner.post(f"/orders/{order['id']}/dispatch", way).json
    invoice = owner.get(f"/invoices/{sent['invoice_id']}").json
    assert (invoice["total_minor"], invoice["place_of_supply"]) == (order["total_minor"], "24")
    assert invoice["details"]["transport"] == {"vehicle": "MH04AB1234", "eway_bill": "331000123456"}
    assert invoice["details"]["po"] == {"number": "PO/7", "on": "2026-11-01"}
    assert invoice["details"]["ship_to"]["name"] == "Site 4"


@pytest.mark.parametrize(
    "wrong",
    [
        {"discount_bps": 100, "discount_minor": 100},
        {"discount_bps": 10_000},
        {"discount_minor": 10**9},
        {"ship_to": {"name": "Site 4", "address": "Surat", "state_code": "99"}},
        {"ship_to": {"name": "Site 4", "address": "Surat", "gstin": "27AAGCB7383J1Z9"}},
        {"ship_to": {"name": " ", "address": "Surat"}},
        {"po_on": "soon"},
    ],
    ids=str,
)
def test_what_no_bill_can_say_is_refused(owner: Caller, shop: str, wrong: dict[str, Any]) -> None:
    assert ordered(owner, shop, billing=wrong).status_code == 422
    assert ordered(owner, shop).status_code == 201


def test_reverse_charge_is_refused_for_a_shop_that_is_not_registered(owner: Caller, shop: str) -> None:
    refused = ordered(owner, shop, billing={"reverse_charge": True})
    assert (refused.status_code, refused.json["code"]) == (422, "REVERSE_CHARGE_UNREGISTERED")


def test_no_goods_travel_under_numbers_that_are_none(owner: Caller, shop: str) -> None:
    order = ordered(owner, shop).json["id"]
    for wrong, code in (({"eway_bill": "123"}, "EWAY_BILL_INVALID"), ({"vehicle": "?"}, "VEHICLE_INVALID")):
        refused = owner.post(f"/orders/{order}/dispatch", wrong)
        assert (refused.status_code, refused.json["code"]) == (422, code)


def test_a_rise_of_tax_is_asked_about_with_both_totals(owner: Caller, shop: str, org: UUID) -> None:
    order = ordered(owner, shop).json
    with db.transaction(org) as session:
        db.execute(session, "UPDATE product_tax SET rate_bps = 5000 WHERE org_id = %s AND rate_bps > 0", (str(org),))
    where = f"/orders/{order['id']}/dispatch"
    asked = owner.post(where, {"vehicle": "MH04AB1234"})
    told = asked.json
    assert (asked.status_code, told["code"], told["was_minor"]) == (409, "TOTAL_RISEN", order["total_minor"])
    assert told["now_minor"] > told["was_minor"]
    assert "50% instead of" in told["reason"]
    assert owner.post(where, {"accept_total_minor": told["was_minor"]}).status_code == 409
    assert owner.post(where, {"accept_total_minor": 1.5}).status_code == 422
    sent = owner.post(where, {"accept_total_minor": told["now_minor"]})
    assert (sent.status_code, sent.json["total_minor"]) == (200, told["now_minor"])
    assert owner.get(f"/invoices/{sent.json['invoice_id']}").json["details"]["notes"] == [told["reason"]]
