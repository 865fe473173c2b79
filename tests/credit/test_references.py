"""One transfer has one reference, however it is written, by whichever method and at whichever door it arrives."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, db
from core.errors import Invalid
from credit import accounts, bills, cheques, claims, days, doubts, openings, payments, references
from credit.cheques import NewCheque
from credit.claims import NewClaim
from credit.openings import OpeningBill
from credit.payments import NewPayment
from credit.tables import Bill, Payment
from parties import tasks
from parties.tables import Retailer
from reports.invariants import i20_payment_references as invariant

Make = Callable[..., Retailer]
Post = Callable[..., Bill]
UTR = "512345678901"
SPELLINGS = (
    "5123 4567 8901",
    "UTR 512345678901",
    "utr512345678901",
    "UPI/5123-4567-8901",
    "UPI Ref No. : 512345678901",
    "Txn ID #512345678901",
    "5123\u200b4567\u200d8901",
    "5123\ufe0f4567\u034f8901",
    "\uff15\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10\uff11",
    "\u096b\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u096f\u0966\u0967",
    "\u06f5\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9\u06f0\u06f1",
    "\u0665\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660\u0661",
    "\u092f\u0942\u091f\u0940\u0906\u0930 512345678901",
    "\u06cc\u0648 \u0679\u06cc \u0622\u0631 512345678901",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_reference_has_one_key(spelling: str) -> None:
    assert references.key("upi", spelling) == UTR


@pytest.mark.parametrize(("one", "other"), [("SBIN0012345", "sbin 00-12345"), ("UTR SBIN001", "utrSBIN001"),
                                            ("N123\u2460", "n1231"), ("HDFC\u212a9", "hdfck9")])  # fmt: skip
def test_letters_count_and_their_case_and_form_do_not(one: str, other: str) -> None:
    assert references.key("bank", one) == references.key("other", other)


@pytest.mark.parametrize("other", ["512345678902", "51234567890", "N512345678901"])
def test_another_reference_has_another_key(other: str) -> None:
    assert references.key("upi", other) != UTR


@pytest.mark.parametrize("empty", ["UTR", "upi ref no.", "---", "#", "\u200b"])
def test_a_reference_of_which_nothing_is_left_is_refused(session: Session, make_retailer: Make, empty: str) -> None:
    shop = make_retailer(session)
    with pytest.raises(Invalid):
        payments.record(session, NewPayment(shop.id, 500, "upi", empty))
    with pytest.raises(Invalid):
        claims.record(session, NewClaim(shop.id, 500, empty))
    with pytest.raises(Invalid):
        cheques.receive(session, NewCheque(shop.id, 500, empty))


def test_a_transfer_is_booked_once_by_any_method_for_any_shop(session: Session, make_retailer: Make) -> None:
    first = payments.record(session, NewPayment(make_retailer(session).id, 500, "upi", UTR))
    for number, spelling in enumerate(SPELLINGS):
        other = make_retailer(session)
        method = ("upi", "bank", "other")[number % 3]
        with pytest.raises(payments.ReferenceUsed) as refused:
            payments.record(session, NewPayment(other.id, 500, method, spelling))
        assert refused.value.facts["payment_id"].startswith("pay_")
        assert accounts.get(session, other.id).outstanding_minor == 0
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    payments.reverse(session, first.payment_id, "a slip")
    assert payments.record(session, NewPayment(make_retailer(session).id, 500, "bank", SPELLINGS[0])).payment_id


def test_cash_and_cheques_have_keys_of_their_own(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    payments.record(session, NewPayment(shop.id, 500, "upi", "000123"))
    payments.record(session, NewPayment(shop.id, 501, "cash", "000123"))
    cheques.receive(session, NewCheque(shop.id, 502, "000123", "SBI"))
    cheques.receive(session, NewCheque(shop.id, 503, "000123", "HDFC"))
    for bank, number in (("sbi", "cheque no 000-123"), (None, "SBI \uff10\uff10\uff10123"), ("S.B.I.", "000\u200b123")):
        with pytest.raises(cheques.ChequeKnown):
            cheques.receive(session, NewCheque(shop.id, 504, number, bank))
    with pytest.raises(payments.ReferenceUsed):
        payments.record(session, NewPayment(shop.id, 505, "cash", "no. 000123"))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_claim_of_a_booked_transfer_tells_staff_and_is_not_booked_again(
    session: Session, make_retailer: Make, spelling: str
) -> None:
    payments.record(session, NewPayment(make_retailer(session).id, 500, "bank", UTR))
    shop = make_retailer(session)
    claim = claims.record(session, NewClaim(shop.id, 500, spelling))
    assert claim is not None
    assert [task.kind for task in tasks.open_tasks(session)] == ["payment_claimed", "payment_reference_seen_before"]
    seen = claims.seen_elsewhere(session, [claim])[claim.id]
    assert seen.payment_id is not None
    with pytest.raises(payments.ReferenceUsed):
        claims.verify(session, claim.id, NewPayment(shop.id, 500, "other"))
    assert claims.record(session, NewClaim(shop.id, 500, UTR)) is None


def test_of_two_open_claims_one_holds_the_reference(session: Session, make_retailer: Make) -> None:
    one, two = make_retailer(session), make_retailer(session)
    first = claims.record(session, NewClaim(one.id, 500, UTR))
    second = claims.record(session, NewClaim(two.id, 500, SPELLINGS[0]))
    assert first is not None
    assert second is not None
    assert (first.reference_key, second.reference_key) == (UTR, None)
    assert claims.seen_elsewhere(session, [first, second])[second.id].claim_id == first.id
    claims.verify(session, second.id, NewPayment(two.id, 500, "upi"))
    with pytest.raises(payments.ReferenceUsed):
        claims.verify(session, first.id, NewPayment(one.id, 500, "bank"))


def test_money_under_a_reference_that_another_shop_claims_is_booked_with_a_warning(
    session: Session, make_retailer: Make
) -> None:
    shop = make_retailer(session)
    claims.record(session, NewClaim(shop.id, 500, UTR))
    other = payments.record(session, NewPayment(make_retailer(session).id, 500, "bank", SPELLINGS[3]))
    assert other.warnings == (doubts.CLAIMED_ELSEWHERE,)


def test_a_shops_cheque_claims_are_its_own(session: Session, make_retailer: Make) -> None:
    for shop in (make_retailer(session), make_retailer(session)):
        assert claims.record(session, NewClaim(shop.id, 500, "000123", "cheque")) is not None
        assert claims.record(session, NewClaim(shop.id, 500, "cheque 000-123", "cheque")) is None
    assert {task.kind for task in tasks.open_tasks(session)} == {"payment_claimed"}


def test_equal_cash_of_one_shop_asks_once_within_ten_minutes(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    payments.record(session, NewPayment(shop.id, 500, "cash"))
    with pytest.raises(doubts.LooksDouble) as asked:
        payments.record(session, NewPayment(shop.id, 500, "cash", "R 17"))
    assert asked.value.facts["payment_id"].startswith("pay_")
    payments.record(session, NewPayment(shop.id, 500, "cash", is_meant=True))
    payments.record(session, NewPayment(shop.id, 501, "cash"))
    payments.record(session, NewPayment(shop.id, 500, "upi"))
    payments.record(session, NewPayment(make_retailer(session).id, 500, "cash"))
    payments.record(session, NewPayment(shop.id, 500, "cash", received_on=days.today(session) - timedelta(days=1)))


def test_equal_cash_is_another_payment_later_or_once_the_first_was_taken_back(
    session: Session, make_retailer: Make
) -> None:
    shop = make_retailer(session)
    first = payments.record(session, NewPayment(shop.id, 500, "cash"))
    payments.reverse(session, first.payment_id, "a slip")
    payments.record(session, NewPayment(shop.id, 500, "cash"))
    clock.advance(timedelta(minutes=10))
    payments.record(session, NewPayment(shop.id, 500, "cash"))


def test_money_does_not_come_long_before_the_first_bill_nor_tomorrow(session: Session, make_retailer: Make) -> None:
    shop, today = make_retailer(session), days.today(session)
    year = timedelta(days=365)
    for wrong in (date(1990, 1, 1), today - year - timedelta(days=1), today + timedelta(days=1)):
        with pytest.raises(Invalid):
            payments.record(session, NewPayment(shop.id, 500, "upi", received_on=wrong))
        with pytest.raises(Invalid):
            cheques.receive(session, NewCheque(shop.id, 500, "1", received_on=wrong))
    first = today - timedelta(days=900)
    openings.owe(session, shop.id, [OpeningBill("OLD-1", first, 700)])
    payments.record(session, NewPayment(shop.id, 500, "upi", received_on=first - year))
    with pytest.raises(Invalid):
        payments.record(session, NewPayment(shop.id, 500, "upi", received_on=first - year - timedelta(days=1)))


def test_the_doctor_finds_a_reference_that_pays_twice_in_two_spellings(session: Session, make_retailer: Make) -> None:
    assert invariant.INVARIANT.probe is not None
    assert invariant.INVARIANT.full_probe is not None
    payments.record(session, NewPayment(make_retailer(session).id, 500, "upi", UTR))
    second = payments.record(session, NewPayment(make_retailer(session).id, 500, "bank", "512345678902"))
    org = db.org_of(session)
    assert [*invariant.INVARIANT.probe(session, org), *invariant.INVARIANT.full_probe(session, org)] == []
    db.execute(
        session,
        "UPDATE payment SET reference = %s, reference_key = NULL WHERE org_id = %s AND id = %s",
        (SPELLINGS[0], str(org), str(second.payment_id)),
    )
    assert list(invariant.INVARIANT.probe(session, org)) == [f"{UTR} is recorded 2 times"]
    another = "UPDATE payment SET reference_key = 'X' WHERE org_id = %s AND id = %s"
    db.execute(session, another, (str(org), str(second.payment_id)))
    assert len(list(invariant.INVARIANT.full_probe(session, org))) == 1


def test_the_opening_amount_on_account_is_said_to_be_booked_and_may_be_booked_anew(
    session: Session, make_retailer: Make
) -> None:
    shop = make_retailer(session)
    held = openings.hold(session, shop.id, 100)
    with pytest.raises(openings.OpeningHeld) as refused:
        openings.hold(session, shop.id, 200)
    assert refused.value.facts["adjustment_id"].startswith("adj_")
    payments.take_back(session, held.payment_id, "wrong amount")
    assert openings.hold(session, shop.id, 200).unapplied_minor == 200
    assert bills.open_bills(session, shop.id) == []
