"""Settings over the API: read, changed by founders who have seen them, audited, checked one by one."""

import base64
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

import policy
from admin_api.settings import ELSEWHERE, SettingsIn
from core import db
from invoicing import logos
from tests.admin_api.conftest import PREFIX, Caller


def patch(caller: Caller, body: dict[str, Any], tag: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {caller.token}", **({"If-Match": tag} if tag else {})}
    return caller.client.patch(f"{PREFIX}/settings", json={"reason": "as agreed", **body}, headers=headers)


def test_every_setting_can_be_read_and_changed() -> None:
    assert set(policy.kinds()) - ELSEWHERE == set(SettingsIn().fields) - {"reason"}


def test_a_founder_changes_what_they_have_seen_and_it_is_audited(owner: Caller, org: UUID) -> None:
    found = owner.get("/settings")
    assert found.json["exposure"] == "confirmed"
    assert patch(owner, {"exposure": "invoiced"}).status_code == 428
    changed = patch(owner, {"exposure": "invoiced", "hold_days": 3}, found.headers["ETag"])
    assert (changed.json["exposure"], changed.json["hold_days"]) == ("invoiced", 3)
    assert patch(owner, {"exposure": "confirmed"}, found.headers["ETag"]).status_code == 412
    assert owner.get("/settings").json == changed.json
    with db.transaction(org) as session:
        entries = db.execute(
            session,
            "SELECT before, after, reason FROM audit_entry"
            " WHERE org_id = %s AND action = 'organisation.setting_changed'",
            (str(org),),
        ).all()
    (entry,) = entries
    assert entry.before == {"exposure": "confirmed", "hold_days": 7}
    assert (entry.after, entry.reason) == ({"exposure": "invoiced", "hold_days": 3}, "as agreed")


def test_the_rules_of_the_ladder_share_the_version(owner: Caller) -> None:
    tag = owner.get("/settings").headers["ETag"]
    assert owner.get("/guardrails/ladder").headers["ETag"] == tag
    assert patch(owner, {"hold_days": 3}, tag).status_code == 200
    assert owner.put("/guardrails/ladder", {"reason": "all off"}, tag).status_code == 412


def test_when_cheques_count_is_told_as_it_was_chosen(owner: Caller) -> None:
    for chosen in ("deposit", "clearing", "clearing", "receipt"):
        changed = patch(owner, {"cheque_counts_on": chosen}, owner.get("/settings").headers["ETag"])
        assert (changed.status_code, changed.json["cheque_counts_on"]) == (200, chosen)
        assert owner.get("/settings").json["cheque_counts_on"] == chosen
    tag = owner.get("/settings").headers["ETag"]
    assert patch(owner, {"cheque_counts_on": "clearing_again"}, tag).status_code == 422


def test_a_new_shop_gets_the_usual_terms(owner: Caller, org: UUID, make_retailer: Callable[..., Any]) -> None:
    tag = owner.get("/settings").headers["ETag"]
    assert patch(owner, {"default_terms": {"limit_minor": 700_000, "credit_days": 9}}, tag).status_code == 200
    details = {"code": "N1", "name": "New Kirana", "phone": "+919812345678", "state_code": "27"}
    added = owner.post("/retailers", details)
    assert added.status_code == 201, added.json
    terms = owner.get(f"/guardrails/{added.json['id']}").json
    assert (terms["limit_minor"], terms["credit_days"]) == (700_000, 9)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"reminders_at": "25:00"},
        {"reminders_at": "9:00"},
        {"quiet_before": "20:00"},
        {"reminders_at": "20:00"},
        {"auto_pause_at": "19:00"},
        {"closed_weekdays": [7]},
        {"closed_weekdays": [0, 0]},
        {"closed_weekdays": [0, 1, 2, 3, 4, 5, 6]},
        {"holidays": ["2026-02-30"]},
        {"smallest_reminder_minor": 1.5},
        {"apply_advances": "yes"},
        {"cash_discount": {"percent_bps": 10_001, "within_days": 7}},
        {"late_fees": {"rate_bps": 100}},
        {"cheque_counts_on": "hope"},
        {"exposure": None},
        {"override_hours": 0},
        {"default_terms": {"temporary_limit_minor": 5}},
        {"default_terms": {"credit_days": -1}},
        {"invoice_prefix": "too long"},
        {"email": "nobody"},
        {"bank_account": {"holder": "Ganesh"}},
        {"gst_scheme": "none"},
        {"ladder": {"pause": {}}},
        {"logo": "0" * 64},
        {"mood": 3},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(owner: Caller, wrong: dict[str, Any]) -> None:
    before = owner.get("/settings")
    refused = patch(owner, wrong, before.headers["ETag"])
    assert (refused.status_code, refused.json["code"]) in {(422, "INVALID"), (422, "VALIDATION_FAILED")}, refused.json
    after = owner.get("/settings")
    assert (after.json, after.headers["ETag"]) == (before.json, before.headers["ETag"])


