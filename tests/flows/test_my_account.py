"""Balance, bills, orders, payments said, and a person: what a shop can ask for at any time."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core import clock, ids
from core.i18n import LANGUAGES, format_day
from core.outbox import OutboxMessage
from credit import bills, claims, days, ladder, pauses, payments, reminders
from credit.bills import Posting
from credit.tables import PaymentClaim
from orders import dispatching, listing
from parties.tables import Organisation, Retailer, StaffTask
from tests.chats import Chat
from tests.ledger import transfers


def owe(chat: Chat, shop: Retailer, reference: str, amount_minor: int, due_on: date) -> None:
    bills.post(
        chat.session,
        Posting(shop.id, "opening", reference, due_on, due_on, amount_minor, {"opening_balance": amount_minor}),
    )


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("en", "balance", ["Limit: ₹50,000", "Used: ₹1,250.50", "Available: ₹48,749.50", "OB-1", "3 days late"]),
        ("hi", "बकाया", ["उधार सीमा: ₹50,000", "इस्तेमाल हुई सीमा: ₹1,250.50", "3 दिन ऊपर"]),
        ("ur", "بقایا", ["ادھار کی حد: \u2068₹50,000\u2069", "استعمال شدہ حد: \u2068₹1,250.50\u2069", "دن اوپر"]),
        ("hi_Latn", "kitna baki hai", ["Udhaar limit: ₹50,000", "Istemal hui limit: ₹1,250.50", "3 din upar"]),
    ],
)
def test_balance_tells_limit_used_available_and_open_bills(
    open_chat: Callable[..., Chat], language: str, said: str, expected: list[str]
) -> None:
    chat = open_chat(code="R9", language=language)
    shop = chat.session.query(Retailer).filter_by(code="R9").one()
    owe(chat, shop, "OB-1", 125_050, clock.today("Asia/Kolkata") - timedelta(days=3))
    answer = chat.say(said)
    assert [text for text in expected if text not in answer] == []


def test_balance_names_what_is_promised_and_that_credit_is_on_hold(chat: Chat, shop: Retailer) -> None:
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed")])
    pauses.pause(chat.session, shop.id, "checked by the owner")
    answer = chat.say("khata")
    for told in ("You owe: ₹0", "Promised to your orders: ₹1,728", "Used: ₹1,728"):
        assert told in answer
    assert "on hold" in answer


def test_a_shop_without_terms_is_told_that_it_pays_cash(open_chat: Callable[..., Chat]) -> None:
    assert "No credit is agreed" in open_chat(limit_minor=None).say("balance")


def test_bills_are_listed_and_one_is_sent_as_pdf(chat: Chat) -> None:
    chat.play([("bills", "no bills yet"), ("2 peti coke 500", "Total"), ("yes", "placed")])
    order = dispatching.dispatch(chat.session, listing.page(chat.session)[0].id)
    listed = chat.say("my bills")
    number = chat.choices[0][1]
    assert number in listed
    for said in (f"bill {number}", f"Bill no. {number.lower()}", f"बिल {number}", "bill 1", "1"):
        chat.say(said)
        chat.say("my bills")
    sent = chat.session.query(OutboxMessage).filter_by(kind="document").all()
    assert [paper.attachment for paper in sent] == [{"kind": "invoice", "id": str(order.invoice_id)}] * 5
    assert number in sent[0].body


def test_a_bill_of_another_shop_is_not_found(chat: Chat, open_chat: Callable[..., Chat]) -> None:
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed")])
    dispatching.dispatch(chat.session, listing.page(chat.session)[0].id)
    chat.say("bills")
    other = open_chat()
    assert "I have no bill" in other.say(f"bill {chat.choices[0][1]}")


def test_status_tells_where_orders_stand(chat: Chat) -> None:
    chat.play(
        [("status", "no orders yet"), ("2 peti coke 500", "Total"), ("yes", "placed"), ("status", "being packed")]
    )


def test_one_order_is_told_with_its_goods(chat: Chat, open_chat: Callable[..., Chat]) -> None:
    chat.play(
        [("2 peti coke 500", "Total"), ("yes", "R1-1"), ("status R1-1", "being packed"), ("order r1-1", "2 case")]
    )
    assert "I have no order R1-1" in open_chat().say("status R1-1")


def test_an_order_that_waits_for_credit_is_told(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=1_000_000, max_order_minor=1_000_000)
    chat.play([("20 peti coke 500", "Total"), ("yes", "APPROVE"), ("approve", "asked"), ("status", "waits for credit")])


def test_the_day_of_an_order_is_the_shops_own(chat: Chat, home: Path) -> None:
    tomorrow = days.today(chat.session) + timedelta(days=1)
    clock.move_to(datetime.combine(tomorrow, time(1), ZoneInfo("Asia/Kolkata")))  # in Greenwich the day before
    chat.play([("2 peti coke 500", "Total"), ("yes", "R1-1"), ("status", f"R1-1 of {format_day(tomorrow)}")])


def test_a_payment_said_is_a_claim_and_moves_no_money(chat: Chat, shop: Retailer) -> None:
    answer = chat.say("paid 5,000 utr 412345678901")
    for expected in ("₹5,000", "412345678901", "your balance stays the same"):
        assert expected in answer
    chat.say("Paid 5000 UTR 412345678901")
    claim = chat.session.query(PaymentClaim).one()
    assert (claim.amount_minor, claim.reference, claim.status) == (500_000, "412345678901", "claimed")
    assert transfers(chat.session) == []
    assert [task.kind for task in chat.session.query(StaffTask)] == ["payment_claimed"]


def test_a_payment_without_amount_is_asked_about(chat: Chat) -> None:
    chat.play([("paid", "How much did you pay?"), ("hello there", "How much"), ("2500", "₹2,500")])
    chat.play([("पैसे भेज दिए", "How much"), ("no", "All right")])


@pytest.mark.parametrize("said", ["भुगतान 5000 41234567", "ادائیگی 5000 41234567", "jama kiya 5000 41234567"])
def test_a_payment_can_be_said_in_every_language(chat: Chat, said: str) -> None:
    assert "₹5,000" in chat.say(said)


def test_how_to_pay_names_the_upi_address(chat: Chat) -> None:
    upi = chat.session.query(Organisation).one().upi_vpa
    assert str(upi) in chat.say("pay")


def test_help_lists_what_can_be_typed_and_keeps_the_list(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("help", "Your list (1) is still here")])
    chat.play([("list", "Total"), ("yes", "placed")])


def test_a_person_takes_over_and_the_bot_keeps_quiet(chat: Chat, home: Any) -> None:
    chat.play([("2 peti coke 500", "Total"), ("human", "One of us will write to you")])
    assert chat.say("are you there?") == ""
    assert chat.say("yes") == ""
    assert [task.kind for task in chat.session.query(StaffTask)] == ["talk_to_customer"]
    chat.play([("menu", "What would you like"), ("hi", "welcome")])


def test_after_twelve_hours_the_bot_answers_again(chat: Chat, home: Any) -> None:
    chat.say("बात करनी है")
    clock.advance(timedelta(hours=11))
    assert chat.say("hello") == ""
    clock.advance(timedelta(hours=2))
    assert "welcome" in chat.say("hello")


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("paid 1.5 lakh", "₹1,50,000"),
        ("paid 10 crore", "₹10,00,00,000"),
        ("paid 5k", "₹5,000"),
        ("जमा १२ हज़ार", "₹12,000"),
    ],
)
def test_a_payment_is_noted_with_the_amount_that_was_meant(chat: Chat, said: str, amount: str) -> None:
    assert f"payment of {amount}." in chat.say(said)


@pytest.mark.parametrize("said", ["paid -5", "paid 0", "paid 1.2.3", "paid 5 kg", "paid 5000 2000"])
def test_an_amount_that_cannot_be_is_asked_about_again_and_not_noted(chat: Chat, said: str) -> None:
    chat.play([(said, "How much did you pay?"), ("-5", "could not read that amount"), ("0.00", "How much")])
    assert chat.session.query(PaymentClaim).count() == 0
    chat.play([("12k", "₹12,000")])
    assert chat.session.query(PaymentClaim).one().amount_minor == 1_200_000


def test_goods_typed_instead_of_an_amount_are_an_order(chat: Chat) -> None:
    chat.play([("paid", "How much did you pay?"), ("5 kg sugar", "Total")])
    assert chat.session.query(PaymentClaim).count() == 0


def test_a_payment_said_while_ordering_leaves_the_list_alone(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("paid 5k", "₹5,000")])
    chat.play([("yes", "*Total: ₹1,728*"), ("yes", "placed on credit")])


def test_the_same_reference_with_another_amount_is_not_confirmed(chat: Chat) -> None:
    chat.say("paid 5000 utr 412345678901")
    answer = chat.say("paid 9000 utr 412345678901")
    assert "412345678901 is noted already with ₹5,000" in answer
    assert "₹9,000" not in answer
    assert chat.session.query(PaymentClaim).one().amount_minor == 500_000
    kinds = [task.kind for task in chat.session.query(StaffTask).order_by(StaffTask.created_at)]
    assert kinds == ["payment_claimed", "payment_claim_differs"]


def test_a_payment_said_holds_reminders_back_for_a_day_and_not_for_good(chat: Chat, shop: Retailer, home: Any) -> None:
    chat.say("paid 5000 utr 412345678901")
    today = days.today(chat.session)
    owe(chat, shop, "OB-1", 100_000, today)
    owe(chat, shop, "OB-2", 100_000, today + timedelta(days=2))
    assert reminders.claim(chat.session, today) == []
    clock.advance(timedelta(hours=25))
    (digest,) = reminders.claim(chat.session, today + timedelta(days=1))
    assert [bill.reference for bill in digest.bills] == ["OB-2"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "₹99,337 in advance"),
        ("hi", "₹99,337 अग्रिम जमा"),
        ("ur", "\u2068₹99,337\u2069 پیشگی جمع"),
        ("hi_Latn", "₹99,337 advance jama"),
    ],
)
def test_money_paid_ahead_is_called_so(open_chat: Callable[..., Chat], language: str, said: str) -> None:
    chat = open_chat(code="R9", language=language)
    shop = chat.session.query(Retailer).filter_by(code="R9").one()
    payments.record(chat.session, payments.NewPayment(shop.id, 9_933_700, "cash"))
    for asked in ("balance", "pay"):
        answer = chat.say(asked)
        assert said in answer
        assert "-₹" not in answer


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("en", "why", ["on hold", "50 days past its due date", "Paying ₹1,250.50"]),
        ("hi", "क्यों", ["50 दिन ऊपर", "₹1,250.50 देने से"]),
        ("ur", "کیوں", ["دن اوپر", "₹1,250.50"]),
        ("hi_Latn", "kyon nahi", ["50 din upar", "₹1,250.50 dene se"]),
    ],
)
def test_why_names_the_rule_its_number_and_what_would_help(
    open_chat: Callable[..., Chat], language: str, said: str, expected: list[str]
) -> None:
    chat = open_chat(code="R9", language=language)
    shop = chat.session.query(Retailer).filter_by(code="R9").one()
    owe(chat, shop, "OB-1", 125_050, clock.today("Asia/Kolkata") - timedelta(days=50))
    ladder.evaluate(chat.session, shop.id, "daily")
    answer = chat.say(said)
    assert [text for text in expected if text not in answer] == []


def test_why_says_when_staff_stopped_credit_and_when_nothing_stands_in_the_way(chat: Chat, shop: Retailer) -> None:
    assert "no rule stands in the way" in chat.say("why")
    pauses.pause(chat.session, shop.id, "their private reason")
    answer = chat.say("why")
    assert "Our staff put it on hold" in answer
    assert "private" not in answer
    pauses.block(chat.session, shop.id, "closed")
    assert "blocked" in chat.say("why")


def test_why_can_be_asked_after_a_refusal(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=0)
    chat.play([("2 peti coke 500", "Total"), ("credit", "No credit is agreed"), ("why", "Your credit limit is ₹0")])


def test_why_is_answered_in_the_middle_of_a_refusal_and_the_list_stays(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=1_000_000, max_order_minor=None)
    chat.play([("20 peti coke 500", "Total"), ("yes", "pay ₹7,277 now"), ("why", "no rule stands in the way")])
    chat.play([("list", "₹17,277")])


def test_a_blocked_shop_is_told_so_at_its_order(chat: Chat, shop: Retailer) -> None:
    pauses.block(chat.session, shop.id, "closed")
    chat.play([("2 peti coke 500", "Total"), ("yes", "Your account is blocked for credit"), ("cash", "placed")])


@pytest.mark.parametrize("again", ["500 paid by gpay", "payment kar diya 500", "paid 500", "gpay se 500 bhej diye"])
def test_the_same_payment_told_again_is_one_claim(chat: Chat, again: str) -> None:
    chat.play([("paid 500", "noted"), (again, "already"), ("paid 500 utr 412345678901", "412345678901")])
    assert [claim.reference for claim in chat.session.query(PaymentClaim)] == ["412345678901"]
    assert chat.session.query(StaffTask).filter_by(kind="payment_claimed").count() == 1


@pytest.mark.parametrize("said", ["bill 10", "invoice 10", "बिल 10", "1", "5", "order R1-1"])
def test_a_paper_that_is_asked_for_or_the_number_of_an_option_is_no_payment(chat: Chat, said: str) -> None:
    chat.play([("paid", "How much did you pay"), (said, "")])
    assert chat.session.query(PaymentClaim).count() == 0


PICTURE = {"Body": "", "MessageType": "image", "NumMedia": "1", "MediaContentType0": "image/jpeg"}
PICTURED = {
    "en": ("Does it show a payment", "Yes, a payment", "Our team looks at the picture"),
    "hi": ("क्या यह भुगतान की है", "हाँ, भुगतान है", "तस्वीर देखकर"),
    "ur": ("کیا یہ ادائیگی کی ہے", "ہاں، ادائیگی ہے", "تصویر دیکھ کر"),
    "hi_Latn": ("Kya yeh payment ki hai", "Haan, payment hai", "tasveer dekhkar"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["number", "word", "tap"])
def test_a_picture_of_a_payment_becomes_a_claim_without_an_amount(
    open_chat: Callable[..., Chat], language: str, way: str
) -> None:
    chat = open_chat(language=language)
    asked, title, thanked = PICTURED[language]
    assert asked in chat.say(**PICTURE)
    answer = chat.tap(title) if way == "tap" else chat.say("1" if way == "number" else title)
    assert thanked in answer
    [claim] = chat.session.query(PaymentClaim).all()
    assert (claim.amount_minor, claim.message_id is not None) == (None, True)
    assert transfers(chat.session) == []


def test_a_picture_with_its_amount_is_one_claim_whichever_comes_first(chat: Chat) -> None:
    chat.say(**PICTURE)
    chat.play([("5000 utr 412345678901", "₹5,000")])
    chat.play([("paid", "How much did you pay")])
    chat.say(**PICTURE)
    chat.play([("700 utr 412345678902", "₹700")])
    chat.say(**{**PICTURE, "Body": "paid 900 utr 412345678903"})
    found = chat.session.query(PaymentClaim).order_by(PaymentClaim.id).all()
    assert [claim.amount_minor for claim in found] == [500_000, 70_000, 90_000]
    assert len({claim.message_id for claim in found} - {None}) == 3


def test_an_old_picture_is_no_proof_of_a_later_payment(chat: Chat) -> None:
    chat.say(**PICTURE)
    chat.play([("menu", "What would you like"), ("paid 5000 utr 412345678901", "₹5,000")])
    assert chat.session.query(PaymentClaim).one().message_id is None


def test_a_reference_that_is_in_the_books_is_no_new_claim(chat: Chat, shop: Retailer) -> None:
    payments.record(chat.session, payments.NewPayment(shop.id, 500_000, "upi", reference="utr412345678901"))
    assert "in our books already" in chat.say("paid 5000 UTR412345678901")
    assert chat.session.query(PaymentClaim).count() == 0


@pytest.mark.parametrize("said", ["paid 5000 utr 4123 4567 8901", "paid 5000 UTR 4123-4567-8901"])
def test_a_reference_in_groups_is_read_in_one(chat: Chat, said: str) -> None:
    assert "₹5,000" in chat.say(said)
    claim = chat.session.query(PaymentClaim).one()
    assert (claim.amount_minor, claim.reference) == (500_000, "412345678901")
    assert "412345678901 is noted" in chat.say("4123 4567 8901")
    assert chat.session.query(PaymentClaim).count() == 1


def test_a_reference_that_stands_with_another_payment_is_said_calmly_and_told_to_staff(
    chat: Chat, make_retailer: Any
) -> None:
    other = make_retailer(chat.session)
    payments.record(chat.session, payments.NewPayment(other.id, 500_000, "bank", reference="UTR 412345678901"))
    answer = chat.say("paid 5,000 utr 4123 4567 8901")
    assert "Reference 412345678901 stands with another payment already" in answer
    assert other.name not in answer
    claim = chat.session.query(PaymentClaim).one()
    assert (claim.amount_minor, claim.reference, claim.reference_key) == (500_000, "412345678901", None)
    kinds = [task.kind for task in chat.session.query(StaffTask).order_by(StaffTask.created_at)]
    assert kinds == ["payment_claimed", "payment_reference_seen_before"]
    assert "reference 412345678902 is noted" in chat.say("412345678902")  # a slip: the right one takes its place
    chat.session.refresh(claim)
    assert (claim.reference, claim.reference_key) == ("412345678902", "412345678902")


def test_a_reference_that_another_shop_has_claimed_follows_a_bare_claim(chat: Chat, make_retailer: Any) -> None:
    claims.record(chat.session, claims.NewClaim(make_retailer(chat.session).id, 900, "412345678901"))
    chat.say("paid 5000")
    assert "stands with another payment already" in chat.say("utr 412345678901")
    assert chat.session.query(StaffTask).filter_by(kind="payment_reference_seen_before").count() == 1


def test_the_same_picture_with_two_claims_is_shown_to_staff(chat: Chat) -> None:
    for reference in ("412345678901", "412345678902"):
        chat.say(**{**PICTURE, "Body": f"paid 900 utr {reference}"})
    one, two = chat.session.query(PaymentClaim).order_by(PaymentClaim.id).all()
    assert claims.keep_proof(chat.session, one.message_id, "a" * 64) is one
    assert claims.keep_proof(chat.session, two.message_id, "a" * 64) is two
    tasks = chat.session.query(StaffTask).filter_by(kind="payment_proof_seen_before").all()
    assert [task.facts["claim_id"] for task in tasks] == [ids.public("clm", two.id)]
    assert claims.keep_proof(chat.session, ids.new(), "a" * 64) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("kitna dena hai", "Your account with"),
        ("send my bill", "no bills yet"),
        ("upi id bhejo", "ganesh@okhdfcbank"),
        ("1500 bhej diya gpay se", "₹1,500"),
        ("order history", "no orders yet"),
        ("thank you ji", "You are welcome"),
        ("atta ka rate?", "Today's prices"),
        ("do you have unicorn feed", "did not understand"),
    ],
)
def test_what_people_type_in_other_words_is_understood(chat: Chat, said: str, expected: str) -> None:
    assert expected in chat.say(said)


def test_a_question_about_goods_orders_nothing_and_an_order_with_a_polite_word_is_an_order(chat: Chat) -> None:
    assert "Today's prices" in chat.say("coke 500 kitne ki hai")
    assert listing.page(chat.session) == []
    chat.play([("5 kg sugar please", "Total"), ("coke 500 2 peti hai kya", "")])
    assert [len(order.lines) for order in listing.page(chat.session)] == [1]


@pytest.mark.parametrize(
    ("said", "amount_minor"),
    [
        ("gpay kiya 1250", 125_000),
        ("cash diya 500", 50_000),
        ("500 cash diya", 50_000),
        ("phonepe se 2,500 bheja hai", 250_000),
        ("maine 5000 upi kar diya", 500_000),
        ("नकद 500 दिया", 50_000),
        ("پیسے 500 بھیج دیے", 50_000),
    ],
)
def test_a_payment_is_told_of_by_the_way_it_was_made(chat: Chat, said: str, amount_minor: int) -> None:
    assert "We have noted your payment" in chat.say(said)
    assert [claim.amount_minor for claim in chat.session.query(PaymentClaim)] == [amount_minor]


@pytest.mark.parametrize("said", ["payment ho gaya", "upi kar diya", "पेमेंट हो गया", "پیمنٹ ہو گئی"])
def test_a_payment_without_an_amount_is_asked_for_it(chat: Chat, said: str) -> None:
    chat.play([(said, "How much did you pay?"), ("500", "We have noted your payment of ₹500")])


@pytest.mark.parametrize(
    "said", ["payment ho gaya kya", "payment ho gaya?", "upi nahi kiya", "cash kab diya", "पैसे नहीं दिए"]
)
def test_a_question_or_a_refusal_is_no_payment(chat: Chat, said: str) -> None:
    assert "How much did you pay" not in chat.say(said)
    assert chat.session.query(PaymentClaim).count() == 0
