"""A cancelled document looks cancelled: on every print of it, whoever asks, whatever kind it is."""

import io
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import AuditEntry
from credit import gateway_accounts, payment_links
from credit.gateways import Keys
from credit.payment_links import NewLink
from invoicing import cancelling, credit_notes, debit_notes, papers
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports.invariants import i31_documents
from tests.invoicing.conftest import goods

Issue = Callable[..., Invoice]
Make = Callable[..., Retailer]
REASON = "billed to the wrong shop"


def printed(session: Session, document: Invoice, copy: papers.Copy = "original", size: papers.Size = "a4") -> list[str]:
    """What each page says."""
    pdf = papers.pdf(session, document.id, copy, size).content
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def note_on(session: Session, invoice: Invoice) -> Invoice:
    given = credit_notes.issue(
        session, NewCreditNote(invoice.id, "return", "wet", "owner", [Correction(line_no=1, qty_milli=5_000)])
    )
    assert given.note is not None
    return given.note


def asked_on(session: Session, invoice: Invoice) -> Invoice:
    new = NewDebitNote(invoice.id, "rate_difference", "old price", "owner", [Raised(line_no=1, taxable_minor=10_000)])
    return debit_notes.issue(session, new)


@pytest.mark.parametrize("kind", ["invoice", "credit note", "debit note"])
@pytest.mark.parametrize(("copy", "size"), [("original", "a4"), ("duplicate", "a4"), ("original", "80mm")])
def test_every_print_says_so_with_day_and_reason_and_asks_for_no_money(
    session: Session, make_retailer: Make, issue: Issue, kind: str, copy: papers.Copy, size: papers.Size
) -> None:
    document = issue(session, make_retailer(session).id)
    if kind != "invoice":
        document = note_on(session, document) if kind == "credit note" else asked_on(session, document)
    before = "\n".join(printed(session, document, copy, size))
    assert "CANCELLED" not in before
    cancelling.cancel(session, document.id, REASON, "owner")
    text = "\n".join(printed(session, document, copy, size))
    today = clock.today("Asia/Kolkata")
    assert "CANCELLED" in text
    assert f"On {today.day} {today:%b %Y}. Reason: {REASON}." in " ".join(text.split())
    for word in ("ORIGINAL FOR", "DUPLICATE FOR", "upi", "UPI", "Due date"):
        assert word not in text
    paper = papers.paper(session, document.id)
    assert (paper.payment.vpa, paper.payment.upi_link, paper.payment.bank, paper.due_on) == ("", "", (), None)


def test_the_stamp_is_on_every_page(session: Session, make_retailer: Make, issue: Issue) -> None:
    document = issue(session, make_retailer(session).id, lines=[goods(f"SUGAR-{number}") for number in range(80)])
    assert len(printed(session, document)) > 1
    cancelling.cancel(session, document.id, "रसीद ग़लत दुकान की थी، غلط دکان", "owner")
    assert all("CANCELLED" in page for page in printed(session, document))


def test_the_print_is_made_once_and_the_one_that_was_handed_out_is_kept(
    session: Session, make_retailer: Make, issue: Issue, home: Path, org: UUID
) -> None:
    document = issue(session, make_retailer(session).id)
    handed_out = papers.pdf(session, document.id).content
    cancelling.cancel(session, document.id, REASON, "owner")
    first, second = (papers.pdf(session, document.id).content for _ in range(2))
    assert first == second != handed_out
    assert (home / "documents" / str(org) / f"{document.id}.pdf").read_bytes() == handed_out
    redrawn = session.scalars(select(AuditEntry).where(AuditEntry.action == "invoice.redrawn")).one()
    assert redrawn.before == {"sha256": papers.digest(handed_out)}
    assert redrawn.after == {"sha256": papers.digest(first)}
    probe = i31_documents.INVARIANT.probe
    assert probe is not None
    assert list(probe(session, org)) == []


def test_no_link_asks_for_its_money_any_longer(session: Session, make_retailer: Make, issue: Issue) -> None:
    gateway_accounts.connect(session, "razorpay", "a secret of the webhook", Keys("rzp_test_1", "key secret"))
    document, other = (issue(session, make_retailer(session).id) for _ in range(2))
    links = [
        payment_links.create(session, NewLink(one.retailer_id, one.total_minor, "razorpay", bill_id=one.bill_id))
        for one in (document, other)
    ]
    cancelling.cancel(session, document.id, REASON, "owner")
    assert [payment_links.get(session, link.id).status for link in links] == ["cancelled", "requested"]
