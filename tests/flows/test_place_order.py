"""Ordering by chat, as transcripts, and what is in the books afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.i18n import format_money
from credit import accounts, pauses, payments
from jobs import follow_up
from orders import listing, ordering
from orders.tables import ProductPrice
from parties.tables import Retailer, StaffTask
from tests.chats import Chat

ORDER = "2 peti coke 500 aur 1 case maggi 12"


def orders_of(session: Session, status: str | None = None) -> list[Any]:
    return listing.page(session, status=status)


def test_an_order_is_quoted_with_units_and_pieces_and_placed_on_credit(chat: Chat, shop: Retailer) -> None:
    quote = chat.say(ORDER)
    for expected in ("2 case = 48 pc", "1 case = 96 pc", "Tax: ₹543.04", "*Total: ₹2,765*", "*yes*", "*cash*"):
        assert expected in quote
    assert "R1-1" in chat.say("yes")
    (order,) = orders_of(chat.session)
    assert (order.status, order.payment_mode, order.total_minor) == ("confirmed", "CREDIT", 276_500)
    assert accounts.get(chat.session, shop.id).reserved_minor == 276_500


@pytest.mark.parametrize(
    ("language", "text", "quoted", "yes", "placed"),
    [
        ("hi", "2 पेटी कोक 500", "2 पेटी = 48 पीस", "हाँ", "उधार पर पक्का हो गया"),
        ("ur", "دو پیٹی کوک 500", "= \u206848\u2069 پیس", "ہاں", "ادھار پر پکا ہو گیا"),
        ("hi_Latn", "do peti coke 500", "2 peti = 48 pc", "haan", "udhaar par pakka ho gaya"),
    ],
)
def test_an_order_is_placed_in_the_language_of_the_shop(
    open_chat: Callable[..., Chat], language: str, text: str, quoted: str, yes: str, placed: str
) -> None:
    open_chat(language=language).play([(text, quoted), (yes, placed)])


def test_cash_is_taken_instead_of_credit_when_asked_for(chat: Chat, shop: Retailer) -> None:
    chat.play([(ORDER, "Total"), ("cash", "to be paid in cash or by UPI")])
    (order,) = orders_of(chat.session)
    assert order.payment_mode == "CASH"
    assert accounts.get(chat.session, shop.id).reserved_minor == 0


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ("haan cash kar do", "CASH"),
        ("theek hai nakad bhai", "CASH"),
        ("जी कैश", "CASH"),
        ("cash please", "CASH"),
        ("haan udhaar likh do", "CREDIT"),
        ("ٹھیک ہے ادھار", "CREDIT"),
        ("kr do", "CREDIT"),
    ],
)
def test_a_yes_that_says_how_to_pay_is_placed_so(chat: Chat, said: str, mode: str) -> None:
    chat.play([(ORDER, "Total"), (said, "placed" if mode == "CREDIT" else "to be paid in cash or by UPI")])
    assert orders_of(chat.session)[0].payment_mode == mode


@pytest.mark.parametrize(
    "said",
    [
        "ok ruko", "haan wait karo", "haan bill bhej do", "qr bhej do", "upi bhej do", "upi do", "order change kar do",
        "haan kal bhejo", "haan call karo", "ok but", "हाँ रुको", "ٹھیک ہے لیکن",
    ],
)  # fmt: skip
def test_a_yes_that_says_something_else_too_places_nothing(chat: Chat, said: str) -> None:
    chat.play([(ORDER, "Total"), (said, "Reply *yes* to place it")])
    assert orders_of(chat.session, "confirmed") == []
    chat.play([("yes", "placed on credit")])


def test_who_says_more_than_yes_is_told_why_nothing_is_placed(chat: Chat) -> None:
    chat.play([(ORDER, "Total"), ("haan kal bhejo", "your message says more than *yes*")])


def test_an_order_can_be_called_off_in_every_language_before_it_is_placed(chat: Chat) -> None:
    for said in ("पूरा ऑर्डर रद्द कर दो", "order radd kar do", "سارا آرڈر منسوخ کر دیں"):
        chat.play([(ORDER, "Total"), (said, "nothing was ordered")])


@pytest.mark.parametrize(
    ("paid_minor", "prompt", "mode"),
    [
        (0, "for cash or UPI", "CASH"),
        (200_000, "on credit, or *cash*", "CREDIT"),
        (100, "Your list stays saved", None),
    ],
    ids=["nothing_on_account", "enough_on_account", "too_little_on_account"],
)
def test_yes_takes_what_a_prepaid_shop_has_on_account(
    open_chat: Callable[..., Chat], paid_minor: int, prompt: str, mode: str | None
) -> None:
    chat = open_chat(code="R9", limit_minor=0)
    shop = chat.session.query(Retailer).filter_by(code="R9").one()
    if paid_minor:
        payments.record(chat.session, payments.NewPayment(shop.id, paid_minor, "cash"))
    available = accounts.position(chat.session, shop.id).available_minor
    assert available == paid_minor
    assert (f"Available: {format_money(available, 'INR')}" in chat.say("balance")) is bool(paid_minor)
    assert prompt in chat.say("2 peti coke 500")
    chat.say("yes")
    assert [one.payment_mode for one in orders_of(chat.session, "confirmed")] == ([mode] if mode else [])
    assert accounts.get(chat.session, shop.id).reserved_minor == (172_800 if mode == "CREDIT" else 0)


def test_yes_means_cash_for_a_shop_without_terms(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=None)
    chat.play([(ORDER, "Reply *yes* to place it for cash or UPI"), ("credit", "No credit is agreed")])
    chat.play([("yes", "to be paid in cash or by UPI")])
    assert orders_of(chat.session)[0].payment_mode == "CASH"


def test_every_way_to_answer_works_number_title_and_button(chat: Chat) -> None:
    chat.play([(ORDER, "Total"), ("3", "Type what to change"), ("yes", "Total"), ("Cash / UPI", "in cash or by UPI")])
    chat.say(ORDER)
    assert "placed on credit" in chat.tap("Yes, on credit")


@pytest.mark.parametrize("number", ["1", "2", "1.", "१", "۱", "①", "1️⃣"])
def test_a_number_never_agrees_to_money(chat: Chat, number: str) -> None:
    chat.play([("coke 2 peti", "which one"), (number, ""), ("500 wali", ""), ("cancel", "")])
    chat.say(ORDER)
    chat.say(number)
    chat.say(number)
    assert orders_of(chat.session, "confirmed") == []


@pytest.mark.parametrize("number", ["1", "2", "3", "4", "5"])
def test_a_number_agrees_to_nothing_where_credit_is_refused(open_chat: Callable[..., Chat], number: str) -> None:
    chat = open_chat(limit_minor=1_000_000, max_order_minor=1_000_000)
    chat.play([("20 peti coke 500", "Total"), (number, "")])
    assert orders_of(chat.session, "confirmed") == orders_of(chat.session, "held") == []


@pytest.mark.parametrize(
    "said",
    [
        "cash dunga", "nahi cash me", "cash hi dunga udhaar nahi", "नकद दूंगा", "کیش دوں گا", "nagad denge",
        "maal aane pe cash dunga", "cash mein likhna", "naqad doonga", "कैश में दूँगा",
    ],
)  # fmt: skip
def test_cash_said_at_the_quote_is_cash(chat: Chat, said: str) -> None:
    chat.play([(ORDER, "on credit"), (said, "for cash or UPI"), ("haan", "to be paid in cash or by UPI")])
    assert [order.payment_mode for order in orders_of(chat.session)] == ["CASH"]


@pytest.mark.parametrize(
    "said",
    [
        "2 peti coke 500 cash", "2 peti coke 500, cash dunga", "cash pe 2 peti coke 500 bhej do",
        "2 पेटी कोक 500 नकद", "دو پیٹی کوک 500، نقد", "2 peti coke 500 nagad dega",
    ],
)  # fmt: skip
def test_cash_said_in_the_order_is_cash(chat: Chat, said: str) -> None:
    chat.play([(said, "for cash or UPI"), ("haan", "to be paid in cash or by UPI")])


@pytest.mark.parametrize("said", ["2 litre wali", "badi wali", "750 ml wali", "500 nahi 250"])
def test_another_size_at_the_quote_never_leaves_the_old_one_to_a_yes(chat: Chat, said: str) -> None:
    chat.play([("2 peti coke 500", "Total"), (said, "")])
    chat.say("yes")
    skus = {line.sku for order in orders_of(chat.session, "confirmed") for line in order.lines}
    assert "COKE-500" not in skus


def test_a_number_that_may_be_pieces_is_offered_in_each_unit(chat: Chat) -> None:
    chat.play([("coke 500 bhej do", "How much of Coca-Cola"), ("24", "How much of Coca-Cola")])
    assert "24 pc ×" in chat.tap("24 pc")


def test_what_is_asked_about_is_left_off_by_its_name_and_the_rest_is_quoted(chat: Chat) -> None:
    chat.play([("5 kg sugar, coke 2 peti", "which one"), ("coke rehne do", "Total")])


def test_a_variant_that_is_not_sold_is_named_and_never_learned(chat: Chat) -> None:
    for _ in range(3):
        chat.play([("dairy milk silk 1 box", "do not have exactly “dairy milk silk"), ("haan", "Dairy Milk")])
        chat.say("cancel")


@pytest.mark.parametrize("said", ["cash pe discount milega?", "cash memo bhejo"])
def test_a_word_about_cash_is_no_wish_to_pay_so(chat: Chat, said: str) -> None:
    chat.play([(ORDER, "on credit"), (said, ""), ("list", "place it on credit")])


def test_a_list_that_waits_for_an_answer_is_asked_about_again_and_not_quoted_without_it(chat: Chat) -> None:
    chat.play([("2 peti coke 500, maggi 2 dozen", "which one"), ("menu", ""), ("list", "which one")])
    chat.play([("balance", "still here"), ("haan", "which one"), ("address: Gala 4", "which one")])


@pytest.mark.parametrize("said", ["rehne do", "chhod do", "रहने दो", "رہنے دو", "skip it"])
def test_to_let_it_be_at_a_question_drops_what_is_asked_and_not_the_list(chat: Chat, said: str) -> None:
    chat.play([("5 kg sugar, coke 2 peti", "which one")])
    answer = chat.say(said)
    assert "Sugar" in answer
    assert "Coca" not in answer


def test_no_credit_is_offered_that_would_be_refused(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=1_000_000, max_order_minor=None)
    answer = chat.say("20 peti coke 500")
    assert "Total" in answer
    assert "pay ₹7,277 now" in answer
    assert "on credit, or" not in answer
    assert "credit" not in {identifier.split(":")[1] for identifier, _title in chat.choices}


def test_the_button_of_an_older_quote_places_nothing(chat: Chat) -> None:
    chat.say(ORDER)
    stale = chat.choices
    chat.say("5 kg sugar")
    answer = chat.say("Yes, on credit", ButtonPayload=stale[0][0])
    assert "belongs to an earlier message" in answer
    assert "Sugar" in answer
    assert orders_of(chat.session, "confirmed") == []


def test_an_unclear_line_is_asked_about_and_the_rest_is_kept(chat: Chat) -> None:
    chat.play([("5 kg sugar, coke 2 peti", "which one do you mean?"), ("500 wali", "Total")])
    chat.play([("list", "2 case = 48 pc"), ("yes", "placed")])
    assert {line.sku for line in orders_of(chat.session)[0].lines} == {"SUGAR", "COKE-500"}


def test_a_question_can_be_answered_by_its_number_or_left_out(chat: Chat) -> None:
    chat.say("coke 2 peti")
    assert "500 ml" in chat.tap("Coca-Cola 500")
    chat.play([("cancel", "dropped"), ("5 kg sugar, maggi 2 dozen", "which one"), ("no", "Sugar")])


def test_an_answer_given_twice_becomes_the_shops_own_name(chat: Chat, open_chat: Callable[..., Chat]) -> None:
    for _ in range(2):
        chat.play([("coke 2 peti", "which one do you mean?"), ("500 wali", "2 case = 48 pc"), ("cancel", "dropped")])
    chat.play([("coke 3 peti", "3 case = 72 pc"), ("coke 250 1 peti", "1 case = 30 pc"), ("cancel", "dropped")])
    chat.play([("coke 2 litre 1 peti", "1 case = 9 pc")])
    open_chat().play([("coke 2 peti", "which one do you mean?")])


def test_what_is_not_sold_is_said_and_the_rest_is_quoted(chat: Chat) -> None:
    answer = chat.say("pepsi 500 x 2, mirinda 500 x 1")
    assert "We do not sell “mirinda" in answer
    assert "48 pc" in answer


def test_a_list_is_corrected_by_typing(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "48 pc"), ("nahi 3 karo", "72 pc"), ("aur 1 peti sprite bhi jod do", "Sprite")])
    answer = chat.say("coke hata do")
    assert "Sprite" in answer
    assert "Coca" not in answer


def test_no_places_nothing_and_keeps_the_list(chat: Chat) -> None:
    chat.play([(ORDER, "Total"), ("no", "nothing is ordered yet"), ("yes", "*Total: ₹2,765*"), ("yes", "placed")])


def test_change_shows_the_list_to_be_corrected(chat: Chat) -> None:
    chat.play([(ORDER, "Total"), ("change", "Type what to change"), ("maggi hata do", "1,234.08")])


def test_an_interruption_loses_nothing_and_yes_brings_the_quote_again(chat: Chat) -> None:
    chat.play([(ORDER, "Total"), ("balance", "Your list (2) is still here"), ("bills", "no bills yet")])
    chat.play([("yes", "*Total: ₹2,765*"), ("yes", "placed on credit")])


def test_after_the_menu_yes_shows_the_list_again_instead_of_placing_it(chat: Chat) -> None:
    chat.play([(ORDER, "Total"), ("menu", "What would you like"), ("yes", "*Total: ₹2,765*")])
    assert orders_of(chat.session, "confirmed") == []
    chat.play([("yes", "placed on credit")])


def test_the_menu_offers_the_list_that_was_begun(chat: Chat) -> None:
    chat.say(ORDER)
    chat.say("menu")
    assert "Total" in chat.tap("My list (2)")


def test_cancel_drops_the_list_and_the_quote(chat: Chat) -> None:
    chat.play([(ORDER, "Total"), ("रद्द", "dropped"), ("list", "What do you need?"), ("cancel", "nothing to cancel")])
    assert [order.status for order in orders_of(chat.session)] == ["cancelled"]


def test_yes_without_a_question_places_nothing(chat: Chat) -> None:
    assert "no open question" in chat.say("yes")
    chat.play([(ORDER, "Total"), ("yes", "placed")])
    chat.say("yes")
    assert len(orders_of(chat.session)) == 1


def test_a_refusal_says_the_rule_the_numbers_and_what_helps(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=1_000_000, max_order_minor=1_000_000)
    refused = chat.play([("20 peti coke 500", "Total")]) or chat.say("yes")
    for expected in ("₹10,000", "₹17,277", "Your credit limit is ₹10,000, of which ₹10,000 is available", "saved"):
        assert expected in refused
    assert [order.status for order in orders_of(chat.session)] == ["pending"]
    chat.play([("cash", "placed, to be paid in cash")])


def test_a_refusal_can_be_answered_with_a_smaller_order(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=1_000_000, max_order_minor=None)
    chat.play([("20 peti coke 500", "Total"), ("yes", "pay ₹7,277 now"), ("REDUCE", "Your list")])
    chat.play([("5 karo", "120 pc"), ("yes", "placed on credit")])


def test_a_refusal_can_be_taken_to_people(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=1_000_000, max_order_minor=1_000_000)
    chat.play([("20 peti coke 500", "Total"), ("yes", "APPROVE"), ("approve", "asked for approval")])
    assert [task.kind for task in chat.session.query(StaffTask)] == ["approval_wanted"]
    assert [order.status for order in listing.page(chat.session)] == ["held"]
    chat.play([("list", "What do you need")])


def test_a_paused_account_is_told_so_and_may_pay_cash(chat: Chat, shop: Retailer) -> None:
    pauses.pause(chat.session, shop.id, "checked by the owner")
    chat.play([(ORDER, "Total"), ("yes", "on hold at present"), ("नकद", "placed, to be paid in cash")])


def test_prices_that_rose_are_asked_about_again(chat: Chat) -> None:
    from orders import catalogue

    chat.say(ORDER)
    for price in chat.session.query(ProductPrice):
        price.price_minor *= 2
    chat.session.flush()
    catalogue.changed(chat.session)
    chat.play([("yes", "Prices have changed"), ("yes", "placed on credit")])
    assert orders_of(chat.session)[0].total_minor > 500_000


def test_a_quantity_that_cannot_be_is_explained(chat: Chat) -> None:
    chat.play([("5 kg sugar", "Total"), ("9000 peti coke 500", "It is sold by"), ("yes", "Total"), ("yes", "placed")])


def test_repeat_takes_the_last_order_again_after_a_yes(chat: Chat) -> None:
    chat.play([("repeat", "no earlier order"), (ORDER, "Total"), ("yes", "R1-1"), ("repeat", "*Total: ₹2,765*")])
    chat.play([("same as last time", "*Total: ₹2,765*"), ("yes", "R1-2")])


def test_a_day_later_the_quote_is_said_anew_instead_of_placed(chat: Chat, home: Any) -> None:
    chat.say(ORDER)
    clock.advance(timedelta(hours=25))
    again = chat.say("yes")
    assert "Welcome back" in again
    assert "*Total: ₹2,765*" in again
    assert orders_of(chat.session, "confirmed") == []
    chat.play([("yes", "placed on credit")])


def test_a_day_later_a_tapped_button_asks_again(chat: Chat, home: Any) -> None:
    chat.say(ORDER)
    clock.advance(timedelta(hours=25))
    assert "Total" in chat.tap("Yes, on credit")
    assert orders_of(chat.session, "confirmed") == []


def test_a_day_later_the_list_grows_with_a_new_line(chat: Chat, home: Any) -> None:
    chat.say("2 peti coke 500")
    clock.advance(timedelta(days=3))
    answer = chat.say("5 kg sugar")
    assert "Sugar" in answer
    assert "Coca-Cola" in answer


def test_cancel_drops_an_open_question_and_says_so(chat: Chat) -> None:
    chat.play([("1 case maggi", "which one"), ("cancel", "My question is dropped"), ("cancel", "nothing to cancel")])
    answer = chat.say("3 kg sugar")
    assert "Total" in answer
    assert "aggi" not in answer


def test_an_emptied_list_calls_its_quote_off(chat: Chat) -> None:
    chat.play([("5 kg sugar", "Total"), ("remove sugar", "What do you need?")])
    assert [order.status for order in orders_of(chat.session)] == ["cancelled"]
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed")])


def test_a_quote_that_staff_called_off_is_said_to_be_so_and_shown_anew(chat: Chat) -> None:
    chat.say(ORDER)
    ordering.cancel(chat.session, orders_of(chat.session)[0].id, "Maggi is out of stock")
    answer = chat.say("yes")
    assert "That quote was called off: Maggi is out of stock" in answer
    assert "*Total: ₹2,765*" in answer
    assert "Prices" not in answer
    assert orders_of(chat.session, "confirmed") == []
    chat.play([("yes", "placed on credit")])


def test_a_quote_called_off_without_a_reason_names_none(chat: Chat) -> None:
    chat.say(ORDER)
    ordering.cancel(chat.session, orders_of(chat.session)[0].id, "cancelled by staff")
    answer = chat.say("yes")
    assert "That quote was called off." in answer
    assert "by staff" not in answer


def test_a_quote_that_lapsed_is_not_said_to_have_new_prices(chat: Chat) -> None:
    chat.say(ORDER)
    ordering.expire_pending(chat.session, before=clock.now() + timedelta(seconds=1))
    answer = chat.say("yes")
    assert "no longer open" in answer
    assert "Prices" not in answer
    chat.play([("yes", "placed on credit")])


def test_a_paused_refusal_says_once_that_credit_is_on_hold(chat: Chat, shop: Retailer) -> None:
    pauses.pause(chat.session, shop.id, "checked by the owner")
    chat.say(ORDER)
    assert chat.say("yes").count("on hold") == 1


@pytest.mark.parametrize("meanwhile", [[], [("menu", "What would you like"), ("yes", "Total")]])
def test_a_yes_to_the_follow_up_of_a_quote_places_it(chat: Chat, home: Any, meanwhile: list[tuple[str, str]]) -> None:
    chat.play([(ORDER, "Total"), *meanwhile])
    clock.advance(timedelta(hours=21))
    assert follow_up.run(chat.session) == {"asked": 1}
    chat.play([("yes", "placed on credit")])


@pytest.mark.parametrize("meanwhile", [[("remove sugar", "What do you need?")], [("coke 2 peti", "which one")]])
def test_nobody_is_asked_about_a_list_that_is_gone_or_unclear(
    chat: Chat, home: Any, meanwhile: list[tuple[str, str]]
) -> None:
    chat.play([("5 kg sugar", "Total"), *meanwhile])
    clock.advance(timedelta(hours=21))
    assert follow_up.run(chat.session) == {"asked": 0}


def test_goods_named_twice_are_asked_about_and_the_answer_is_the_whole(chat: Chat) -> None:
    chat.play([("10 kg sugar 2 kg sugar", "stands here twice"), ("12 kg", "12 kg")])


def test_more_than_an_order_takes_is_said_so(chat: Chat) -> None:
    chat.play([("1000000 kg sugar", "at most 9,999")])


def test_a_sign_at_a_number_is_not_guessed_about(chat: Chat) -> None:
    chat.play([("-5 kg sugar", "not clear")])