def test_staff_read_settings_and_do_not_change_them(org: UUID, sign_in: Callable[..., Caller]) -> None:
    sales = sign_in(org, "sales")
    found = sales.get("/settings")
    assert found.status_code == 200
    assert patch(sales, {"hold_days": 3}, found.headers["ETag"]).status_code == 403


def test_the_logo_is_set_and_read_with_the_version_that_was_seen(owner: Caller) -> None:
    tag = owner.get("/settings").headers["ETag"]
    body = {"picture": base64.b64encode(sign()).decode(), "reason": "our sign"}
    assert owner.put("/settings/logo", body).status_code == 428
    done = owner.put("/settings/logo", body, tag)
    assert (done.status_code, done.headers["ETag"] != tag) == (200, True)
    assert owner.get("/settings/logo").json == done.json
    assert base64.b64decode(done.json["picture"]) == logos.printable(sign())
    stale = owner.put("/settings/logo", body, tag)
    assert (stale.status_code, stale.json["code"]) == (412, "VERSION_CONFLICT")
    for wrong in ("%%%", base64.b64encode(b"<svg/>").decode()):
        refused = owner.put("/settings/logo", {**body, "picture": wrong}, done.headers["ETag"])
        assert (refused.status_code, refused.json["code"]) == (422, "LOGO_INVALID")


def sign() -> bytes:
    """A dark sign on white."""
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "PNG")
    return out.getvalue()


FILLED = {  # a value for each setting that a new organisation has none of
    "holidays": ["2026-11-09", "2027-01-26"],
    "closed_weekdays": [6],
    "invoice_prefix": "BT",
    "email": "books@ganesh.example",
    "bank_account": {"holder": "Ganesh", "bank": "SBI", "account": "0011223344", "ifsc": "SBIN0000001"},
    "strn": "03-06-2600-123-45",
    "ntn": "1234567-8",
    "further_tax_bps": 400,
    "lut": {"arn": "AD270326012345X", "from_on": "2026-04-01", "until_on": "2027-03-31"},
    "fssai": "11521018000123",
    "licences": [{"name": "Drug licence", "number": "MH-20B-12345"}],
    "invoice_terms": ["Net 15", "E. & O. E."],
    "eway_limit_minor": 5_000_000,
    "cash_limit_minor": 0,
}


@pytest.mark.parametrize("is_filled", [False, True], ids=["as_at_first", "with_every_setting_filled"])
def test_what_is_shown_is_taken_back_and_changes_nothing(owner: Caller, org: UUID, is_filled: bool) -> None:
    at_first = owner.get("/settings")
    empty = {name for name, value in at_first.json.items() if not value and not is_number(value)}
    assert empty == FILLED.keys(), "a setting that is empty at first has a value in FILLED"
    if is_filled:
        assert patch(owner, FILLED, at_first.headers["ETag"]).status_code == 200
    shown = owner.get("/settings")
    tag, count = shown.headers["ETag"], entries(org)
    for given in ({name: value} for name, value in shown.json.items()):
        taken = patch(owner, given, tag)
        assert (taken.status_code, taken.json, taken.headers["ETag"]) == (200, shown.json, tag), given
    assert patch(owner, shown.json, tag).json == owner.get("/settings").json == shown.json
    ladder = owner.put("/guardrails/ladder", {**owner.get("/guardrails/ladder").json, "reason": "as it is"}, tag)
    assert (ladder.status_code, ladder.headers["ETag"]) == (200, tag)
    assert entries(org) == count, "a change that is none is no entry"


def test_what_is_filled_is_emptied_again(owner: Caller) -> None:
    at_first = owner.get("/settings")
    filled = patch(owner, FILLED, at_first.headers["ETag"])
    assert filled.json != at_first.json
    emptied = patch(owner, {name: at_first.json[name] for name in FILLED}, filled.headers["ETag"])
    assert (emptied.status_code, emptied.json) == (200, at_first.json)


def test_the_audit_names_what_changed_and_not_what_was_named_beside_it(owner: Caller, org: UUID) -> None:
    shown = owner.get("/settings")
    assert patch(owner, {**shown.json, "hold_days": 3}, shown.headers["ETag"]).status_code == 200
    with db.transaction(org) as session:
        (entry,) = db.execute(session, f"SELECT before, after {CHANGES}", (str(org),)).all()
    assert (entry.before, entry.after) == ({"hold_days": 7}, {"hold_days": 3})


CHANGES = "FROM audit_entry WHERE org_id = %s AND action = 'organisation.setting_changed'"


def entries(org: UUID) -> int:
    """How many changes of settings the audit trail has."""
    with db.transaction(org) as session:
        count: int = db.execute(session, f"SELECT count(*) {CHANGES}", (str(org),)).scalar_one()
    return count


def is_number(value: Any) -> bool:
    """Also a yes or no; 0 is a value like another."""
    return isinstance(value, int)
