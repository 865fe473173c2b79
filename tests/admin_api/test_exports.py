"""Files that leave: whole, of one moment, for bookkeepers only, and noted in the audit trail."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pypdf import PdfReader
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock, db, settings
from core.audit import AuditEntry
from invoicing.tables import Invoice
from parties import organisations, retailers
from parties.tables import Retailer
from reports.invariants import i52_filed_months
from tests.admin_api.conftest import Caller

MONTH = {"month": "2026-11"}
PATHS = {
    "/exports/journal": {},
    "/exports/gstr1": MONTH,
    "/exports/tally": MONTH,
    "/exports/einvoice": MONTH,
    "/exports/sales-register": {**MONTH, "format": "csv"},
}


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
    assert [sign_in(org, role).get(path, **PATHS[path]).status_code for role in ("sales", "analyst")] == [403, 403]


@pytest.mark.parametrize("path", PATHS)
def test_an_export_is_noted_with_who_took_it(path: str, owner: Caller, org: UUID) -> None:
    with owner.get(path, **PATHS[path]):
        pass
    with db.transaction(org) as session:
        entry = session.query(AuditEntry).filter_by(action="export.requested").one()
    assert entry.actor.startswith("usr_")
    assert entry.after == {"export": path.rsplit("/", 1)[-1], **PATHS[path]}


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


def test_the_months_return_holds_the_invoice_to_the_paisa(owner: Caller, shop: str, org: UUID) -> None:
    owed = owing(owner, shop)
    with db.transaction(org) as session:
        issued_on = session.query(Invoice).one().issued_on
    with owner.get("/exports/gstr1", month=f"{issued_on:%Y-%m}") as answer:
        filed = json.loads(answer.text, parse_float=Decimal)
        assert f"filename=GSTR1-{issued_on:%m%Y}.json" in answer.headers["Content-Disposition"]
    [row] = filed["b2cs"]
    assert abs(row["txval"] + row["camt"] + row["samt"] - Decimal(owed).scaleb(-2)) < 1  # but for the round-off
    assert filed["doc_issue"]["doc_det"][0]["docs"][0]["net_issue"] == 1


@pytest.mark.parametrize("month", ["", "2026-13", "26-11", "2026-11-01"])
def test_a_month_that_is_none_is_refused(owner: Caller, month: str) -> None:
    assert owner.get("/exports/gstr1", month=month).status_code == 422


def test_who_files_no_return_is_told(new_org: Callable[..., UUID], sign_in: Callable[..., Caller]) -> None:
    answer = sign_in(new_org(gstin=None)).get("/exports/gstr1", month="2026-11")
    assert (answer.status_code, answer.json["code"]) == (409, "GSTR1_NOT_FOR_SELLER")


def test_the_register_adds_up_to_what_is_owed_in_either_form(owner: Caller, shop: str) -> None:
    owed = Decimal(owing(owner, shop)).scaleb(-2)
    days = {"from": "2020-01-01", "to": "2099-12-31"}
    with owner.get("/exports/sales-register", **days) as answer:
        assert answer.mimetype == "text/csv"
        assert answer.text.startswith("\ufeffdate,type,number,")
        assert answer.text.splitlines()[1].endswith(f",{owed}")
    with owner.get("/exports/sales-register", **days, format="xlsx") as answer:
        assert answer.headers["Content-Disposition"].endswith("sales-register-2020-01-01-2099-12-31.xlsx")
        assert answer.data.startswith(b"PK")


def test_tally_gets_a_sale_of_what_is_owed(owner: Caller, shop: str) -> None:
    owed = owing(owner, shop)
    with owner.get("/exports/tally", **{"from": "2020-01-01", "to": "2099-12-31"}) as answer:
        assert answer.mimetype == "application/xml"
        assert f"<AMOUNT>-{owed // 100}.{owed % 100:02d}</AMOUNT>" in answer.text


@pytest.mark.parametrize("days", [{}, {"from": "2026-11-01"}, {"from": "2026-12-01", "to": "2026-11-01"},
                                  {"month": "2026-11", "to": "2026-11-01"}])  # fmt: skip
def test_days_that_say_nothing_or_too_much_are_refused(owner: Caller, days: dict[str, str]) -> None:
    assert owner.get("/exports/tally", **days).status_code == 422


@pytest.fixture
def registered_shop(org: UUID, goods: None, make_retailer: Callable[..., Retailer]) -> str:
    """A shop with a GSTIN and a whole address, of a wholesaler with one too."""
    with db.transaction(org) as session:
        organisations.get(session).address = "Gala 14, APMC Market\nNavi Mumbai 400703"
        return retailers.public_id(
            make_retailer(session, gstin="27AAGCB7383J1Z8", address="12 MG Road\nPune 411001").id
        )


def test_a_registered_buyers_invoice_is_an_einvoice_by_number_and_by_days(
    owner: Caller, registered_shop: str, shop: str
) -> None:
    owing(owner, shop)  # an unregistered buyer's is none
    owing(owner, registered_shop)
    with owner.get("/exports/einvoice", **{"from": "2020-01-01", "to": "2099-12-31"}) as answer:
        found = json.loads(answer.text, parse_float=Decimal)
    [form] = found["invoices"]
    assert (found["incomplete"], form["BuyerDtls"]["Gstin"]) == ([], "27AAGCB7383J1Z8")
    with owner.get("/exports/einvoice", number=form["DocDtls"]["No"]) as answer:
        assert json.loads(answer.text, parse_float=Decimal) == form


def test_what_the_portal_would_refuse_is_named(owner: Caller, org: UUID, shop: str) -> None:
    with db.transaction(org) as session:
        retailers.find(session, shop).gstin = "27AAGCB7383J1Z8"
    owing(owner, shop)
    with owner.get("/exports/einvoice", **{"from": "2020-01-01", "to": "2099-12-31"}) as answer:
        [one] = json.loads(answer.text)["incomplete"]
    assert "the buyer's postal code" in one["missing"]
    refused = owner.get("/exports/einvoice", number=one["number"])
    assert (refused.status_code, refused.json["code"]) == (409, "EINVOICE_INCOMPLETE")
    assert owner.get("/exports/einvoice", number="NONE/1").status_code == 404


def test_a_registration_is_checked_against_the_document(
    owner: Caller, registered_shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owing(owner, registered_shop)
    with owner.get("/exports/einvoice", **{"from": "2020-01-01", "to": "2099-12-31"}) as answer:
        [form] = json.loads(answer.text)["invoices"]
    number, asked = form["DocDtls"]["No"], "/exports/einvoice/check"
    first = owner.post(asked, {"number": number, "irn": "0" * 64}, key=None).json
    assert (first["is_valid"], first["is_signed"]) == (False, False)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (tmp_path / "portal.pem").write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    monkeypatch.setenv("IRP_KEY_FILES", str(tmp_path / "portal.pem"))
    settings.current.cache_clear()
    facts = {
        "SellerGstin": form["SellerDtls"]["Gstin"], "BuyerGstin": form["BuyerDtls"]["Gstin"], "DocNo": number,
        "DocTyp": "INV", "DocDt": form["DocDtls"]["Dt"], "TotInvVal": form["ValDtls"]["TotInvVal"], "ItemCnt": 1,
        "MainHsnCode": form["ItemList"][0]["HsnCd"], "Irn": first["irn"],
    }  # fmt: skip
    code = jwt.encode({"data": json.dumps(facts)}, key, algorithm="RS256")
    checked = owner.post(asked, {"number": number, "irn": first["irn"], "signed_code": code}, key=None).json
    assert checked == {"number": number, "irn": first["irn"], "is_valid": True, "is_signed": True, "problems": []}


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> rsa.RSAPrivateKey:
    """The key of a registration portal that is known here."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "portal.pem").write_bytes(key.public_key().public_bytes(*public))
    monkeypatch.setenv("IRP_KEY_FILES", str(tmp_path / "portal.pem"))
    settings.current.cache_clear()
    return key


