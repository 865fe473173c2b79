"""The audit trail over HTTP: filtered, downloaded, verified."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from core import anchors, clock, db
from parties import organisations
from reports import cells
from tests.admin_api.conftest import Caller


def told(owner: Caller, path: str, **query: str) -> list[str]:
    answer = owner.get(path, **query)
    assert answer.status_code == 200, answer.text
    return [entry["action"] for entry in answer.json["data"]]


def test_the_trail_is_filtered_by_action_actor_subject_and_day(owner: Caller, shop: str, org: UUID) -> None:
    paused = owner.post(f"/credit/{shop}/pause", {"reason": "late"})
    with db.transaction(org) as session:
        later = clock.today(organisations.get(session).timezone) + timedelta(days=1)
    assert told(owner, f"/audit/{shop}", action="credit.*") == ["credit.paused"]
    assert told(owner, f"/audit/{shop}", action="credit.paused") == ["credit.paused"]
    assert told(owner, f"/audit/{shop}", action="credit.p") == []
    assert told(owner, f"/audit/{shop}", action="%*") == []
    assert told(owner, f"/audit/{shop}", request_id=paused.headers["Request-Id"]) == ["credit.paused"]
    assert told(owner, "/audit/credit/all", actor="nobody") == []
    assert told(owner, f"/audit/{shop}", subject=shop, to=later.isoformat(), action="credit.*") == ["credit.paused"]
    assert told(owner, f"/audit/{shop}", **{"from": later.isoformat()}) == []


@pytest.mark.parametrize(
    "query", [{"from": "2026-13-01"}, {"from": "2026-02-02", "to": "2026-02-01"}, {"format": "pdf"}]
)
def test_a_filter_that_means_nothing_is_refused(owner: Caller, query: dict[str, str]) -> None:
    assert owner.get("/audit/credit/all", **query).status_code == 422


def test_the_download_holds_every_entry_and_runs_nothing(owner: Caller, shop: str) -> None:
    for reason in ("=HYPERLINK(1)", "@sum", "ठीक है"):
        owner.post(f"/credit/{shop}/pause", {"reason": reason})
        owner.post(f"/credit/{shop}/unpause", {"reason": f"+{reason}"})
    answer = owner.get(f"/audit/{shop}", format="csv", limit=1)
    assert answer.mimetype == "text/csv"
    assert "audit.csv" in answer.headers["Content-Disposition"]
    header, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert header[:5] == ["at", "actor", "action", "subject", "reason"]
    assert len(rows) == len(told(owner, f"/audit/{shop}", limit="100"))
    reasons = [row[4] for row in rows]
    assert {"'=HYPERLINK(1)", "'@sum", "ठीक है", "'+ठीक है"} <= set(reasons)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("risky", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\ufeff=1", "\u00a0@x"])
def test_a_cell_that_begins_like_a_formula_is_text(risky: str) -> None:
    assert cells.guarded(risky) == f"'{risky}"


def test_harmless_cells_stay_as_they_are() -> None:
    assert [cells.guarded(value) for value in ("5-2", "a=b", "", None, -7)] == ["5-2", "a=b", "", "", -7]


def test_verifying_says_whether_the_trail_is_intact(owner: Caller, shop: str, org: UUID) -> None:
    answer = owner.get("/audit/verify").json
    assert (answer["intact"], answer["status"], answer["anchored_at"]) == (True, "holds", None)
    assert answer["entries"] >= answer["chains"] == 2
    with db.transaction(org) as session:
        anchors.append(session)
    assert owner.get("/audit/verify").json["anchored_at"].endswith("Z")
    with db.transaction(org) as session:
        db.execute(session, "UPDATE organisation SET audit_head = 'x'")
    answer = owner.get("/audit/verify").json
    assert (answer["intact"], answer["problem_count"]) == (False, 1)


@pytest.mark.parametrize("path", ["/audit/verify", "/audit/credit/all"])
def test_only_bookkeepers_read_the_trail(org: UUID, sign_in: Callable[..., Caller], path: str) -> None:
    assert sign_in(org, "sales").get(path).status_code == 403
