"""Notes that correct an invoice: exact over any number of returns, numbered, booked, and undone when cancelled."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import countries
from core import clock, db
from core.errors import Forbidden, Invalid
from credit import accounts, adjustments, bills, ledger, payments
from invoicing import cancelling, credit_notes, debit_notes, papers
from invoicing.cancelling import NotCancellable
from invoicing.credit_notes import Correction, Given, NewCreditNote
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.originals import MixedCorrection, NotCorrectable
from invoicing.tables import Invoice
from parties.tables import Retailer
from tax.credit_note import ReturnInvalid
from tests.invoicing.conftest import goods
from tests.ledger import against_receivable

Make = Callable[..., Retailer]
Issue = Callable[..., Invoice]

BASKET = [
    goods("COLGATE", price_minor=9857, qty_milli=24_000, rate_bps=500, discount_bps=200),
    goods("VIM", price_minor=905, qty_milli=7_000, rate_bps=1800, price_mode="inclusive"),
    goods("SALT", price_minor=2520, qty_milli=2_500, rate_bps=0, treatment="exempt"),
]


def back(session: Session, invoice: Invoice, *lines: Correction, **changes: Any) -> Given:
    known = {"kind": "return", "reason": "not ordered", "role": "accountant"}
    return credit_notes.issue(session, NewCreditNote(invoice.id, lines=lines, **{**known, **changes}))


def test_a_return_gives_a_numbered_note_that_takes_value_and_tax_back(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    invoice = issue(session, make_retailer(session).id, lines=[goods(price_minor=9857, qty_milli=24_000)])
    given = back(session, invoice, Correction(1, 5_000))
    note = given.note
    assert note is not None
    assert (note.document_type, note.sequence, note.number[:5]) == ("credit_note", 1, "SGTC/")
    assert (note.refers_to_id, note.payment_id) == (invoice.id, given.receipt.payment_id)
    assert (note.taxable_minor, note.cgst_minor, note.sgst_minor, note.total_minor) == (49_285, 1_232, 1_232, 51_700)
    assert against_receivable(session, note.number) == {
        "returns": 49_285, "output_cgst": 1_232, "output_sgst": 1_232, "round_off": -49,
    }  # fmt: skip
    (bill,) = bills.open_bills(session, invoice.retailer_id)
    assert bill.open_minor == invoice.total_minor - 51_700
    assert accounts.get(session, invoice.retailer_id).outstanding_minor == bill.open_minor


@pytest.mark.parametrize("seed", range(8))
def test_returns_in_any_parts_give_back_exactly_the_invoice(
    session: Session, make_retailer: Make, issue: Issue, seed: int
) -> None:
    random = Random(seed)
    invoice = issue(session, make_retailer(session).id, lines=BASKET)
    left = {number: line.qty_milli for number, line in enumerate(BASKET, start=1)}
    notes = []
    while left:
        parts = {number: random.randrange(500, qty + 1, 500) for number, qty in left.items() if random.random() < 0.6}
        if parts:
            note = back(session, invoice, *(Correction(*part) for part in parts.items())).note
            assert note is not None
            notes.append(note)
            left = {number: qty - parts.get(number, 0) for number, qty in left.items()}
            left = {number: qty for number, qty in left.items() if qty}
    for name in ("total_minor", "taxable_minor", "cgst_minor", "sgst_minor", "round_off_minor", "discount_minor"):
        assert sum(getattr(note, name) for note in notes) == getattr(invoice, name), name
    assert accounts.get(session, invoice.retailer_id).outstanding_minor == 0
    assert ledger.receivable(session, invoice.retailer_id) == 0
    with pytest.raises(ReturnInvalid):
        back(session, invoice, Correction(1, 1))


def test_a_price_that_was_too_high_is_lowered_with_its_tax(session: Session, make_retailer: Make, issue: Issue) -> None:
    invoice = issue(session, make_retailer(session).id)
    note = back(session, invoice, Correction(1, taxable_minor=10_000), kind="rate_difference").note
    assert note is not None
    assert (note.taxable_minor, note.cgst_minor, note.total_minor) == (10_000, 250, 10_500)
    assert against_receivable(session, note.number)["discounts"] == 10_000
    with pytest.raises(MixedCorrection):
        back(session, invoice, Correction(1, 1_000))
    with pytest.raises(ReturnInvalid):
        back(session, invoice, Correction(1, taxable_minor=200_001))
    rest = back(session, invoice, Correction(1, taxable_minor=200_000)).note
    assert rest is not None
    assert rest.total_minor == invoice.total_minor - 10_500


def test_what_was_paid_and_comes_back_stays_on_account(session: Session, make_retailer: Make, issue: Issue) -> None:
    invoice = issue(session, make_retailer(session).id)
    payments.record(session, payments.NewPayment(invoice.retailer_id, invoice.total_minor, "cash"))
    given = back(session, invoice, Correction(1, 10_000))
    assert given.receipt.unapplied_minor == given.receipt.amount_minor == 44_100
    assert given.receipt.outstanding_minor == -44_100


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (Correction(1),),
        (Correction(1, 1_000, 100),),
        (Correction(9, 1_000),),
        (Correction(1, 51_000),),
        (Correction(1, 1_000), Correction(1, 1_000)),
        (Correction(1, -1),),
        (Correction(1, 1),),
    ],
)
def test_a_return_that_cannot_be_is_refused_and_takes_no_number(
    session: Session, make_retailer: Make, issue: Issue, lines: tuple[Correction, ...]
) -> None:
    invoice = issue(session, make_retailer(session).id)
    with pytest.raises(Invalid):
        back(session, invoice, *lines)
    note = back(session, invoice, Correction(1, 1_000)).note
    assert note is not None
    assert note.sequence == 1


def test_tax_is_lowered_until_november_after_the_financial_year(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    assert countries.get("IN").last_correction_on(date(2026, 3, 31)) == date(2026, 11, 30)
    assert countries.get("IN").last_correction_on(date(2026, 4, 1)) == date(2027, 11, 30)
    invoice = issue(session, make_retailer(session).id)
    clock.move_to(
        datetime.combine(countries.get("IN").last_correction_on(invoice.issued_on), datetime.min.time(), UTC).replace(
            day=30, hour=20
        )
    )
    with pytest.raises(credit_notes.TooLate):
        back(session, invoice, Correction(1, 1_000))


def test_notes_and_cancelled_documents_are_not_corrected(session: Session, make_retailer: Make, issue: Issue) -> None:
    invoice = issue(session, make_retailer(session).id)
    note = back(session, invoice, Correction(1, 1_000)).note
    assert note is not None
    with pytest.raises(NotCorrectable):
        back(session, note, Correction(1, 500))
    gone = issue(session, make_retailer(session).id)
    cancelling.cancel(session, gone.id, "wrong shop", "owner")
    with pytest.raises(NotCorrectable):
        back(session, gone, Correction(1, 500))


def test_a_commercial_credit_note_moves_the_account_and_no_tax(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    invoice = issue(session, make_retailer(session).id)
    new = adjustments.Adjustment(invoice.retailer_id, "goodwill", 3_270, "thanks", "owner", invoice.bill_id)
    given = credit_notes.commercial(session, new)
    assert given.note is not None
    assert (given.note.number[:5], given.note.taxable_minor, given.note.total_minor) == ("SGTF/", 3_270, 3_270)
    assert (given.note.refers_to_id, given.note.cgst_minor, given.note.igst_minor) == (invoice.id, 0, 0)
    assert against_receivable(session, given.note.number) == {"discounts": 3_270}
    written_off = adjustments.Adjustment(invoice.retailer_id, "write_off", 100, "gone", "owner", invoice.bill_id)
    assert credit_notes.commercial(session, written_off).note is None


def test_a_debit_note_charges_the_difference_with_its_tax(session: Session, make_retailer: Make, issue: Issue) -> None:
    invoice = issue(session, make_retailer(session).id, state_code="24")
    new = NewDebitNote(invoice.id, "short_billed", "two bags more", "accountant", [Raised(1, 8_400)])
    note = debit_notes.issue(session, new)
    assert (note.number[:5], note.taxable_minor, note.igst_minor, note.total_minor) == ("SGTD/", 8_400, 420, 8_800)
    assert against_receivable(session, note.number) == {"sales": -8_400, "output_igst": -420, "round_off": 20}
    assert [bill.reference for bill in bills.open_bills(session, invoice.retailer_id)] == [invoice.number, note.number]
    with pytest.raises(Forbidden):
        debit_notes.issue(session, NewDebitNote(invoice.id, "short_billed", "x", "sales", [Raised(1, 100)]))
    for wrong in ([], [Raised(2, 100)], [Raised(1, 0)], [Raised(1, 100), Raised(1, 100)]):
        with pytest.raises(Invalid):
            debit_notes.issue(session, NewDebitNote(invoice.id, "short_billed", "x", "owner", wrong))


def test_a_cancelled_invoice_keeps_its_number_and_owes_nothing(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    first, second = issue(session, shop.id), issue(session, shop.id)
    before = papers.pdf(session, first.id).content
    cancelling.cancel(session, first.id, "ordered twice", "accountant")
    session.refresh(first)
    assert (first.status, first.cancel_reason, first.sequence, second.sequence) == ("cancelled", "ordered twice", 1, 2)
    assert accounts.get(session, shop.id).outstanding_minor == second.total_minor
    assert issue(session, shop.id).sequence == 3
    assert papers.pdf(session, first.id).content != before
    with pytest.raises(NotCancellable):
        cancelling.cancel(session, first.id, "again", "owner")


def test_what_was_paid_or_corrected_is_not_cancelled(session: Session, make_retailer: Make, issue: Issue) -> None:
    paid, corrected = issue(session, make_retailer(session).id), issue(session, make_retailer(session).id)
    payments.record(session, payments.NewPayment(paid.retailer_id, 100, "cash"))
    notes = [back(session, corrected, Correction(1, 1_000)).note for _ in range(2)]
    for invoice in (paid, corrected, notes[0]):
        assert invoice is not None
        with pytest.raises(NotCancellable):
            cancelling.cancel(session, invoice.id, "no", "owner")
    for note in reversed(notes):
        assert note is not None
        cancelling.cancel(session, note.id, "counted wrong", "owner")
    assert accounts.get(session, corrected.retailer_id).outstanding_minor == corrected.total_minor
    cancelling.cancel(session, corrected.id, "all wrong", "owner")
    assert accounts.get(session, corrected.retailer_id).outstanding_minor == 0
    with pytest.raises(Forbidden):
        cancelling.cancel(session, paid.id, "no", "sales")


@pytest.mark.parametrize("column", ["total_minor", "number", "seller", "issued_on"])
def test_nobody_changes_what_was_printed(session: Session, make_retailer: Make, issue: Issue, column: str) -> None:
    invoice = issue(session, make_retailer(session).id)
    with pytest.raises(Exception, match="permission denied"):
        db.execute(session, f"UPDATE invoice SET {column} = {column} WHERE org_id = %s", (str(invoice.org_id),))


def test_each_type_counts_for_itself(session: Session, make_retailer: Make, issue: Issue) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id, gstin="27AAPFU0939F1ZV")
    mixed = issue(session, shop.id, lines=BASKET)
    back(session, invoice, Correction(1, 1_000))
    debit_notes.issue(session, NewDebitNote(invoice.id, "other", "crate", "owner", [Raised(1, 1_000)]))
    found = session.execute(select(Invoice.document_type, func.max(Invoice.number)).group_by(Invoice.document_type))
    assert {kind: number.split("/")[0] for kind, number in found} == {
        "tax_invoice": "SGT", "invoice_cum_bill": "SGTM", "credit_note": "SGTC", "debit_note": "SGTD",
    }  # fmt: skip
    assert mixed.document_type == "invoice_cum_bill"
