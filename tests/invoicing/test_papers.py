"""The PDF of an invoice: drawn once, kept, proved by its hash, the same for ever."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core import ids
from core.audit import AuditEntry
from core.errors import NotFound
from credit import payments
from credit.payments import NewPayment
from invoicing import papers
from invoicing.tables import Invoice
from parties.tables import Retailer
from tests.invoicing.conftest import goods
from tests.invoicing.test_footing import pages_of
from tests.invoicing.test_pdf import spoken_in

Make = Callable[..., Retailer]
Issue = Callable[..., Invoice]


def printed(pdf: bytes) -> str:
    """All that can be read on a paper."""
    return "\n".join(pages_of(pdf))


@pytest.fixture
def invoice(session: Session, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice]) -> Invoice:
    return issue(session, make_retailer(session).id, lines=[goods(), goods("SALT", rate_bps=0, treatment="exempt")])


@pytest.fixture
def kept(home: Path, org: UUID, invoice: Invoice) -> Path:
    return home / "documents" / str(org) / f"{invoice.id}.pdf"


def test_a_paper_prints_what_the_invoice_holds(session: Session, invoice: Invoice) -> None:
    paper = papers.paper(session, invoice.id)
    assert (paper.number, paper.grand_total_minor) == (invoice.number, invoice.total_minor)
    assert (paper.seller.name, paper.buyer.address) == ("Shree Ganesh Traders", ("12 MG Road", "Pune 411001"))
    assert paper.heads == ("cgst", "sgst")
    assert [(line.qty, line.note, line.total_minor) for line in paper.lines] == [
        (50, "1 bag", 220_500),
        (50, "1 bag", 210_000),
    ]
    assert paper.payment.upi_link.startswith("upi://pay?pa=ganeshtraders@okhdfcbank")
    assert f"am={invoice.total_minor // 100}.00" in paper.payment.upi_link
    assert paper.references == (("Order", "R1-1"),)
    assert paper.place_of_supply == "Maharashtra (27)"


def test_a_bill_names_the_licences_that_its_trade_must_name(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    licences = [{"name": "Drug licence", "number": "MH-TZ1-20B-12345"}]
    policy.change(session, {"fssai": "11521999000123", "licences": licences}, "as they were granted")
    invoice = issue(session, make_retailer(session).id)
    policy.change(session, {"fssai": "", "licences": []}, "they ran out")  # what is printed stays
    known = (("FSSAI", "11521999000123"), ("Drug licence", "MH-TZ1-20B-12345"))
    assert papers.paper(session, invoice.id).seller.licences == known
    text = printed(papers.pdf(session, invoice.id).content)
    assert "FSSAI 11521999000123" in text
    assert "Drug licence MH-TZ1-20B-12345" in text


def test_a_bill_says_what_was_owed_before_it_and_is_owed_with_it(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    first, second = (issue(session, shop.id) for _ in range(2))
    assert papers.paper(session, first.id).balance == (0, 220_500)
    assert papers.paper(session, second.id).balance == (220_500, 441_000)
    payments.record(session, NewPayment(shop.id, 500_000, "cash"))
    third = issue(session, shop.id)
    assert papers.paper(session, third.id).balance == (-59_000, 161_500)
    assert "590.00 Cr" in printed(papers.pdf(session, third.id).content)
    assert papers.paper(session, first.id).balance == (0, 220_500)  # as it was handed over


def test_labels_stand_in_the_language_of_the_shop_beside_english(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    hindi, english = issue(session, shop.id, language="hi"), issue(session, shop.id)
    assert papers.paper(session, hindi.id).language == "hi"
    assert "language" not in english.buyer
    assert "भुगतान" in spoken_in(papers.pdf(session, hindi.id).content)
    assert "Due date" in printed(papers.pdf(session, hindi.id).content)


def test_the_file_the_row_and_the_answer_are_the_same_bytes(session: Session, invoice: Invoice, kept: Path) -> None:
    pdf = papers.pdf(session, invoice.id)
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.filename == invoice.number.replace("/", "-") + ".pdf"
    assert kept.read_bytes() == pdf.content
    assert invoice.pdf_sha256 == hashlib.sha256(pdf.content).hexdigest()
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_lost_file_is_drawn_again_identically(session: Session, invoice: Invoice, kept: Path) -> None:
    first = papers.pdf(session, invoice.id)
    kept.unlink()
    assert papers.pdf(session, invoice.id) == first
    assert kept.read_bytes() == first.content


def test_a_changed_file_is_not_handed_out(session: Session, invoice: Invoice, kept: Path) -> None:
    first = papers.pdf(session, invoice.id)
    kept.write_bytes(b"%PDF-1.4 nine lakh rupees")
    assert papers.pdf(session, invoice.id) == first
    assert kept.read_bytes() == first.content


def test_other_bytes_than_before_are_said_in_the_audit_trail(session: Session, invoice: Invoice) -> None:
    invoice.pdf_sha256 = "0" * 64
    session.flush()
    papers.pdf(session, invoice.id)
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "invoice.redrawn")).one().before == {
        "sha256": "0" * 64
    }


def test_an_invoice_of_nobody_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        papers.pdf(session, ids.new())
