"""Money on account paid back: never more than is there, once under each reference, and taken back exactly."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core import audit, db
from core.errors import Invalid
from credit import accounts, advances, bills, cheques, ledger, payments, refunds, unapplying
from credit.arrangements import Refund
from credit.cheques import NewCheque
from credit.payments import NewPayment
from credit.refunds import NewRefund
from credit.tables import Bill, Payment
from parties.tables import Retailer
from reports import doctor, invariants

Make = Callable[..., Retailer]
Post = Callable[..., Bill]
KNOWN = {one.id: one for one in invariants.load()}


@pytest.fixture(autouse=True)
def sound_afterwards(session: Session) -> Iterator[None]:
    """Whatever was done, the books add up and every change is audited."""
    yield
    session.flush()
    told = [
        doctor.examine(session, KNOWN[one], db.org_of(session), doctor.FULL)
        for one in ("I01", "I03", "I04", "I05", "I06", "I20", "I22")
    ]
    assert [one for one in told if one.status != doctor.HOLDS] == []


def pay_in(session: Session, shop: Retailer, amount_minor: int, method: str = "upi", **more: Any) -> payments.Receipt:
    return payments.record(session, NewPayment(shop.id, amount_minor, method, **more))


def pay_back(
    session: Session, shop: Retailer, amount_minor: int, method: str = "bank", **more: Any
) -> refunds.PaidBack:
    return refunds.pay(session, NewRefund(shop.id, amount_minor, method, "closing the account", **more))


def test_money_on_account_is_paid_back_as_money_out(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    pay_in(session, shop, 700)
    paid = pay_back(session, shop, 500, reference="UTR 512345678901")
    assert (paid.on_account_minor, paid.outstanding_minor) == (200, -200)
    assert (paid.refund.reference, paid.refund.reference_key) == ("UTR 512345678901", "512345678901")
    assert ledger.balance(session, shop.id, "bank") == -500
    assert ledger.receivable(session, shop.id) == -200
    assert bills.open_bills(session, shop.id) == []
    actions = session.scalars(select(audit.AuditEntry.action).order_by(audit.AuditEntry.seq)).all()
    assert "refund.paid" in actions


@pytest.mark.parametrize("amount_minor", [701, 0, -5])
def test_never_more_than_is_on_account(session: Session, make_retailer: Make, bill: Post, amount_minor: int) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 300)
    pay_in(session, shop, 1_000)
    with pytest.raises((refunds.NotOnAccount, Invalid)):
        pay_back(session, shop, amount_minor)
    pay_back(session, shop, 700)
    with pytest.raises(refunds.NotOnAccount) as refused:
        pay_back(session, shop, 1)
    assert refused.value.facts["on_account_minor"] == 0
    assert accounts.position(session, shop.id).outstanding_minor == 0


def test_a_cheque_that_the_bank_has_not_paid_is_not_paid_back(session: Session, make_retailer: Make) -> None:
    policy.change(session, {"cheque_counts_on": "receipt"}, "as agreed")
    shop = make_retailer(session)
    cheque = cheques.receive(session, NewCheque(shop.id, 900, "000123"))
    pay_in(session, shop, 100)
    with pytest.raises(refunds.NotOnAccount) as refused:
        pay_back(session, shop, 101)
    assert refused.value.facts["on_account_minor"] == 100
    cheques.deposit(session, cheque.id)
    cheques.clear(session, cheque.id)
    assert pay_back(session, shop, 1_000).on_account_minor == 0


def test_a_setting_that_applies_advances_does_not_change_what_is_paid_back(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    policy.change(session, {"apply_advances": True}, "as agreed")
    shop = make_retailer(session)
    pay_in(session, shop, 700)
    assert pay_back(session, shop, 500).on_account_minor == 200
    assert bill(session, shop.id, 300).open_minor == 100


@pytest.mark.parametrize(("method", "again"), [("upi", "5123-4567-8901"), ("other", "utr512345678901")])
def test_one_reference_is_one_movement_in_or_out(
    session: Session, make_retailer: Make, method: str, again: str
) -> None:
    shop, other = make_retailer(session), make_retailer(session)
    pay_in(session, shop, 700, reference="512345678901")
    with pytest.raises(payments.ReferenceUsed):
        pay_back(session, shop, 500, method, reference=again)
    paid = pay_back(session, shop, 500, method, reference="412345678901")
    pay_in(session, other, 700)
    with pytest.raises(payments.ReferenceUsed):
        pay_back(session, other, 500, "bank", reference="UPI 4123 4567 8901")
    with pytest.raises(payments.ReferenceUsed):
        pay_in(session, other, 300, "bank", reference="UPI 4123 4567 8901")
    refunds.reverse(session, paid.refund.id, "a slip")
    assert pay_in(session, other, 300, "bank", reference="UPI 4123 4567 8901").unapplied_minor == 300


def test_a_refund_is_taken_back_once_and_the_money_is_on_account_again(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    first, second = pay_in(session, shop, 700), pay_in(session, shop, 300)
    paid = pay_back(session, shop, 800)
    back = refunds.reverse(session, paid.refund.id, "it came back")
    assert (back.refund.status, back.on_account_minor, back.outstanding_minor) == ("reversed", 1_000, -1_000)
    assert {one.id: one.unapplied_minor for one in advances.held(session, shop.id)} == {
        first.payment_id: 700,
        second.payment_id: 300,
    }
    assert ledger.balance(session, shop.id, "bank") == 0
    assert bills.open_bills(session, shop.id) == []
    with pytest.raises(refunds.RefundReversed):
        refunds.reverse(session, paid.refund.id, "once more")
    assert pay_back(session, shop, 1_000).on_account_minor == 0


def test_money_that_was_paid_back_and_never_came_is_owed(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    received = pay_in(session, shop, 700)
    paid = pay_back(session, shop, 500)
    payments.reverse(session, received.payment_id, "the bank took it back")
    assert accounts.position(session, shop.id).outstanding_minor == 500
    assert [one.kind for one in bills.open_bills(session, shop.id)] == ["refund"]
    pay_in(session, shop, 200)
    back = refunds.reverse(session, paid.refund.id, "it came back")
    assert (back.on_account_minor, back.outstanding_minor) == (200, -200)
    assert bills.open_bills(session, shop.id) == []


def test_what_came_back_is_neither_reversed_as_a_payment_nor_taken_off_its_bill(
    session: Session, make_retailer: Make
) -> None:
    shop = make_retailer(session)
    pay_in(session, shop, 700)
    paid = pay_back(session, shop, 500)
    with pytest.raises(unapplying.NothingApplied):
        unapplying.undo(session, paid.refund.id, "a trick")
    refunds.reverse(session, paid.refund.id, "it came back")
    (returned,) = session.scalars(select(Payment).where(Payment.kind == "refund_returned"))
    with pytest.raises(Invalid):
        payments.reverse(session, returned.id, "a trick")


@pytest.mark.parametrize(
    "wrong", [{"method": "barter"}, {"reason": " "}, {"reference": "UTR"}, {"reference": "9" * 101}]
)
def test_what_is_no_refund_is_refused(session: Session, make_retailer: Make, wrong: dict[str, Any]) -> None:
    shop = make_retailer(session)
    pay_in(session, shop, 700)
    known = {"retailer_id": shop.id, "amount_minor": 500, "method": "bank", "reason": "closing the account"}
    with pytest.raises(Invalid):
        refunds.pay(session, NewRefund(**{**known, **wrong}))
    assert session.scalars(select(Refund)).all() == []
