"""Paying: one amount at once, several to choose from; the code says exactly what the text beside it says."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from core import clock
from core.i18n import LANGUAGES
from core.outbox import OutboxMessage
from credit import bills, gateway_accounts, payment_links, payments
from credit.bills import Posting
from credit.gateways import Keys, Made
from credit.online import PaymentLink
from invoicing.tables import PayCode
from parties.tables import Organisation, Retailer
from tests.chats import Chat


def owe(chat: Chat, reference: str, amount_minor: int, days_late: int = 0) -> None:
    due_on = clock.today("Asia/Kolkata") - timedelta(days=days_late)
    shop = chat.session.query(Retailer).filter_by(phone=chat.phone).one()
    bills.post(
        chat.session,
        Posting(shop.id, "opening", reference, due_on, due_on, amount_minor, {"opening_balance": amount_minor}),
    )


def hold(chat: Chat, amount_minor: int) -> None:
    """Money on account: paid before there was a bill."""
    shop = chat.session.query(Retailer).filter_by(phone=chat.phone).one()
    payments.record(chat.session, payments.NewPayment(shop.id, amount_minor, "cash"))


def shown(chat: Chat) -> tuple[str, str, str]:
    """Amount, reference and address of the newest code, and nothing sent but its picture."""
    code = chat.session.query(PayCode).order_by(PayCode.id.desc()).first()
    assert code is not None
    newest = chat.session.query(OutboxMessage).order_by(OutboxMessage.id.desc()).first()
    assert newest is not None
    assert newest.attachment == {"kind": "pay_code", "id": str(code.id)}
    asked = parse_qs(urlsplit(code.link).query)
    assert asked["pa"][0] in newest.body
    return asked["am"][0], asked["tr"][0], newest.body


PAY = {
    "en": ("pay", "Pay *", "All", "UPI: ganesh@okhdfcbank"),
    "hi": ("भुगतान करना है", "*Shree", "पूरा", "UPI: ganesh@okhdfcbank"),
    "ur": ("ادائیگی کرنی ہے", "*UPI", "پورا", "\u2068ganesh@okhdfcbank\u2069"),
    "hi_Latn": ("payment karna hai", "*Shree", "Poora", "UPI: ganesh@okhdfcbank"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_single_bill_is_one_code_at_once_in_one_message(open_chat: Callable[..., Chat], language: str) -> None:
    chat = open_chat(language=language)
    owe(chat, "OB-1", 123_450)
    word, _title, _all, address = PAY[language]
    before = chat.session.query(OutboxMessage).count()
    assert address in chat.say(word)
    assert chat.session.query(OutboxMessage).count() == before + 1
    amount, _reference, text = shown(chat)
    assert amount == "1234.50"
    assert "₹1,234.50" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["number", "word", "tap"])
def test_one_of_several_amounts_is_chosen(open_chat: Callable[..., Chat], language: str, way: str) -> None:
    chat = open_chat(language=language)
    owe(chat, "OB-1", 100_000, days_late=4)
    owe(chat, "OB-2", 50_000)
    word, _title, everything, _address = PAY[language]
    assert "OB-1" in chat.say(word)
    chat.say("1") if way == "number" else chat.tap(everything) if way == "tap" else chat.say(everything)
    assert shown(chat)[0] == "1500.00"


def test_what_is_past_due_one_bill_or_any_amount_can_be_paid(chat: Chat) -> None:
    owe(chat, "OB-1", 100_000, days_late=4)
    owe(chat, "OB-2", 50_000)
    today = f"R1{clock.today('Asia/Kolkata'):%y%m%d}"
    for said, amount, reference in (
        ("What is past due", "1000.00", today),
        ("OB-2", "500.00", "OB2"),
        ("bill 2", "500.00", "OB2X2"),
        ("750", "750.00", f"{today}X2"),
    ):
        assert "How much would you like to pay" in chat.say("pay")
        chat.say(said)
        assert shown(chat)[:2] == (amount, reference)
    for said, amount in (("pay 5,000", "5000.00"), ("pay bill OB-1", "1000.00"), ("2k pay karna hai", "2000.00")):
        chat.say(said)
        assert shown(chat)[0] == amount


def test_codes_of_one_day_never_share_a_reference_whatever_they_are_for(chat: Chat) -> None:
    owe(chat, "OB-1", 100_000, days_late=4)
    owe(chat, "OB-2", 50_000)
    asked = ("pay 500", "pay 700", "pay 500", "pay bill OB-1", "pay bill OB-1", "pay 700")
    references = []
    for said in asked:
        chat.say(said)
        references.append(shown(chat)[1])
    assert len(set(references)) == len(asked)
    codes = chat.session.query(PayCode).all()
    assert len({code.reference for code in codes}) == len(codes)


def test_money_on_account_is_taken_off_what_is_past_due_and_off_the_oldest_bill(chat: Chat) -> None:
    hold(chat, 40_000)
    owe(chat, "OB-1", 100_000, days_late=3)
    owe(chat, "OB-2", 20_000)
    asked = chat.say("pay")
    for told in ("You owe: ₹800", "Past due: ₹600", "Bill OB-1: ₹600", "Bill OB-2: ₹200"):
        assert told in asked
    chat.tap("What is past due")
    assert shown(chat)[0] == "600.00"
    for said, amount in (("pay bill OB-1", "600.00"), ("pay bill OB-2", "200.00")):
        chat.say(said)
        assert shown(chat)[0] == amount


def test_a_bill_that_money_on_account_covers_is_not_offered_and_not_asked_for(chat: Chat) -> None:
    hold(chat, 150_000)
    owe(chat, "OB-1", 100_000, days_late=3)
    owe(chat, "OB-2", 90_000)
    assert "Nothing is left to pay of bill OB-1" in chat.say("pay bill OB-1")
    assert chat.session.query(PayCode).count() == 0
    chat.say("pay")  # one bill is left, so there is nothing to choose
    assert shown(chat)[0] == "400.00"
    for told in ("OB-1", "Past due"):
        assert told not in chat.say("pay") + chat.say("balance")


def test_who_has_paid_ahead_for_all_bills_is_asked_for_nothing(chat: Chat) -> None:
    hold(chat, 100_000)
    owe(chat, "OB-1", 100_000, days_late=3)
    chat.play([("pay", "To pay in advance"), ("pay bill OB-1", "Nothing is left to pay of bill OB-1")])
    assert chat.session.query(PayCode).count() == 0


def test_an_unknown_bill_is_asked_about_and_no_drops_it(chat: Chat) -> None:
    owe(chat, "OB-1", 100_000)
    owe(chat, "OB-2", 50_000)
    chat.play([("pay bill 77", "could not find that bill"), ("no", "All right"), ("menu", "What would you like")])
    assert chat.session.query(PayCode).count() == 0


def test_who_owes_nothing_is_told_how_to_pay_ahead(chat: Chat) -> None:
    chat.play([("pay", "To pay in advance, type *pay*"), ("pay 5000", "Amount: ₹5,000")])


def test_without_a_upi_address_the_ways_to_pay_are_said(chat: Chat) -> None:
    chat.session.query(Organisation).one().upi_vpa = None
    chat.session.flush()
    owe(chat, "OB-1", 100_000)
    answer = chat.say("pay")
    assert "Cash: to our salesman" in answer
    assert "UPI:" not in answer
    assert chat.session.query(PayCode).count() == 0


def test_with_a_gateway_a_link_follows_and_is_named_once_it_is_there(chat: Chat) -> None:
    gateway_accounts.connect(chat.session, "razorpay", "webhook secret", Keys("rzp_test_1", "key secret"))
    owe(chat, "OB-1", 100_000)
    assert "Online: the link follows in a moment." in chat.say("pay")
    link = chat.session.query(PaymentLink).one()
    assert (link.amount_minor, link.in_chat, link.status) == (100_000, True, "requested")
    payment_links.made(chat.session, link.id, Made("plink_1", "https://rzp.io/i/abc"))
    assert "https://rzp.io/i/abc" in chat.say("pay")
    chat.session.query(Organisation).one().upi_vpa = None
    chat.session.flush()
    assert "https://rzp.io/i/abc" in chat.say("pay")
    assert chat.session.query(PaymentLink).count() == 1
