"""What moves money is written by one function of the database: completely, in one statement, or not at all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

import countries
from core import db, ids
from core.errors import NotFound
from credit import allocating, bills, booking, cash, days, ledger, payments, promises
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]

ROWS = "payment", "allocation", "ledger_transfer", "audit_entry"


def pay(session: Session, shop: Retailer, minor: int, **more: Any) -> payments.Receipt:
    return payments.record(session, payments.NewPayment(shop.id, minor, more.pop("method", "upi"), **more))


def counts(session: Session) -> list[int]:
    org = str(db.org_of(session))
    return [db.execute(session, f"SELECT count(*) FROM {table} WHERE org_id = %s", (org,)).scalar() for table in ROWS]


def test_a_payment_takes_two_statements(
    session: Session, make_retailer: Make, bill: Post, sent_statements: list[str]
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 900)
    sent_statements.clear()
    pay(session, shop, 1_000)
    assert len(sent_statements) == 2


def test_what_a_payment_depends_on_is_known(session: Session, make_retailer: Make, bill: Post) -> None:
    shop, today = make_retailer(session), days.today(session)
    for _ in range(allocating.FIRST_PAGE + 1):
        bill(session, shop.id, 100)
    pay(session, shop, 50, method="cash")
    pay(session, shop, 25, method="cash", received_on=today - timedelta(days=1))
    promises.make(session, shop.id, 500, today)
    known = booking.look(session, shop.id, None)
    assert (known.today, known.country, known.currency, known.cash_minor) == (today, "IN", "INR", 50)
    assert booking.look(session, shop.id, today - timedelta(days=1)).cash_minor == 25
    assert (known.has_promise, known.has_reminders, len(known.bills)) == (True, False, allocating.FIRST_PAGE)
    assert known.bills[0].open_minor == 25
    assert known.outstanding_minor == 100 * (allocating.FIRST_PAGE + 1) - 75


def test_nobody_pays_without_an_account(session: Session) -> None:
    with pytest.raises(NotFound):
        booking.look(session, ids.new(), None)


def test_a_used_reference_writes_nothing_at_all(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 900)
    pay(session, shop, 100, reference="UTR 1")
    before, owed = counts(session), booking.look(session, shop.id, None).outstanding_minor
    with pytest.raises(payments.ReferenceUsed):
        pay(session, shop, 100, reference="utr  1")
    assert (counts(session), booking.look(session, shop.id, None).outstanding_minor) == (before, owed)


def test_a_payment_goes_on_past_the_bills_that_were_read_first(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop, many = make_retailer(session), 2 * allocating.FIRST_PAGE + 1
    for _ in range(many):
        bill(session, shop.id, 10)
    receipt = pay(session, shop, 10 * many - 5)
    assert [one.amount_minor for one in receipt.allocations] == [10] * (many - 1) + [5]
    assert receipt.outstanding_minor == 5


def test_bills_that_were_named_count_as_cash_of_their_bill(session: Session, make_retailer: Make, bill: Post) -> None:
    shop, limit = make_retailer(session), countries.get("IN").cash_limit_minor
    large = bill(session, shop.id, limit)
    ago = days.today(session) - timedelta(days=1)
    assert pay(session, shop, limit - 1, method="cash", received_on=ago, chosen=((large.id, limit - 1),)).warnings == ()
    assert pay(session, shop, 1, method="cash", chosen=((large.id, 1),)).warnings == (cash.WARNING,)


def test_a_bill_takes_one_statement_and_its_audit_entry_another(
    session: Session, make_retailer: Make, bill: Post, sent_statements: list[str]
) -> None:
    shop = make_retailer(session)
    sent_statements.clear()
    bill(session, shop.id, 900)
    assert [" ".join(one.split())[:22] for one in sent_statements if not one.startswith("SELECT credit_account")] == [
        "WITH posted AS ( INSER",
        "SELECT audit_append(p_",
    ]


def test_a_bill_that_exists_writes_nothing_at_all(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    first = bill(session, shop.id, 900)
    before = (counts(session), booking.look(session, shop.id, None))
    with pytest.raises(bills.BillExists):
        bill(session, shop.id, 700, reference=first.reference)
    assert (counts(session), booking.look(session, shop.id, None)) == before


def test_a_journal_is_taken_back_once(session: Session, make_retailer: Make, bill: Post) -> None:
    shop, today = make_retailer(session), days.today(session)
    bill(session, shop.id, 900)
    paid = pay(session, shop, 400)
    for expected in (900, None):
        undone = ledger.reversal(paid.payment_id, reason="payment.reversed", effective_on=today)
        if expected is None:
            with pytest.raises(IntegrityError):
                booking.book(session, shop.id, outstanding_minor=400, journal=undone)
        else:
            assert booking.book(session, shop.id, outstanding_minor=400, journal=undone).outstanding_minor == expected
            assert ledger.receivable(session, shop.id) == expected


def test_what_goes_beyond_a_limit_is_computed_and_written_by_nobody(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=1_000)
    for moved, beyond in ((900, 0), (150, 50), (-100, 0), (200, 150)):
        assert booking.book(session, shop.id, reserved_minor=moved).allowance_minor == beyond
    with pytest.raises(ProgrammingError), session.begin_nested():
        db.execute(session, "UPDATE credit_account SET allowance_minor = 0")


def test_a_promise_moves_no_money(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    before = counts(session)
    totals = booking.book(session, shop.id, reserved_minor=700)
    assert (totals.outstanding_minor, totals.reserved_minor, counts(session)) == (0, 700, before)
