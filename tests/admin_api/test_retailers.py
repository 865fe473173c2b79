"""Shops over HTTP: added once, with numbers that can exist."""

from typing import Any

import pytest

from tests.admin_api.conftest import Caller


def shop(**changes: Any) -> dict[str, Any]:
    return {"code": "R1", "name": "Sharma Kirana", "phone": "98100 00001", **changes}


def test_a_gstin_is_kept_as_the_portal_writes_it(owner: Caller) -> None:
    added = owner.post("/retailers", shop(gstin="27aapfu 0939f1zv", state_code="27"))
    assert (added.status_code, added.json.get("gstin")) == (201, "27AAPFU0939F1ZV")
    assert owner.get(f"/retailers/{added.json['id']}").json["phone"] == "+919810000001"


@pytest.mark.parametrize("gstin", ["27AAPFU0939F1ZX", "27", "no number at all"])
def test_a_gstin_that_cannot_exist_is_refused(owner: Caller, gstin: str) -> None:
    refused = owner.post("/retailers", shop(gstin=gstin))
    assert (refused.status_code, refused.json["code"]) == (422, "GSTIN_INVALID")
    assert owner.get("/retailers").json["data"] == []


def test_the_state_of_a_shop_is_its_gstins(owner: Caller) -> None:
    assert owner.post("/retailers", shop(gstin="27AAPFU0939F1ZV")).json["state_code"] == "27"


@pytest.mark.parametrize(
    "wrong", [{"state_code": "99"}, {"state_code": "MH"}, {"gstin": "27AAPFU0939F1ZV", "state_code": "24"}]
)
def test_a_state_that_cannot_be_is_refused(owner: Caller, wrong: dict[str, str]) -> None:
    refused = owner.post("/retailers", shop(**wrong))
    assert (refused.status_code, refused.json["code"]) == (422, "INVALID")


@pytest.mark.parametrize("same", [{"phone": "98100 00002"}, {"code": "R2"}])
def test_a_code_or_phone_in_use_is_refused_and_names_the_shop(owner: Caller, same: dict[str, str]) -> None:
    first = owner.post("/retailers", shop())
    refused = owner.post("/retailers", shop(**same))
    assert (refused.status_code, refused.json["code"]) == (409, "RETAILER_EXISTS")
    assert refused.json["retailer_id"] == first.json["id"]
