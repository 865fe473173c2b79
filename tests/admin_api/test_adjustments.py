"""Adjustments and debit notes over HTTP: effects once, refusals with a code, nothing written on bad input."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core import db
from tests.admin_api.conftest import Caller

COUNTED = ("payment", "allocation", "bill", "ledger_transfer", "audit_entry")


def rows(org: UUID) -> list[int]:
    with db.transaction(org) as session:
        return [db.execute(session, f"SELECT count(*) FROM {table}").scalar() for table in COUNTED]


def credit(shop: str, **changes: Any) -> dict[str, Any]:
    return {"retailer_id": shop, "kind": "return", "amount_minor": 1000, "reason": "came back", **changes}


def test_a_debit_note_and_a_credit_for_it_and_back(owner: Caller, shop: str) -> None:
    noted = owner.post(
        "/adjustment/debit-note",
        {"retailer_id": shop, "kind": "other", "amount_minor": 5000, "reason": "crates"},
    )
    assert (noted.status_code, noted.json["open_minor"]) == (201, 5000)
    given = owner.post("/adjustment/create", credit(shop, bill_id=noted.json["bill_id"]))
    assert given.status_code == 201
    assert (given.json["allocations"][0]["amount_minor"], given.json["outstanding_minor"]) == (1000, 4000)
    back = owner.post(f"/adjustment/{given.json['id']}/reverse", {"reason": "wrong shop"})
    assert (back.status_code, back.json["outstanding_minor"]) == (200, 5000)


def test_a_charge_says_which_tax_it_bears(owner: Caller, shop: str) -> None:
    asked = {"retailer_id": shop, "amount_minor": 118_000, "reason": "second trip"}
    none = owner.post("/adjustment/debit-note", {**asked, "kind": "other"}).json
    assert (none["document"], none["taxable_minor"], none["tax_minor"]) == (None, 118_000, 0)
    taxed = owner.post("/adjustment/debit-note", {**asked, "kind": "freight", "rate_bps": 1800, "hsn": "996511"}).json
    assert (taxed["taxable_minor"], taxed["tax_minor"], taxed["amount_minor"]) == (118_000, 21_240, 139_200)
    assert taxed["document"]["number"] == taxed["invoice_number"]
    refused = owner.post("/adjustment/debit-note", {**asked, "kind": "freight"})
    assert (refused.status_code, refused.json["code"]) == (422, "TAX_BASIS_NEEDED")


def test_a_repeated_key_gives_one_credit(owner: Caller, shop: str) -> None:
    first, second = (owner.post("/adjustment/create", credit(shop), key="one-click").json["id"] for _ in range(2))
    assert first == second
    assert owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"] == -1000


def test_a_credit_is_not_reversed_as_a_payment(owner: Caller, shop: str) -> None:
    given = owner.post("/adjustment/create", credit(shop)).json["id"]
    assert owner.post(f"/payment/pay_{given[4:]}/reverse", {"reason": "wrong"}).status_code == 404


def test_a_write_off_is_the_owners(org: UUID, sign_in: Callable[..., Caller], shop: str) -> None:
    refused = sign_in(org, "accountant").post("/adjustment/create", credit(shop, kind="write_off"))
    assert (refused.status_code, refused.json["code"]) == (403, "FORBIDDEN")
    assert sign_in(org, "sales").post("/adjustment/create", credit(shop)).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gift"},
        {"amount_minor": 0},
        {"amount_minor": 10.5},
        {"amount_minor": "10"},
        {"reason": " "},
        {"retailer_id": "ret_0"},
        {"bill_id": "bil_0"},
        {"kind": "write_off"},
        {"surprise": 1},
    ],
)
def test_bad_input_writes_nothing(owner: Caller, org: UUID, shop: str, wrong: dict[str, Any]) -> None:
    before = rows(org)
    answer = owner.post("/adjustment/create", credit(shop, **wrong))
    assert 400 <= answer.status_code < 500
    assert answer.json["code"]
    assert rows(org) == before
