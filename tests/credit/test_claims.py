"""Payment claims: said by shops, checked by people, booked once."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

import policy
from core import ids
from core.errors import Invalid
from credit import accounts, bills, cheques, claims, days, payments, reminders
from credit.cheques import NewCheque
from credit.claims import NewClaim
from credit.payments import NewPayment
from credit.tables import Bill
from parties import tasks
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]
UTR = "412345678901"


def test_a_claim_books_nothing_and_asks_staff(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    claim = claims.record(session, NewClaim(shop.id, 500, UTR))
    assert claim is not None
    assert accounts.position(session, shop.id).outstanding_minor == 0
    assert [task.kind for task in tasks.open_tasks(session)] == ["payment_claimed"]
    assert claims.record(session, NewClaim(shop.id, 700, UTR)) is None


def test_verifying_records_what_the_bank_shows_and_closes_the_task(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    claim = claims.record(session, NewClaim(shop.id, 500, UTR))
    assert claim is not None
    receipt = claims.verify(session, claim.id, NewPayment(shop.id, 450, "upi"))
    assert (receipt.payment.reference, receipt.outstanding_minor) == (UTR, -450)
    assert (claim.status, claim.payment_id) == ("verified", receipt.payment_id)
    assert tasks.open_tasks(session) == []
    with pytest.raises(claims.ClaimResolved):
        claims.verify(session, claim.id, NewPayment(shop.id, 450, "upi"))


def test_a_reference_that_was_paid_is_not_verified_again(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    payments.record(session, NewPayment(shop.id, 500, "upi", UTR))
    claim = claims.record(session, NewClaim(shop.id, 500, UTR))
    assert claim is not None
    with pytest.raises(payments.ReferenceUsed):
        claims.verify(session, claim.id, NewPayment(shop.id, 500, "upi"))


def test_another_shops_claim_is_not_this_shops_money(session: Session, make_retailer: Make) -> None:
    claim = claims.record(session, NewClaim(make_retailer(session).id, 500))
    assert claim is not None
    with pytest.raises(Invalid):
        claims.verify(session, claim.id, NewPayment(make_retailer(session).id, 500, "upi"))


def test_a_claimed_cheque_is_received_like_any_other(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    owed = bill(session, shop.id, 500)
    claim = claims.record(session, NewClaim(shop.id, 500, "000123", "cheque"))
    assert claim is not None
    with pytest.raises(Invalid):
        claims.verify(session, claim.id, NewPayment(shop.id, 500, "cheque"))
    cheque = claims.verify_cheque(session, claim.id, NewCheque(shop.id, 500, ""))
    assert (cheque.state, cheque.number, claim.status, claim.payment_id) == ("received", "000123", "verified", None)
    assert ids.public("chq", cheque.id) in str(claim.note)
    assert accounts.position(session, shop.id).outstanding_minor == 500
    cheques.deposit(session, cheque.id)
    cheques.clear(session, cheque.id)
    assert accounts.position(session, shop.id).outstanding_minor == 0
    cheques.bounce(session, cheque.id, "no funds")
    assert bills.get(session, owed.id).open_minor == 500
    with pytest.raises(claims.ClaimResolved):
        claims.verify_cheque(session, claim.id, NewCheque(shop.id, 500, "000124"))


def test_a_claimed_cheque_that_counts_at_once_is_the_claims_payment(session: Session, make_retailer: Make) -> None:
    policy.change(session, {"cheque_counts_on": "receipt"}, "as agreed")
    shop = make_retailer(session)
    claim = claims.record(session, NewClaim(shop.id, 500, "000123", "cheque"))
    assert claim is not None
    cheque = claims.verify_cheque(session, claim.id, NewCheque(shop.id, 450, "000125"))
    assert (claim.payment_id, cheque.number) == (cheque.id, "000125")
    assert accounts.position(session, shop.id).outstanding_minor == -450


def test_a_cheque_that_was_taken_before_leaves_its_claim_waiting(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    cheques.receive(session, NewCheque(shop.id, 500, "000123"))
    claim = claims.record(session, NewClaim(shop.id, 500, "000123", "cheque"))
    assert claim is not None
    with pytest.raises(cheques.ChequeKnown):
        claims.verify_cheque(session, claim.id, NewCheque(shop.id, 500, ""))
    with pytest.raises(Invalid):
        claims.verify_cheque(session, claim.id, NewCheque(make_retailer(session).id, 500, "7"))
    assert claim.status == "claimed"


def test_reminders_keep_still_while_a_claim_waits(session: Session, make_retailer: Make, bill: Post) -> None:
    shop, today = make_retailer(session), days.today(session)
    bill(session, shop.id, 500, due_in=0)
    claim = claims.record(session, NewClaim(shop.id, 500, UTR))
    assert claim is not None
    assert [line.skip_reason for line in reminders.preview(session, today)] == ["payment_claimed"]
    claims.reject(session, claim.id, "not on the statement")
    assert [line.skip_reason for line in reminders.preview(session, today)] == [None]
    assert claim.note == "not on the statement"


def test_what_is_no_claim_is_refused(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    for wrong in ({"amount_minor": 0}, {"method": "barter"}, {"reference": "9" * 101}):
        with pytest.raises(Invalid):
            claims.record(session, NewClaim(shop.id, **wrong))