def answer_of(owner: Caller, number: str, key: rsa.RSAPrivateKey, **changes: str) -> dict[str, str]:
    """What the portal answers for a document of ours."""
    with owner.get("/exports/einvoice", number=number) as asked:
        form = json.loads(asked.text)
    irn = owner.post("/exports/einvoice/check", {"number": number, "irn": "0" * 64}, key=None).json["irn"]
    facts = {
        "SellerGstin": form["SellerDtls"]["Gstin"], "BuyerGstin": form["BuyerDtls"]["Gstin"], "DocNo": number,
        "DocTyp": "INV", "DocDt": form["DocDtls"]["Dt"], "TotInvVal": form["ValDtls"]["TotInvVal"], "ItemCnt": 1,
        "MainHsnCode": form["ItemList"][0]["HsnCd"], "Irn": irn, **changes,
    }  # fmt: skip
    code = jwt.encode({"data": json.dumps(facts)}, key, algorithm="RS256")
    return {"irn": irn, "ack_number": "112610000000017", "ack_at": clock.now().isoformat(), "signed_code": code}


def test_a_registration_is_kept_once_shown_and_never_changed(
    owner: Caller, org: UUID, registered_shop: str, portal: rsa.RSAPrivateKey, sign_in: Callable[..., Caller]
) -> None:
    owing(owner, registered_shop)
    [document] = owner.get("/invoices").json["data"]
    path, told = f"/invoices/{document['id']}", answer_of(owner, document["number"], portal)
    assert owner.get(path).json["registration"] is None
    bare = owner.get(f"{path}/pdf").data
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    wrong: list[dict[str, Any]] = [
        {"irn": "0" * 64},
        {"ack_number": "ACK-1"},
        {"ack_at": (clock.now() + timedelta(days=1)).isoformat()},
        answer_of(owner, document["number"], stranger),
        answer_of(owner, document["number"], portal, TotInvVal="1.00"),
    ]
    for changes in wrong:
        refused = owner.post(f"{path}/registration", {**told, **changes})
        assert (refused.status_code, refused.json["code"]) == (422, "REGISTRATION_WRONG"), changes
    kept = owner.post(f"{path}/registration", told)
    assert (kept.status_code, kept.json["registration"]["is_signed"]) == (201, True)
    assert owner.get(path).json["registration"] == kept.json["registration"]
    printed = owner.get(f"{path}/pdf").data
    assert told["irn"] in "".join(PdfReader(io.BytesIO(printed)).pages[0].extract_text().split())
    assert bare != printed == owner.get(f"{path}/pdf").data
    assert owner.post(f"{path}/registration", told).json == kept.json
    other = owner.post(f"{path}/registration", {**told, "ack_number": "112610000000018"})
    assert (other.status_code, other.json["code"]) == (409, "REGISTERED_ALREADY")
    clock.advance(timedelta(hours=25))
    refused = sign_in(org).post(f"{path}/cancel", {"reason": "a mistake"})
    assert (refused.status_code, refused.json["code"]) == (409, "DOCUMENT_NOT_CANCELLABLE")


