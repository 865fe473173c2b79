"""Files that leave: whole, of one moment, for bookkeepers only, and noted in the audit trail."""

from collections.abc import Callable
from uuid import UUID

import pytest

from core import db
from core.audit import AuditEntry
from tests.admin_api.conftest import Caller

PATHS = ("/exports/journal",)


def owing(owner: Caller, shop: str) -> int:
    """Sell a case on credit; returns what the API says is owed."""
    line = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}
    placed = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [line]}).json
    owner.post(f"/orders/{placed['id']}/dispatch", {})
    owed: int = owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"]
    return owed


def test_the_journal_says_what_the_api_says(owner: Caller, shop: str) -> None:
    owed = owing(owner, shop)
    with owner.get("/exports/journal") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
        assert answer.headers["Content-Disposition"] == "attachment; filename=books.journal"
        assert answer.headers["Cache-Control"] == "no-store"
        assert f"INR {owed // 100}.{owed % 100:02d}" in answer.text
        assert answer.content_length == len(answer.data)


def test_the_past_has_less(owner: Caller, shop: str) -> None:
    owing(owner, shop)
    with owner.get("/exports/journal", as_of="2020-01-01") as answer:
        assert "assets:receivable:" not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_only_bookkeepers_take_the_books(
    path: str, org: UUID, new_org: Callable[..., UUID], sign_in: Callable[..., Caller]
) -> None:
    assert [sign_in(org, role).get(path).status_code for role in ("sales", "analyst")] == [403, 403]


@pytest.mark.parametrize("path", PATHS)
def test_an_export_is_noted_with_who_took_it(path: str, owner: Caller, org: UUID) -> None:
    with owner.get(path):
        pass
    with db.transaction(org) as session:
        entry = session.query(AuditEntry).filter_by(action="export.made").one()
    assert entry.actor.startswith("usr_")
    assert entry.after == {"export": path.rsplit("/", 1)[-1]}


def test_a_shop_of_another_organisation_is_in_none_of_them(
    owner: Caller, shop: str, new_org: Callable[..., UUID], sign_in: Callable[..., Caller]
) -> None:
    owing(owner, shop)
    with sign_in(new_org()).get("/exports/journal") as answer:
        assert "Sharma" not in answer.text


def test_what_is_large_is_sent_whole(owner: Caller, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin_api.exports.IN_MEMORY_BYTES", 16)
    owing(owner, shop)
    with owner.get("/exports/journal") as answer:
        assert answer.text.startswith("; Books of Shree Ganesh Traders")
        assert answer.text.endswith("\n")
