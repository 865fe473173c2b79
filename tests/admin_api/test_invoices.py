"""Documents over HTTP: lists, prints, notes, cancelling, links, and what an unsaved one comes to."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from core import db, ids, settings
from credit.tables import Payment
from invoicing import issuing
from parties import retailers
from tests.admin_api.conftest import Caller
from tests.invoicing.conftest import goods


@pytest.fixture
def invoice(org: UUID, shop: str) -> str:
    """An issued invoice of 50 kg of sugar, by its public id."""
    with db.transaction(org) as session:
        buyer = issuing.Buyer("Sharma Kirana", "Pune", gstin="27AAGCB7383J1Z8", state_code="27")
        retailer_id = retailers.find(session, shop).id
        request = issuing.Request(ids.new(), retailer_id, buyer, [goods()], "CREDIT", credit_days=15)
        return ids.public("inv", issuing.issue(session, request).id)


def returned(qty: Any = 5, **changes: Any) -> dict[str, Any]:
    return {"reason": "wet", "lines": [{"line": 1, "qty": qty}], **changes}


def test_documents_are_listed_and_read(owner: Caller, shop: str, invoice: str) -> None:
    listed = owner.get("/invoices", retailer_id=shop, document_type="tax_invoice").json
    assert [one["id"] for one in listed["data"]] == [invoice]
    read = owner.get(f"/invoices/{invoice}").json
    assert (read["number"], read["total_minor"], read["cgst_minor"]) == (listed["data"][0]["number"], 220_500, 5_250)
    assert [(line["qty"], line["taxable_minor"]) for line in read["lines"]] == [(50, 210_000)]
    assert (read["notes"], read["warnings"]) == ([], [])
    assert owner.get("/invoices", status="cancelled").json["data"] == []
    assert owner.get("/invoices/inv_unknown").status_code == 404


@pytest.mark.parametrize(
    "query", [{}, {"copy": "duplicate"}, {"copy": "triplicate", "size": "80mm"}, {"size": "80mm"}], ids=str
)
def test_every_print_is_a_pdf_and_the_same_again(owner: Caller, invoice: str, query: dict[str, str]) -> None:
    first, second = (owner.get(f"/invoices/{invoice}/pdf", **query) for _ in range(2))
    assert (first.status_code, first.mimetype, first.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert first.data == second.data
    assert owner.get(f"/invoices/{invoice}/pdf", copy="fourth").status_code == 422


def test_a_return_is_a_credit_note_once(owner: Caller, invoice: str) -> None:
    first, second = (owner.post(f"/invoices/{invoice}/credit-notes", returned(), key="wet") for _ in range(2))
    assert first.status_code == 201
    assert first.json == second.json
    note = first.json
    assert (note["document_type"], note["refers_to_id"], note["total_minor"]) == ("credit_note", invoice, 22_100)
    assert note["outstanding_minor"] == 220_500 - 22_100
    assert [one["id"] for one in owner.get(f"/invoices/{invoice}").json["notes"]] == [note["id"]]
    assert b"%PDF-" in owner.get(f"/invoices/{note['id']}/pdf").data


def test_a_return_by_way_of_adjustments_names_its_note(owner: Caller, shop: str, invoice: str) -> None:
    bill_id = owner.get(f"/invoices/{invoice}").json["bill_id"]
    body = {"retailer_id": shop, "kind": "return", "reason": "wet", "bill_id": bill_id}
    given = owner.post("/adjustment/create", {**body, "lines": [{"line": 1, "qty": 5}]})
    assert (given.status_code, given.json["amount_minor"]) == (201, 22_100)
    assert given.json["credit_note"]["document_type"] == "credit_note"
    plain = owner.post("/adjustment/create", {**body, "amount_minor": 500})
    assert plain.json["credit_note"]["document_type"] == "commercial_credit_note"
    assert owner.post("/adjustment/create", body).status_code == 422
    back = owner.post(f"/adjustment/{given.json['id']}/reverse", {"reason": "counted wrong"})
    assert (back.status_code, back.json["status"]) == (200, "reversed")
    note = owner.get(f"/invoices/{given.json['credit_note']['id']}").json
    assert (note["status"], note["cancel_reason"]) == ("cancelled", "counted wrong")


def test_a_debit_note_is_a_bill(owner: Caller, invoice: str) -> None:
    body = {"reason": "two bags more", "lines": [{"line": 1, "taxable_minor": 8_400}]}
    noted = owner.post(f"/invoices/{invoice}/debit-notes", body)
    assert (noted.status_code, noted.json["total_minor"], noted.json["bill"]["open_minor"]) == (201, 8_800, 8_800)
    assert noted.json["bill"]["invoice_number"] == noted.json["number"]


@pytest.mark.parametrize("kind", ["invoice", "debit note"])
def test_what_undid_a_cancelled_document_stays(owner: Caller, org: UUID, shop: str, invoice: str, kind: str) -> None:
    raised = {"reason": "two bags more", "lines": [{"line": 1, "taxable_minor": 8_400}]}
    gone = invoice if kind == "invoice" else owner.post(f"/invoices/{invoice}/debit-notes", raised).json["id"]
    assert owner.post(f"/invoices/{gone}/cancel", {"reason": "twice"}).status_code == 200
    owed = owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"]
    with db.transaction(org) as session:
        undoing = session.scalars(select(Payment).where(Payment.reference.like("CANCEL %"))).one().id
    refused = owner.post(f"/adjustment/{ids.public('adj', undoing)}/reverse", {"reason": "not twice"})
    assert (refused.status_code, refused.json["code"]) == (409, "DOCUMENT_NOT_CANCELLABLE")
    assert owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"] == owed


def test_a_document_is_cancelled_with_a_reason(
    owner: Caller, sign_in: Callable[..., Caller], org: UUID, invoice: str
) -> None:
    assert sign_in(org, "sales").post(f"/invoices/{invoice}/cancel", {"reason": "twice"}).status_code == 403
    assert owner.post(f"/invoices/{invoice}/cancel", {}).status_code == 422
    gone = owner.post(f"/invoices/{invoice}/cancel", {"reason": "twice"})
    assert (gone.status_code, gone.json["status"]) == (200, "cancelled")
    again = owner.post(f"/invoices/{invoice}/cancel", {"reason": "twice"})
    assert (again.status_code, again.json["code"]) == (409, "DOCUMENT_NOT_CANCELLABLE")


def test_a_link_is_shown_once_followed_and_revoked(owner: Caller, invoice: str) -> None:
    made = owner.post(f"/invoices/{invoice}/links", {})
    path = made.json["url"].removeprefix(settings.current().public_base_url)
    assert owner.client.get(path).status_code == 200
    assert [link["downloads"] for link in owner.get(f"/invoices/{invoice}/links").json["data"]] == [1]
    assert owner.post(f"/invoices/{invoice}/links/revoke", {"reason": "wrong person"}).json == {"revoked": 1}
    assert owner.client.get(path).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": []},
        {"lines": [{"line": 1}]},
        {"lines": [{"line": 1, "qty": 1.0005}]},
        {"lines": [{"line": 1, "qty": -1}]},
        {"lines": [{"line": 2, "qty": 1}]},
        {"lines": [{"line": 1, "qty": 51}]},
        {"kind": "goodwill"},
        {"reason": " "},
        {"extra": 1},
    ],
)
def test_what_cannot_come_back_is_refused(owner: Caller, invoice: str, wrong: dict[str, Any]) -> None:
    refused = owner.post(f"/invoices/{invoice}/credit-notes", returned(**wrong))
    assert 400 <= refused.status_code < 500
    assert owner.get(f"/invoices/{invoice}").json["notes"] == []


def test_an_unsaved_document_is_computed_with_its_warnings(owner: Caller) -> None:
    document = {"seller": {"state": "27"}, "lines": [{"qty": 1, "unit_price_paise": 10_000_000, "rate_bps": 500}]}
    out = owner.post("/invoices/preview", {"document": document}).json
    assert out["grand_total"] == 10_500_000
    assert [one["code"] for one in out["warnings"]] == ["EWAY_BILL_NEEDED", "UPI_LIMIT", "BUYER_ADDRESS_NEEDED"]
    assert owner.post("/invoices/preview", {"document": {"lines": []}}).status_code == 422


def test_another_organisations_documents_are_not_found(
    new_org: Callable[..., UUID], sign_in: Callable[..., Caller], invoice: str
) -> None:
    stranger = sign_in(new_org(), "owner")
    for path in ("", "/pdf", "/links"):
        assert stranger.get(f"/invoices/{invoice}{path}").status_code == 404
    assert stranger.post(f"/invoices/{invoice}/credit-notes", returned()).status_code == 404