def test_what_was_registered_can_be_cancelled_on_that_day(
    owner: Caller, registered_shop: str, portal: rsa.RSAPrivateKey
) -> None:
    owing(owner, registered_shop)
    [document] = owner.get("/invoices").json["data"]
    owner.post(f"/invoices/{document['id']}/registration", answer_of(owner, document["number"], portal))
    cancelled = owner.post(f"/invoices/{document['id']}/cancel", {"reason": "a mistake"})
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelled")
    late = owner.post(f"/invoices/{document['id']}/registration", {"irn": "0" * 64, "ack_number": "1",
                      "ack_at": clock.now().isoformat(), "signed_code": "x"})  # fmt: skip
    assert late.json["code"] == "EINVOICE_NOT_ELIGIBLE"


def doctor_says(session: Session, org: UUID) -> list[str]:
    """What the doctor finds about filed months of this organisation."""
    found = db.execute(session, f"SELECT org_id, what FROM ({i52_filed_months.INVARIANT.full_sql}) AS violation")
    return [row.what for row in found if row.org_id == org]


def spoil_filed_month(session: Session, org: UUID) -> None:
    """Cancel every document past the rules."""
    db.execute(
        session, "UPDATE invoice SET status = 'cancelled' WHERE org_id = %s AND refers_to_id IS NULL", (str(org),)
    )


def test_a_filed_month_stands_and_is_corrected_in_the_next(
    owner: Caller, org: UUID, registered_shop: str, sign_in: Callable[..., Caller]
) -> None:
    owing(owner, registered_shop)
    [document] = owner.get("/invoices").json["data"]
    month, path = document["issued_on"][:7], f"/invoices/{document['id']}"
    filed = {"month": month, "reference": "AA2711260000017"}
    early = owner.post("/exports/gstr1/filed", filed)
    assert (early.status_code, early.json["code"]) == (422, "MONTH_NOT_OVER")
    with owner.get("/exports/gstr1", month=month) as answer:
        before = answer.text
    clock.advance(timedelta(days=31))
    owner = sign_in(org)
    closed = owner.post("/exports/gstr1/filed", filed)
    assert (closed.status_code, closed.json["documents"]) == (201, 1)
    assert closed.json["taxable_minor"] == document["taxable_minor"]
    assert owner.post("/exports/gstr1/filed", filed).json == closed.json
    assert owner.post("/exports/gstr1/filed", {**filed, "reference": "AA2"}).json["code"] == "MONTH_FILED"
    assert owner.get("/exports/gstr1/filed").json["data"] == [closed.json]
    refused = owner.post(f"{path}/cancel", {"reason": "a mistake"})
    assert (refused.status_code, refused.json["code"]) == (409, "MONTH_FILED")
    note = owner.post(f"{path}/credit-notes", {"reason": "two came back", "lines": [{"line": 1, "qty": 2}]}).json
    with owner.get("/exports/gstr1", month=note["issued_on"][:7]) as answer:
        [buyer] = json.loads(answer.text)["cdnr"]
    assert [one["nt_num"] for one in buyer["nt"]] == [note["number"]]
    with owner.get("/exports/gstr1", month=month) as answer:
        assert answer.text == before
    with db.transaction(org) as session:
        assert doctor_says(session, org) == []
        with session.begin_nested() as undone:
            spoil_filed_month(session, org)
            assert "was filed over 1 documents, now there are 0" in doctor_says(session, org)[0]
            undone.rollback()
        where = "org_id = %s"
        refusals = (f"UPDATE filed_return SET reference = 'x' WHERE {where}", f"DELETE FROM registration WHERE {where}")
        for refusal in refusals:
            with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
                db.execute(session, refusal, (str(org),))
