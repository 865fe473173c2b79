"""The statement as a PDF: it prints the account, is kept as it was, and comes back the same."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from core import clock
from credit import adjustments, bills, days, payments
from credit.tables import Bill
from invoicing import cancelling, papers, pay_codes, upi
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports import statement_paper
from tests.invoicing.test_footing import pages_of
from tests.invoicing.test_pdf import spoken_in

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


def test_a_cancelled_bill_is_called_cancelled_and_no_return(
    session: Session, make_retailer: Make, issue: Callable[..., Invoice]
) -> None:
    invoice = issue(session, make_retailer(session).id)
    cancelling.cancel(session, invoice.id, "billed to the wrong shop", "owner")
    movements = papers.kept_paper(session, statement_paper.keep(session, invoice.retailer_id)).content["movements"]
    assert [(one["label"], one["reference"]) for one in movements] == [
        ("Invoice", invoice.number), ("Cancelled", invoice.number),
    ]  # fmt: skip
    assert "billed to the wrong shop" in movements[1]["note"]


def test_money_in_advance_is_said_as_such(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    payments.record(session, payments.NewPayment(shop.id, 300_00, "cash"))
    text = text_of(papers.pdf(session, statement_paper.keep(session, shop.id)).content)
    assert "300.00 Cr" in text
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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("hi", ("खाता विवरण", "भुगतान", "खुले बिल")),
        ("ur", ("کھاتے کی تفصیل", "ادائیگی", "باقی بل")),
        ("hi_Latn", ("Khate ka vivran", "Payment", "Khule bill")),
    ],
)
def test_it_speaks_to_the_shop_in_its_language_beside_english(
    session: Session, make_retailer: Make, owe: Owe, language: str, words: tuple[str, ...]
) -> None:
    shop, _ = kept(session, make_retailer, owe)
    shop.language = language
    session.flush()
    paper_id = statement_paper.keep(session, shop.id)
    for size in papers.SIZES:
        pdf = papers.pdf(session, paper_id, size=size).content
        said = spoken_in(pdf) + "\n".join(pages_of(pdf))
        for word in (*words, "STATEMENT OF ACCOUNT"):
            assert word in said, (size, word)
        assert "…" not in said


def test_balances_say_on_which_side_they_stand(session: Session, make_retailer: Make, owe: Owe) -> None:
    _shop, paper_id = kept(session, make_retailer, owe)
    text = text_of(papers.pdf(session, paper_id).content)
    assert "1,400.00 Dr" in text
    assert "650.00 Dr" in text


def test_a_payment_goes_by_its_receipt_and_names_the_banks_reference(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    shop, _ = kept(session, make_retailer, owe)
    payments.record(session, payments.NewPayment(shop.id, 100, "cash"))
    for size in papers.SIZES:
        text = "\n".join(pages_of(papers.pdf(session, statement_paper.keep(session, shop.id), size=size).content))
        assert "pay_" not in text
        assert len(set(re.findall(r"R/[0-9]{2}-[0-9]{2}/[0-9]{6}", text))) == 2
        assert "Ref. 412345678901" in text


def test_one_line_says_how_old_what_is_open_is(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop = make_retailer(session)
    for due_in, minor in ((5, 100_00), (-3, 200_00), (-45, 300_00), (-70, 400_00), (-100, 500_00)):
        owe(session, shop.id, minor, due_in=due_in, bill_on=days.today(session) - timedelta(days=110))
    for size in papers.SIZES:
        text = "\n".join(pages_of(papers.pdf(session, statement_paper.keep(session, shop.id), size=size).content))
        for told in ("Not due yet", "1-30 days late", "31-60 days late", "61-90 days late", "Over 90 days late"):
            assert told in text, (size, told)
    kept_paper = papers.kept_paper(session, statement_paper.keep(session, shop.id))
    assert [amount_minor for _, amount_minor in kept_paper.content["ageing"]] == [
        100_00,
        200_00,
        300_00,
        400_00,
        500_00,
    ]


def test_two_statements_and_a_code_of_one_day_have_references_of_their_own(
    session: Session, make_retailer: Make, owe: Owe
) -> None:
    shop = make_retailer(session)
    owe(session, shop.id, 100_00, due_in=0)
    code = pay_codes.create(session, shop.id, 100_00, f"{shop.code}-{days.today(session):%y%m%d}")
    first = papers.kept_paper(session, statement_paper.keep(session, shop.id)).content["pay_reference"]
    clock.advance(timedelta(seconds=2))
    second = papers.kept_paper(session, statement_paper.keep(session, shop.id)).content["pay_reference"]
    assert len({upi.reference_for(one) for one in (first, second, code.reference)}) == 3
