"""References over HTTP: one transfer is told of and booked once, and the refusal says where it stands."""

from collections.abc import Callable
from uuid import UUID

import pytest

from core import db
from parties import retailers
from parties.tables import Retailer
from tests.admin_api.conftest import Caller
from tests.credit.test_references import SPELLINGS, UTR


@pytest.fixture
def other(org: UUID, make_retailer: Callable[..., Retailer]) -> str:
    with db.transaction(org) as session:
        return retailers.public_id(make_retailer(session).id)


def test_a_transfer_is_recorded_once_however_it_is_written(owner: Caller, shop: str, other: str) -> None:
    paid = {"retailer_id": shop, "amount_minor": 5000, "method": "upi", "reference": UTR}
    first = owner.post("/payment/record", paid).json
    for spelling in SPELLINGS:
        for method in ("upi", "bank", "other"):
            again = owner.post(
                "/payment/record", {**paid, "retailer_id": other, "method": method, "reference": spelling}
            )
            assert (again.status_code, again.json["code"]) == (409, "PAYMENT_REFERENCE_USED"), (spelling, method)
            assert (again.json["payment_id"], again.json["retailer_id"]) == (first["id"], shop)
    assert owner.get(f"/credit/retailer/{other}").json["outstanding_minor"] == 0


def test_a_claim_is_refused_where_its_reference_is_booked_or_claimed(owner: Caller, shop: str, other: str) -> None:
    claim = owner.post("/claims", {"retailer_id": shop, "amount_minor": 5000, "reference": UTR}).json
    for spelling in SPELLINGS:
        told = owner.post("/claims", {"retailer_id": other, "amount_minor": 5000, "reference": spelling})
        assert (told.json["code"], told.json["seen_claim_id"]) == ("CLAIM_KNOWN", claim["id"]), spelling
    verified = owner.post(f"/claims/{claim['id']}/verify", {}).json
    told = owner.post("/claims", {"retailer_id": other, "amount_minor": 5000, "reference": SPELLINGS[0]})
    assert (told.json["code"], told.json["seen_payment_id"]) == ("PAYMENT_REFERENCE_USED", verified["id"])
    recorded = {"retailer_id": other, "amount_minor": 5000, "method": "upi", "reference": SPELLINGS[1]}
    assert owner.post("/payment/record", recorded).json["code"] == "PAYMENT_REFERENCE_USED"


def test_a_claim_says_where_its_reference_is_booked_in_the_meantime(owner: Caller, shop: str, other: str) -> None:
    owner.post("/claims", {"retailer_id": shop, "amount_minor": 5000, "reference": UTR})
    assert owner.get("/claims").json["data"][0]["reference_seen"] is None
    recorded = {"retailer_id": other, "amount_minor": 5000, "method": "bank", "reference": SPELLINGS[2]}
    paid = owner.post("/payment/record", recorded).json
    assert paid["warnings"] == ["REFERENCE_CLAIMED_BY_ANOTHER_SHOP"]
    seen = owner.get("/claims").json["data"][0]["reference_seen"]
    assert (seen["payment_id"], seen["claim_id"], seen["retailer_id"]) == (paid["id"], None, other)


def test_equal_cash_is_asked_about_once(owner: Caller, shop: str) -> None:
    cash = {"retailer_id": shop, "amount_minor": 5000, "method": "cash"}
    owner.post("/payment/record", cash)
    asked = owner.post("/payment/record", cash)
    assert (asked.status_code, asked.json["code"]) == (409, "PAYMENT_LOOKS_DOUBLE")
    claim = owner.post("/claims", cash).json["id"]
    assert owner.post(f"/claims/{claim}/verify", {}).json["code"] == "PAYMENT_LOOKS_DOUBLE"
    assert owner.post("/payment/record", {**cash, "confirm_duplicate": True}).status_code == 201
    assert owner.post(f"/claims/{claim}/verify", {"confirm_duplicate": True}).status_code == 200
    assert owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"] == -15000


def test_a_second_opening_amount_on_account_is_refused_in_words_that_say_so(owner: Caller, shop: str) -> None:
    opening = f"/credit/retailer/{shop}/opening-balance"
    assert owner.post(opening, {"bills": [], "on_account_minor": 5000}).status_code == 201
    again = owner.post(opening, {"bills": [], "on_account_minor": 6000})
    assert (again.status_code, again.json["code"]) == (409, "OPENING_ON_ACCOUNT_EXISTS")
    assert "on account is booked already" in again.json["detail"]
