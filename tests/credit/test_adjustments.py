"""Adjustments and debit notes: who may give what, which bill it settles, and what the books say."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.audit import AuditEntry
from core.errors import Forbidden, Invalid, NotFound
from credit import accounts, adjustments, allocating, bills, days, debit_notes, ledger, payments
from credit.adjustments import Adjustment
from credit.tables import Bill
from parties.tables import Retailer
from tests.ledger import transfers

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def give(session: Session, shop: Retailer, kind: str, amount_minor: int, **more: Any) -> payments.Receipt:
    known = {"reason": "agreed on the telephone", "role": "owner", **more}
    return adjustments.create(session, Adjustment(shop.id, kind, amount_minor, **known))


def open_of(session: Session, shop: Retailer) -> dict[str, int]:
    return {bill.reference: bill.open_minor for bill in bills.open_bills(session, shop.id)}


@pytest.mark.parametrize("kind", adjustments.MAY_GIVE)
def test_every_kind_lowers_what_is_owed_and_is_booked_under_its_name(
    session: Session, make_retailer: Make, bill: Post, kind: str
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 1_000, reference="A")
    receipt = give(session, shop, kind, 300)
    assert (receipt.outstanding_minor, open_of(session, shop)) == (700, {"A": 700})
    assert ledger.receivable(session, shop.id) == 700
    [leg] = transfers(session, journal_id=receipt.payment_id)
    assert (leg.reason, leg.debit_account) == (f"credit.{kind}", payments.BORNE_BY[kind])


@pytest.mark.parametrize(
    ("kind", "role"),
    [("write_off", "admin"), ("goodwill", "accountant"), ("scheme_claim", "sales"), ("return", "sales")],
)
def test_a_role_gives_only_what_it_may(session: Session, make_retailer: Make, bill: Post, kind: str, role: str) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 1_000)
    with pytest.raises(Forbidden):
        give(session, shop, kind, 300, role=role)
    assert accounts.position(session, shop.id).outstanding_minor == 1_000


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"kind": "gift"}, {"kind": "payment"}, {"amount_minor": 0}])
def test_what_is_no_adjustment_is_refused(session: Session, make_retailer: Make, wrong: dict[str, Any]) -> None:
    shop = make_retailer(session)
    known = {"kind": "return", "amount_minor": 5, **wrong}
    with pytest.raises(Invalid):
        give(session, shop, **known)


def test_a_return_settles_its_own_bill_and_the_rest_stays_on_account(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 500, reference="OLD", due_in=-20)
    mine = bill(session, shop.id, 200, reference="NEW")
    receipt = give(session, shop, "return", 350, bill_id=mine.id)
    assert receipt.unapplied_minor == 150
    assert open_of(session, shop) == {"OLD": 500}


def test_a_return_of_a_bill_that_is_paid_stays_on_account_whole(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    mine = bill(session, shop.id, 200)
    payments.record(session, payments.NewPayment(shop.id, 200, "cash"))
    assert give(session, shop, "return", 50, bill_id=mine.id).unapplied_minor == 50


def test_a_bill_of_another_shop_takes_no_credit(session: Session, make_retailer: Make, bill: Post) -> None:
    theirs = bill(session, make_retailer(session).id, 200)
    with pytest.raises(NotFound):
        give(session, make_retailer(session), "return", 50, bill_id=theirs.id)


def test_no_more_is_written_off_than_is_open(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    mine = bill(session, shop.id, 200)
    for more in ({"bill_id": mine.id}, {}):
        with pytest.raises(allocating.OverAllocated):
            give(session, shop, "write_off", 201, **more)


def test_a_credit_is_taken_back_exactly_and_by_its_roles_only(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 200, reference="A")
    given = give(session, shop, "write_off", 200)
    with pytest.raises(Forbidden):
        adjustments.reverse(session, given.payment_id, "he paid after all", "admin")
    back = adjustments.reverse(session, given.payment_id, "he paid after all", "owner")
    assert (back.outstanding_minor, open_of(session, shop)) == (200, {"A": 200})
    with pytest.raises(payments.AlreadyReversed):
        adjustments.reverse(session, given.payment_id, "again", "owner")


def test_money_is_not_taken_back_as_an_adjustment(session: Session, make_retailer: Make) -> None:
    paid = payments.record(session, payments.NewPayment(make_retailer(session).id, 200, "cash"))
    with pytest.raises(Invalid):
        adjustments.reverse(session, paid.payment_id, "wrong", "owner")


def test_the_audit_trail_tells_kind_and_reason(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 200)
    give(session, shop, "damage", 20, reason="three jars broken")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "adjustment.recorded")).one()
    assert (entry.reason, entry.after["kind"], entry.subject[:4]) == ("three jars broken", "damage", "adj_")


def test_a_debit_note_is_a_bill_due_after_the_credit_days(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, credit_days=10)
    note = debit_notes.issue(session, debit_notes.DebitNote(shop.id, "other", 900, "crates", "accountant"))
    assert (note.kind, note.open_minor) == ("debit_note", 900)
    assert note.due_on == days.today(session) + timedelta(days=10)
    assert re.fullmatch(r"DN/[0-9]{2}-[0-9]{2}/000001", note.reference)
    assert accounts.position(session, shop.id).outstanding_minor == 900 == ledger.receivable(session, shop.id)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.subject == ids.public("bil", note.id))).one()
    assert entry.reason == "other, without tax: crates"


def test_a_debit_note_needs_a_kind_a_reason_and_bookkeeping(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    for wrong in ({"kind": "gift"}, {"reason": ""}):
        known = {"kind": "other", "amount_minor": 5, "reason": "why", "role": "owner", **wrong}
        with pytest.raises(Invalid):
            debit_notes.issue(session, debit_notes.DebitNote(shop.id, **known))
    with pytest.raises(Forbidden):
        debit_notes.issue(session, debit_notes.DebitNote(shop.id, "other", 5, "why", "sales"))
