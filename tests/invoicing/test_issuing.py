"""Issuing: consecutive numbers, tax by place of supply, a snapshot, and a bill that says the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import policy
from core import clock, db
from core.errors import Invalid
from credit import bills
from credit.tables import Bill
from invoicing import issuing, numbers
from invoicing.series import DateBeforeLast, DateInFuture
from invoicing.tables import Invoice, InvoiceLine
from parties import organisations
from parties.tables import Retailer
from tests.invoicing.conftest import goods
from tests.ledger import against_receivable

Make = Callable[..., Retailer]
Issue = Callable[..., Invoice]


def contra(session: Session, invoice: Invoice) -> dict[str, int]:
    """What the receivable was booked against, net: what is owed above zero."""
    return {account: -minor for account, minor in against_receivable(session, invoice.number).items()}


def test_inside_a_state_tax_is_split_in_equal_halves(session: Session, make_retailer: Make, issue: Issue) -> None:
    invoice = issue(session, make_retailer(session).id, gstin="27AAPFU0939F1ZV")
    assert (invoice.document_type, invoice.place_of_supply) == ("tax_invoice", "27")
    assert (invoice.taxable_minor, invoice.cgst_minor, invoice.sgst_minor, invoice.igst_minor) == (
        210_000,
        5250,
        5250,
        0,
    )
    assert invoice.total_minor == 220_500
    assert contra(session, invoice) == {"sales": 210_000, "output_cgst": 5250, "output_sgst": 5250}


def test_between_states_tax_is_one_head(session: Session, make_retailer: Make, issue: Issue) -> None:
    shop = make_retailer(session)
    by_tax_id = issue(session, shop.id, gstin="24AAACC1206D1ZM", state_code="27")
    by_address = issue(session, shop.id, state_code="24")
    for invoice in (by_tax_id, by_address):
        assert (invoice.place_of_supply, invoice.igst_minor, invoice.cgst_minor) == ("24", 10_500, 0)
    assert contra(session, by_address) == {"sales": 210_000, "output_igst": 10_500}


def test_a_buyer_of_no_known_state_buys_over_the_counter(session: Session, make_retailer: Make, issue: Issue) -> None:
    assert issue(session, make_retailer(session).id).place_of_supply == "27"


def test_the_round_off_is_a_line_of_its_own_in_the_books(session: Session, make_retailer: Make, issue: Issue) -> None:
    invoice = issue(session, make_retailer(session).id, lines=[goods(price_minor=4201), goods(qty_milli=1333)])
    assert invoice.total_minor % 100 == 0
    assert invoice.round_off_minor != 0
    booked = contra(session, invoice)
    assert booked["round_off"] == invoice.round_off_minor
    assert sum(booked.values()) == invoice.total_minor
    lines = session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)).all()
    assert sum(line.total_minor for line in lines) + invoice.round_off_minor == invoice.total_minor


def test_untaxed_goods_make_a_bill_of_supply_in_a_series_of_its_own(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop, untaxed = make_retailer(session), [goods(rate_bps=0, treatment="exempt")]
    taxed, bill = issue(session, shop.id), issue(session, shop.id, lines=untaxed)
    assert (bill.document_type, bill.sequence, taxed.sequence) == ("bill_of_supply", 1, 1)
    assert taxed.number.startswith("SGT/")
    assert bill.number.startswith("SGTB/")
    assert contra(session, bill) == {"sales": 210_000}


def test_the_bill_and_the_invoice_say_the_same(session: Session, make_retailer: Make, issue: Issue) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id, credit_days=21)
    (bill,) = bills.open_bills(session, shop.id)
    assert (bill.id, bill.reference, bill.amount_minor) == (invoice.bill_id, invoice.number, invoice.total_minor)
    assert bill.due_on == invoice.due_on == invoice.issued_on + timedelta(days=21)
    assert issue(session, shop.id, payment_mode="CASH", credit_days=21).due_on == clock.today("Asia/Kolkata")


def test_an_invoice_keeps_what_it_printed(session: Session, make_retailer: Make, issue: Issue) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id)
    organisations.get(session).name = "Another Name"
    shop.name = "Another Shop"
    session.flush()
    session.refresh(invoice)
    assert (invoice.seller["name"], invoice.buyer["name"]) == ("Shree Ganesh Traders", "Sharma Kirana")


def test_a_new_financial_year_begins_at_one(session: Session, make_retailer: Make, issue: Issue) -> None:
    shop = make_retailer(session)
    clock.move_to(datetime(2026, 11, 20, 6, tzinfo=UTC))
    issued = [issue(session, shop.id, issued_on=day).number for day in (date(2026, 3, 31), date(2026, 4, 1))]
    assert issued == ["SGT/25-26/000001", "SGT/26-27/000001"]
    assert all(len(number) <= numbers.MAX_LENGTH for number in issued)


def test_dates_do_not_go_back_within_a_series(session: Session, make_retailer: Make, issue: Issue) -> None:
    clock.move_to(clock.now().replace(month=6, day=15))  # in the midst of the books' year, for which a series lasts
    shop = make_retailer(session)
    today = clock.today("Asia/Kolkata")
    clock.advance(timedelta(days=2))
    last = issue(session, shop.id)
    clock.advance(timedelta(days=-2))
    savepoint = session.begin_nested()
    with pytest.raises(DateBeforeLast):
        issue(session, shop.id, issued_on=today)
    savepoint.rollback()
    assert issue(session, shop.id).issued_on == last.issued_on


def test_nothing_is_dated_in_the_future(session: Session, make_retailer: Make, issue: Issue) -> None:
    with pytest.raises(DateInFuture):
        issue(session, make_retailer(session).id, issued_on=clock.today("Asia/Kolkata") + timedelta(days=1))


def test_the_organisation_may_choose_its_prefix(session: Session, make_retailer: Make, issue: Issue) -> None:
    policy.change(session, {"invoice_prefix": "GANSH"}, "the accountant asked")
    session.flush()
    assert issue(session, make_retailer(session).id).number.startswith("GANSH/")


def test_a_document_of_a_country_without_columns_for_its_tax_is_refused(
    new_org: Callable[..., UUID], make_retailer: Make, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "HEADS", ("cgst", "sgst", "utgst", "igst", "cess"))
    with db.transaction(new_org(country="PK", state_code="PB", gstin="12-00-9999-001-46")) as session:
        shop = make_retailer(session, state_code=None, phone="+923001234567")
        with pytest.raises(issuing.CountryNotIssued):
            issue(session, shop.id)


def test_numbers_run_without_a_gap_under_200_parallel_issues_of_which_30_percent_are_rolled_back(
    org: UUID, make_retailer: Make, issue: Issue
) -> None:
    with db.transaction(org) as session:
        shops = [make_retailer(session, limit_minor=None).id for _ in range(8)]

    def work(turn: int) -> str | None:
        try:
            with db.transaction(org) as session:
                number = issue(session, shops[turn % 8]).number
                if turn % 10 in (1, 4, 7):
                    raise Invalid("the goods did not fit on the truck")
                return number
        except Invalid:
            return None

    with ThreadPoolExecutor(8) as pool:
        issued = [number for number in pool.map(work, range(200)) if number]
    assert sorted(issued) == [f"SGT/{issued[0][4:9]}/{number:06d}" for number in range(1, 141)]
    with db.transaction(org) as session:
        sequences = session.scalars(select(Invoice.sequence).order_by(Invoice.sequence)).all()
        assert list(sequences) == list(range(1, 141))
        assert session.scalar(select(func.count()).select_from(Bill)) == 140
