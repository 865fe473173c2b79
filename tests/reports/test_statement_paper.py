"""The statement as a PDF: it prints the account, is kept as it was, and comes back the same."""

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from pypdf import PdfReader
from sqlalchemy.orm import Session

from core import clock
from credit import adjustments, bills, days, payments
from credit.tables import Bill
from invoicing import papers
from parties.tables import Retailer
from reports import statement_paper

Make = Callable[..., Retailer]
Owe = Callable[..., Bill]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf), strict=True).pages)


def kept(session: Session, make_retailer: Make, owe: Owe) -> tuple[Retailer, UUID]:
    shop, today = make_retailer(session, name="मारुति किराना"), days.today(session)
    owe(session, shop.id, 400_00, due_in=-50, bill_on=today - timedelta(days=60))
    late = owe(session, shop.id, 1_000_00, due_in=-3, bill_on=today - timedelta(days=9))
    payments.record(session, payments.NewPayment(shop.id, 700_00, "upi", "412345678901", today - timedelta(days=2)))
    adjustments.create(
        session, adjustments.Adjustment(shop.id, "damage", 50_00, "two bottles broken", "owner", late.id)
    )
    return shop, statement_paper.keep(session, shop.id)


def test_it_prints_every_movement_and_what_is_open(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop, paper_id = kept(session, make_retailer, owe)
    pdf = papers.pdf(session, paper_id)
    assert pdf.filename == f"STATEMENT-{shop.code}-{days.today(session).isoformat()}.pdf"
    text = text_of(pdf.content)
    for fact in (
        "STATEMENT OF ACCOUNT", "Opening balance", "Closing balance", "Payment (UPI)", "412345678901", "Damaged goods",
        "two bottles broken", "650.00", "BILLS STILL OPEN", "₹650.00", "Shree Ganesh Traders",
    ):  # fmt: skip
        assert fact in text, fact


def test_it_stays_as_it_was_when_the_account_moves_on(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop, paper_id = kept(session, make_retailer, owe)
    first = papers.pdf(session, paper_id)
    owe(session, shop.id, 9_999_00, due_in=0)
    clock.advance(timedelta(days=3))
    assert papers.pdf(session, paper_id) == first
    assert papers.pdf(session, statement_paper.keep(session, shop.id)) != first


def test_a_shop_without_movements_has_a_statement(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    assert bills.open_bills(session, shop.id) == []
    text = text_of(papers.pdf(session, statement_paper.keep(session, shop.id)).content)
    assert "BILLS STILL OPEN" not in text
    assert "₹0.00" in text


def test_money_in_advance_is_said_as_such(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    payments.record(session, payments.NewPayment(shop.id, 300_00, "cash"))
    text = text_of(papers.pdf(session, statement_paper.keep(session, shop.id)).content)
    assert "300.00 in advance" in text
    assert "In advance" in text


def test_money_on_account_stands_between_what_is_open_and_what_is_owed(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    shop = make_retailer(session)
    payments.record(session, payments.NewPayment(shop.id, 400_00, "cash"))
    owe(session, shop.id, 1_000_00, due_in=-3)
    paper_id = statement_paper.keep(session, shop.id)
    text = text_of(papers.pdf(session, paper_id).content)
    for fact in ("1,000.00", "Less money on account", "-400.00", "600.00"):
        assert fact in text.replace("\u2212", "-").replace("\u2013", "-"), fact
