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
