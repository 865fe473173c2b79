"""What a shop is told without asking: approved templates with the facts of the books."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

import policy
from core import clock, events, outbox, templates
from core.i18n import format_day, speaking
from core.outbox import OutboxMessage
from credit import accounts, bills, claims, disputes, pauses, payments, reminders
from credit.adjustments import Adjustment
from credit.bills import Posting
from credit.events import PaymentTaken, PaymentTakenBack
from credit.reminders import Digest, DueBill
from invoicing import cancelling, credit_notes
from invoicing.credit_notes import Correction, NewCreditNote
from notices import credit, documents
from notices import payments as thanks
from notices.reminders import remind
from orders import dispatching, listing, ordering
from orders.quotes import Wanted
from parties import consent
from parties.tables import Contact, Retailer, StaffTask
from speech import wording
from tests.chats import Chat

TODAY = date(2026, 11, 20)


def last(session: Session) -> OutboxMessage:
    session.flush()
    return session.query(OutboxMessage).order_by(OutboxMessage.id.desc()).first()


def rendered(message: OutboxMessage) -> str:
    assert message.template is not None
    assert message.params is not None
    template = templates.get(message.template)
    template.variables(message.params)  # raises when a parameter of the approved text is missing
    return template.render(message.language, message.params)


def owe(session: Session, shop: Retailer, amount_minor: int, due_on: date) -> None:
    posting = Posting(
        shop.id, "opening", str(uuid4())[:8], due_on, due_on, amount_minor, {"opening_balance": amount_minor}
    )
    bills.post(session, posting)


def digest(shop: Retailer, *bill_facts: tuple[str, str, int, int]) -> Digest:
    due = tuple(
        DueBill(shop.id, uuid4(), reference, stage, TODAY + timedelta(days=days), open_minor)
        for reference, stage, days, open_minor in bill_facts
    )
    return Digest(shop.id, due, TODAY)


@pytest.mark.parametrize(
    ("stage", "days", "expected"),
    [("T-1", 1, "due tomorrow, 21 Nov 2026"), ("T+0", 0, "is due today"), ("T+3", -3, "was due on 17 Nov 2026")],
)
def test_one_bill_is_reminded_of_in_the_words_of_its_stage(
    stocked: Session, shop: Retailer, stage: str, days: int, expected: str
) -> None:
    assert remind(stocked, digest(shop, ("SGT/1", stage, days, 125_050))) is not None
    text = rendered(last(stocked))
    for fact in (expected, "SGT/1", "₹1,250.50", "Sharma Kirana", "Shree Ganesh Traders"):
        assert fact in text


@pytest.mark.parametrize("language", ["en", "hi", "ur", "hi_Latn"])
@pytest.mark.parametrize("late", [1, 2, 5])
def test_a_stage_that_waited_for_an_opening_says_the_true_day(
    stocked: Session, shop: Retailer, language: str, late: int
) -> None:
    shop.language = language
    stocked.flush()
    assert remind(stocked, digest(shop, ("SGT/1", "T+0", -late, 125_050))) is not None
    message = last(stocked)
    assert message.template == "payment_was_due"
    with speaking(language):
        assert format_day(TODAY - timedelta(days=late)) in rendered(message)


def test_after_a_holiday_nobody_reads_that_yesterdays_bill_is_due_today(stocked: Session, shop: Retailer) -> None:
    closed = clock.today("Asia/Kolkata")
    policy.change(stocked, {"holidays": [closed.isoformat()]}, "festival")
    owe(stocked, shop, 100_000, closed)
    assert reminders.claim(stocked, closed) == []
    (found,) = reminders.claim(stocked, closed + timedelta(days=1))
    remind(stocked, found)
    text = rendered(last(stocked))
    assert "due today" not in text
    assert f"was due on {format_day(closed)}" in text


@pytest.mark.parametrize("language", ["en", "hi", "ur", "hi_Latn"])
def test_several_bills_are_one_calm_message(stocked: Session, shop: Retailer, language: str) -> None:
    shop.language = language
    stocked.flush()
    facts = digest(shop, ("SGT/1", "T+3", -3, 100_000), ("SGT/2", "T-1", 1, 50_000))
    remind(stocked, facts)
    message = last(stocked)
    text = rendered(message)
    assert message.template == "payment_reminder_merged"
    assert message.language == language
    assert "₹1,500" in text
    assert "17" in text
    assert "+912066000000" in text


def test_a_shop_is_reminded_once_a_day(stocked: Session, shop: Retailer) -> None:
    assert remind(stocked, digest(shop, ("SGT/1", "T+0", 0, 100_000))) is not None
    assert remind(stocked, digest(shop, ("SGT/2", "T+0", 0, 100_000))) is None


def test_urdu_notices_isolate_what_reads_left_to_right(stocked: Session, shop: Retailer) -> None:
    shop.language = "ur"
    stocked.flush()
    remind(stocked, digest(shop, ("SGT/1", "T-1", 1, 100_000)))
    params = last(stocked).params or {}
    assert params["amount"] == "\u2068₹1,000\u2069"
    assert params["bill_no"] == "\u2068SGT/1\u2069"


def test_a_payment_is_thanked_for_with_the_new_balance(stocked: Session, shop: Retailer) -> None:
    owe(stocked, shop, 500_000, clock.today("Asia/Kolkata"))
    payments.record(stocked, payments.NewPayment(shop.id, 200_000, "upi", reference="412345678901"))
    (paid,) = [event for event in events.so_far(stocked) if isinstance(event, PaymentTaken)]
    events.follow(stocked)
    text = rendered(last(stocked))
    assert "₹2,000 by UPI" in text
    assert "balance is now ₹3,000" in text
    assert thanks.received(stocked, paid) is None


def test_a_bill_goes_out_as_pdf_with_its_facts(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed")])
    order = dispatching.dispatch(chat.session, listing.page(chat.session)[0].id)
    events.follow(chat.session)
    message = last(chat.session)
    assert message.kind == outbox.DOCUMENT
    assert message.attachment == {"kind": "invoice", "id": str(order.invoice_id)}
    assert "₹1,728" in rendered(message)


def test_a_pause_names_what_is_past_due_only_when_something_is(stocked: Session, shop: Retailer) -> None:
    credit.paused(stocked, shop.id)
    assert last(stocked).template == "credit_on_hold"
    owe(stocked, shop, 500_000, clock.today("Asia/Kolkata") - timedelta(days=40))
    credit.paused(stocked, shop.id)
    assert "₹5,000 is past its due date" in rendered(last(stocked))


def test_reopened_credit_thanks_for_a_payment_only_when_there_was_one(stocked: Session, shop: Retailer) -> None:
    pauses.pause(stocked, shop.id, "checked")
    pauses.unpause(stocked, shop.id, "all well")
    events.follow(stocked)
    assert "thank you" not in rendered(last(stocked))
    owe(stocked, shop, 500_000, clock.today("Asia/Kolkata"))
    payments.record(stocked, payments.NewPayment(shop.id, 500_000, "cash"))
    credit.restored(stocked, shop.id)
    assert "thank you for clearing your dues" in rendered(last(stocked))
    assert "₹50,000" in rendered(last(stocked))


def test_nobody_is_told_anything_after_stop(stocked: Session, shop: Retailer) -> None:
    contact = stocked.query(Contact).filter_by(retailer_id=shop.id).one()
    consent.stop(stocked, contact.id)
    assert remind(stocked, digest(shop, ("SGT/1", "T+0", 0, 100_000))) is None
    assert credit.paused(stocked, shop.id) is None


@pytest.mark.parametrize("language", ["en", "hi", "ur", "hi_Latn"])
def test_a_payment_taken_back_is_told_calmly_once(stocked: Session, shop: Retailer, language: str) -> None:
    shop.language = language
    stocked.flush()
    paid = payments.record(stocked, payments.NewPayment(shop.id, 200_000, "upi", reference="412345678901"))
    payments.reverse(stocked, paid.payment_id, "bounced", charge_minor=50_000)
    (gone,) = [event for event in events.so_far(stocked) if isinstance(event, PaymentTakenBack)]
    events.follow(stocked)
    text = rendered(last(stocked))
    assert last(stocked).template == "payment_reversed"
    assert "₹2,000" in text
    assert "₹500" in text
    assert thanks.taken_back(stocked, gone) is None


def test_a_payment_ahead_reads_as_an_advance(stocked: Session, shop: Retailer) -> None:
    payments.record(stocked, payments.NewPayment(shop.id, 9_933_700, "cash"))
    events.follow(stocked)
    assert "balance is now ₹99,337 in advance in our books" in rendered(last(stocked))


def test_a_bill_that_cannot_be_sent_is_handed_over_by_people_once(chat: Chat, shop: Retailer) -> None:
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed"), ("stop", "no more automatic messages")])
    order = dispatching.dispatch(chat.session, listing.page(chat.session)[0].id)
    assert order.invoice_id is not None
    assert [documents.invoice(chat.session, order.invoice_id) for _again in range(2)] == [None, None]
    assert not outbox.is_on_its_way(chat.session, f"invoice:{order.invoice_id}")
    (task,) = chat.session.query(StaffTask).filter_by(retailer_id=shop.id)
    assert task.kind == "bill_on_paper"
    assert "on paper" in task.detail


def test_a_bill_on_its_way_needs_no_paper(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed")])
    order = dispatching.dispatch(chat.session, listing.page(chat.session)[0].id)
    events.follow(chat.session)
    assert outbox.is_on_its_way(chat.session, f"invoice:{order.invoice_id}")
    assert chat.session.query(StaffTask).count() == 0


DECIDED = {
    "en": ("could not add it to your account", "You were right: ₹1,000", "the other ₹600 stays", "The ₹1,000 you"),
    "hi": ("जमा नहीं किया जा सका", "आपकी बात सही थी: ₹1,000", "बाकी ₹600 बिल पर", "जिन ₹1,000 के बारे में"),
    "ur": ("جمع نہیں ہو سکی", "آپ کی بات درست تھی: \u2068₹1,000", "باقی \u2068₹600", "جن \u2068₹1,000\u2069 کے"),
    "hi_Latn": ("jama nahi kiya ja saka", "Aapki baat sahi thi: ₹1,000", "baaki ₹600 bill par", "jin ₹1,000 ke baare"),
}


@pytest.mark.parametrize("language", DECIDED)
def test_what_people_decide_about_a_claim_or_a_dispute_is_told_with_amount_and_reason(
    stocked: Session, shop: Retailer, language: str
) -> None:
    shop.language = language
    owe(stocked, shop, 500_000, clock.today("Asia/Kolkata"))
    told_of = claims.record(stocked, claims.NewClaim(shop.id, 200_000, "412345678901"))
    assert told_of is not None
    declined = claims.reject(stocked, told_of.id, "not in the *bank* yet.")
    events.follow(stocked)
    text = rendered(last(stocked))
    for fact in (DECIDED[language][0], "₹2,000", "412345678901", "not in the bank yet", "+912066000000"):
        assert fact in text
    assert thanks.claim_declined(stocked, declined.id) is None
    for accepted_minor, expected in zip((100_000, 40_000, 0), DECIDED[language][1:], strict=True):
        (bill,) = bills.open_bills(stocked, shop.id)
        dispute = disputes.start(stocked, bill.id, 100_000, "broken")
        disputes.settle(stocked, dispute.id, accepted_minor, "two of five", "owner", "damage")
        events.follow(stocked)
        text = rendered(last(stocked))
        assert expected in text
        assert "two of five" in text
        assert wording.balance(accounts.position(stocked, shop.id).outstanding_minor, "INR") in text
        assert len(text) < 700


def test_a_declined_claim_without_amount_is_named_by_its_picture_and_a_long_reason_is_cut(
    stocked: Session, shop: Retailer
) -> None:
    claim = claims.record(stocked, claims.NewClaim(shop.id))
    assert claim is not None
    claims.reject(stocked, claim.id, "x" * 500)
    events.follow(stocked)
    text = rendered(last(stocked))
    assert "(the one in your picture)" in text
    assert "x…" in text
    assert len(text) < 700


@pytest.mark.parametrize("language", ["en", "hi", "ur", "hi_Latn"])
@pytest.mark.parametrize("kind", ["bill_cancelled", "credit_note_cancelled"])
def test_a_cancelled_document_is_told_at_once_with_its_reason_and_what_is_owed(
    stocked: Session, shop: Retailer, language: str, kind: str
) -> None:
    stocked.query(Contact).update({"language": language})
    order = ordering.place(stocked, shop.id, [Wanted("SPRITE-500", 1, "case")], "CREDIT").order
    invoice_id = dispatching.dispatch(stocked, order.id).invoice_id
    assert invoice_id is not None
    if kind == "credit_note_cancelled":
        correction = NewCreditNote(invoice_id, "return", "wet", "owner", [Correction(line_no=1, qty_milli=1_000)])
        note = credit_notes.issue(stocked, correction).note
        assert note is not None
        invoice_id = note.id
    events.follow(stocked)
    bringing = last(stocked)
    gone = cancelling.cancel(stocked, invoice_id, "billed to the wrong shop.", "owner")
    events.follow(stocked)
    message = last(stocked)
    stocked.refresh(bringing)
    assert (bringing.attachment, bringing.status) == ({"kind": "invoice", "id": str(invoice_id)}, "cancelled")
    assert (message.template, message.attachment) == (kind, None)
    text = rendered(message)
    assert gone.number in text
    assert "billed to the wrong shop" in text
    assert "shop.." not in text
    assert documents.cancelled(stocked, invoice_id) is None


def test_a_discount_that_goes_with_its_money_is_told_too(stocked: Session, shop: Retailer) -> None:
    given = credit_notes.commercial(stocked, Adjustment(shop.id, "goodwill", 5_000, "sorry", "owner"))
    events.follow(stocked)
    payments.reverse(stocked, given.receipt.payment_id, "given twice")
    events.follow(stocked)
    assert last(stocked).template == "credit_note_cancelled"
