"""What is read can be put back: it is taken as it is, and a change that is none leaves no trace."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from core import db
from tests.admin_api.conftest import Caller
from tests.admin_api.described import Operation, operations

AN_ACT = {"PUT /stock/{sku}": "counting is an act, also when it finds what was known", "PUT /settings/logo": "a file"}


def changes(app: Flask) -> dict[str, Operation]:
    """Whatever replaces what can be read at the same address, by the version that was seen."""
    found = operations(app)
    read = {one.path for one in found if one.method == "GET"}
    return {
        one.name: one
        for one in found
        if one.method in ("PUT", "PATCH") and one.path in read and one.name not in AN_ACT and "If-Match" in one.headers
    }


@pytest.fixture
def names(owner: Caller, shop: str) -> dict[str, str]:
    """What stands in the paths."""
    return {
        "retailer_id": shop,
        "group_id": owner.post("/groups", {"name": "One owner", "limit_minor": 500}).json["id"],
    }


def entries(org: UUID) -> int:
    """How long the audit trail is."""
    with db.transaction(org) as session:
        count: int = db.execute(session, "SELECT count(*) FROM audit_entry WHERE org_id = %s", (str(org),)).scalar_one()
    return count


def test_what_is_read_is_put_back_and_nothing_has_changed(
    app: Flask, owner: Caller, org: UUID, names: dict[str, str]
) -> None:
    found = changes(app)
    assert {"PATCH /settings", "PUT /guardrails/{retailer_id}", "PUT /groups/{group_id}", "PUT /selling"} <= set(found)
    for name, operation in found.items():
        address, bearer = operation.address(names), {"Authorization": f"Bearer {owner.token}"}
        shown = owner.client.get(address, headers=bearer)
        count, tag = entries(org), shown.headers["ETag"]
        body = {**_taken(operation, shown.json), "reason": "as it is"}
        put = owner.client.open(address, method=operation.method, json=body, headers={**bearer, "If-Match": tag})
        assert (put.status_code, put.json, put.headers["ETag"]) == (200, shown.json, tag), name
        assert entries(org) == count, f"{name}: a change that is none is no entry"


def _taken(operation: Operation, shown: dict[str, Any]) -> dict[str, Any]:
    """What the operation takes of what was read."""
    return {name: shown[name] for name in (operation.body or {})["properties"] if name in shown}
