"""The PDF of an invoice: drawn once, kept, proved by its hash, the same for ever."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.audit import AuditEntry
from core.errors import NotFound
from invoicing import papers
from invoicing.tables import Invoice
from parties.tables import Retailer
from tests.invoicing.conftest import goods


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
