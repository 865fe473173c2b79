"""Cancelling has a time: the document's month, or until its return is due; and the books of the month say so."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

import countries
from core import clock, db
from credit import ledger, payments
from credit.adjustments import Adjustment
from invoicing import cancelling, credit_notes, debit_notes
from invoicing.cancelling import CancelledTooLate
from invoicing.credit_notes import Correction, NewCreditNote, TooLate
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports import ageing, issued, period
from reports.invariants import i54_tax_by_month
from reports.returns import gstr1, tie_out

Issue = Callable[..., Invoice]
Make = Callable[..., Retailer]
KINDS = ("invoice", "credit note", "debit note")
HEADS = {"camt": "output_cgst", "samt": "output_sgst", "iamt": "output_igst"}


def on(day: str) -> date:
    """It is noon of this day."""
    clock.move_to(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Asia/Kolkata")))
    return date.fromisoformat(day)


def made(session: Session, shop: Retailer, issue: Issue, kind: str) -> Invoice:
    """A document of today."""
    invoice = issue(session, shop.id)
    if kind == "credit note":
        correction = NewCreditNote(invoice.id, "return", "wet", "owner", [Correction(1, qty_milli=5_000)])
        note = credit_notes.issue(session, correction).note
        assert note is not None
        return note
    if kind == "debit note":
        raised = [Raised(1, taxable_minor=10_000)]
        return debit_notes.issue(session, NewDebitNote(invoice.id, "rate_difference", "old price", "owner", raised))
    return invoice


def undone_on(session: Session, document: Invoice) -> date:
    """As of which day the books take it back."""
    last = "SELECT effective_on FROM ledger_transfer WHERE retailer_id = %s ORDER BY created_at DESC, id DESC LIMIT 1"
    found: date = db.execute(session, last, (str(document.retailer_id),)).scalar_one()
    return found


def tax_by_month(session: Session, shop: Retailer, *months: str) -> list[tuple[Any, Any]]:
    """What the return of each month says, and what the ledger owes for it."""
    found = []
    for month in months:
        covered = period.month(month)
        said = tie_out.by_buyer(gstr1.compute(issued.seller(session), covered, issued.walk(session, covered)))
        until, before = covered.to_on, covered.from_on - timedelta(days=1)
        owed = {
            head: ledger.balance(session, shop.id, name, before) - ledger.balance(session, shop.id, name, until)
            for head, name in HEADS.items()
        }
        found.append(({head: int(said[head] * 100) for head in HEADS}, owed))
    return found


def sound(session: Session) -> bool:
    rows = db.execute(session, i54_tax_by_month.INVARIANT.full_sql).all()
    return not any(row.org_id == db.org_of(session) for row in rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("issued_on", "cancelled_on", "dated"),
    [
        ("2026-12-05", "2026-12-05", "2026-12-05"),
        ("2026-12-05", "2026-12-31", "2026-12-31"),
        ("2026-12-05", "2027-01-01", "2026-12-31"),
        ("2026-12-31", "2027-01-11", "2026-12-31"),
        ("2027-03-30", "2027-04-11", "2027-03-31"),
        ("2028-02-29", "2028-03-11", "2028-02-29"),
    ],
)
def test_in_time_it_is_undone_in_the_documents_own_month(
    session: Session, make_retailer: Make, issue: Issue, kind: str, issued_on: str, cancelled_on: str, dated: str
) -> None:
    on(issued_on)
    shop = make_retailer(session)
    document = made(session, shop, issue, kind)
    on(cancelled_on)
    cancelling.cancel(session, document.id, "counted wrong", "owner")
    assert undone_on(session, document).isoformat() == dated
    on("2028-12-01")
    for said, owed in tax_by_month(session, shop, issued_on[:7], cancelled_on[:7]):
        assert said == owed
    assert sound(session)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cancelled_on", ["2027-01-12", "2027-05-22", "2028-12-05", "2029-12-05"])
def test_later_it_is_refused_with_what_can_be_done_instead(
    session: Session, make_retailer: Make, issue: Issue, kind: str, cancelled_on: str
) -> None:
    on("2026-12-05")
    shop = make_retailer(session)
    document = made(session, shop, issue, kind)
    today = on(cancelled_on)
    with pytest.raises(CancelledTooLate) as refused:
        cancelling.cancel(session, document.id, "counted wrong", "owner")
    assert refused.value.facts == {"last_on": "2027-01-11", "correct_until_on": "2027-11-30"}
    instead = "note until 2027-11-30" if today <= date(2027, 11, 30) else "only a commercial credit note"
    assert instead in refused.value.detail
    assert document.status == "issued"
    assert sound(session)


def test_where_cancelling_ends_the_credit_note_has_a_deadline_of_its_own(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    on("2026-12-05")
    invoice = issue(session, make_retailer(session).id)
    back = NewCreditNote(invoice.id, "return", "wet", "owner", [Correction(1, qty_milli=1_000)])
    on("2027-11-30")
    with pytest.raises(CancelledTooLate):
        cancelling.cancel(session, invoice.id, "counted wrong", "owner")
    assert credit_notes.issue(session, back).note is not None
    on("2027-12-01")
    with pytest.raises(TooLate):
        credit_notes.issue(session, back)


def test_what_stands_in_no_return_has_no_time(session: Session, make_retailer: Make) -> None:
    on("2026-12-05")
    given = credit_notes.commercial(session, Adjustment(make_retailer(session).id, "goodwill", 700, "sorry", "owner"))
    assert given.note is not None
    on("2029-12-05")
    cancelling.cancel(session, given.note.id, "given twice", "owner")
    assert undone_on(session, given.note) == date(2029, 12, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_every_past_day_shows_bills_that_agree_with_the_ledger(
    session: Session, make_retailer: Make, issue: Issue, kind: str
) -> None:
    on("2026-12-05")
    shop = make_retailer(session)
    document = made(session, shop, issue, kind)
    on("2027-01-05")
    cancelling.cancel(session, document.id, "counted wrong", "owner")
    on("2027-02-01")
    for day in ("2026-12-05", "2026-12-30", "2026-12-31", "2027-01-01", "2027-01-04", "2027-01-05", "2027-01-31"):
        then = ageing.as_of(session, date.fromisoformat(day))
        assert ageing.open_minor(session, then, shop.id) == ledger.receivable(session, shop.id, then.on)


def test_money_that_is_taken_back_is_taken_back_on_its_day(session: Session, make_retailer: Make, issue: Issue) -> None:
    on("2026-12-05")
    shop = make_retailer(session)
    issue(session, shop.id)
    paid = payments.record(session, payments.NewPayment(shop.id, 5_000, "cash"))
    back_on = on("2027-01-05")
    payments.reverse(session, paid.payment_id, "wrong shop")
    assert payments.get(session, paid.payment_id).reversed_on == back_on


@pytest.mark.parametrize(("code", "last"), [("IN", "2027-01-11"), ("PK", "2027-01-18")])
def test_the_day_is_the_countrys(code: str, last: str) -> None:
    country = countries.get(code)
    for day in ("2026-12-01", "2026-12-31"):
        assert country.last_cancellation_on(date.fromisoformat(day)).isoformat() == last
