"""Packs, slabs, free goods, short stock, the smallest order and the delivery day, as the shop reads them."""

import json
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from core import clock, events
from core.i18n import format_weekday
from credit import payments
from orders import catalogue, dispatching, listing, pricing, rules, stock
from orders.delivery import Timetable
from orders.pricing import PriceChange
from orders.rules import Rules
from tests.chats import CATALOGUE, Chat

INDIA = ZoneInfo("Asia/Kolkata")


def terms(session: Session, sku: str, **values: Any) -> None:
    pricing.set_terms(session, sku, values, PriceChange("new terms", pricing.product(session, sku).version))


def obey(session: Session, **given: Any) -> None:
    rules.change(session, Rules(**given), "new rules")
    catalogue.changed(session)


def placed(session: Session) -> list[tuple[str, Any, str]]:
    return [(line.sku, line.qty, line.unit) for line in listing.page(session, status="confirmed")[0].lines]


# -- packs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said", "asked", "answer", "quoted", "yes", "done"),
    [
        ("en", "25 pc coke 500", "comes in packs of 12 pc. 25 pc does not work. Shall it be 24 pc or 36 pc?", "36",
         "36 pc ×", "yes", "placed on credit"),
        ("hi", "25 पीस कोक 500", "24 पीस या 36 पीस कर दें?", "36", "36 पीस ×", "हाँ", "पक्का हो गया"),
        ("ur", "25 پیس کوک 500", "کر دیں؟", "36", "\u206836\u2069 پیس ×", "ہاں", "پکا ہو گیا"),
        ("hi_Latn", "25 pc coke 500", "24 pc ya 36 pc kar dein?", "36", "36 pc ×", "haan", "pakka ho gaya"),
    ],
)  # fmt: skip
def test_a_quantity_between_packs_is_asked_about_and_answered_with_a_number(
    open_chat: Callable[..., Chat], language: str, said: str, asked: str, answer: str, quoted: str, yes: str, done: str
) -> None:
    chat = open_chat(language=language)
    terms(chat.session, "COKE-500", multiple=12)
    chat.play([(said, asked), (answer, quoted), (yes, done)])
    assert placed(chat.session) == [("COKE-500", 36, "pc")]


def test_a_proposal_can_be_tapped_or_left_out_and_the_rest_is_kept(chat: Chat) -> None:
    terms(chat.session, "COKE-500", multiple=12, min_qty=24)
    chat.play([("5 kg sugar, 13 pc coke 500", "in packs of 12 pc, from 24 pc on"), ("no", "Sugar")])
    chat.say("25 pc coke 500")
    assert "24 pc ×" in chat.tap("24 pc")
    chat.play([("yes", "placed")])
    assert placed(chat.session) == [("SUGAR", 5, "kg"), ("COKE-500", 24, "pc")]


def test_an_answer_that_does_not_fit_is_asked_about_again(chat: Chat) -> None:
    terms(chat.session, "COKE-500", multiple=12)
    chat.play([("25 pc coke 500", "24 pc or 36 pc"), ("30 pc", "30 pc does not work"), ("2 dozen", "24 pc ×")])


def test_a_correction_that_does_not_fit_leaves_the_line_as_it_was_until_it_is_clear(chat: Chat) -> None:
    terms(chat.session, "COKE-500", multiple=12)
    chat.play([("24 pc coke 500", "24 pc ×"), ("coke 500 ka 25 pc kar do", "24 pc or 36 pc"), ("no", "24 pc ×")])


def test_small_packs_offer_no_numbered_options_that_could_mean_a_quantity(chat: Chat) -> None:
    terms(chat.session, "COKE-500", multiple=2)
    assert "2 pc or 4 pc" in chat.say("3 pc coke 500")
    assert "2 pc ×" in chat.say("2")


def test_a_repeated_order_is_rounded_up_to_the_packs_of_today_and_says_so(chat: Chat) -> None:
    chat.play([("25 pc coke 500", "25 pc"), ("yes", "placed")])
    terms(chat.session, "COKE-500", multiple=12)
    chat.play([("repeat", "So 25 pc became 36 pc"), ("yes", "placed")])
    assert placed(chat.session) == [("COKE-500", 36, "pc")]


# -- prices ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "cheaper", "usual", "free"),
    [
        ("en", "from 240 pc on ₹24.50 each", "(usually ₹25.71)", "+ 24 pc free"),
        ("hi", "240 पीस या ज़्यादा लेने पर दाम ₹24.50", "(आम दाम ₹25.71)", "+ 24 पीस मुफ़्त"),
        ("ur", "یا زیادہ لینے پر قیمت", "(عام قیمت", "مفت"),
        ("hi_Latn", "240 pc ya zyada lene par daam ₹24.50", "(aam daam ₹25.71)", "+ 24 pc free"),
    ],
)
def test_the_quote_shows_the_next_price_the_usual_price_and_free_goods(
    open_chat: Callable[..., Chat], language: str, cheaper: str, usual: str, free: str
) -> None:
    chat = open_chat(language=language)
    terms(chat.session, "COKE-500", rates=[["", 240, 2450]], scheme_buy=10, scheme_free=1)
    chat.play([("2 case coke 500", cheaper)])
    quote = chat.say("10 case coke 500")
    assert usual in quote
    assert free in quote
    assert cheaper not in quote


def test_a_price_that_fell_since_the_quote_is_passed_on_and_said(chat: Chat) -> None:
    chat.say("2 peti coke 500")
    version = pricing.product(chat.session, "COKE-500").version
    pricing.set_price(chat.session, "COKE-500", 2500, "exclusive", PriceChange("cheaper at the depot", version))
    answer = chat.say("yes")
    assert "placed on credit" in answer
    assert "in your favour: ₹1,680 instead of ₹1,728" in answer


# -- the smallest order and the day ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "small", "added", "yes", "done"),
    [
        ("en", "from ₹500 on: goods for ₹412 more", "5 kg sugar", "yes", "placed on credit"),
        ("hi", "₹412 का माल और चाहिए", "5 किलो चीनी", "हाँ", "पक्का हो गया"),
        ("ur", "کا مال اور چاہیے", "5 کلو چینی", "ہاں", "پکا ہو گیا"),
        ("hi_Latn", "₹412 ka maal aur chahiye", "5 kilo chini", "haan", "pakka ho gaya"),
    ],
)
def test_an_order_below_the_smallest_says_what_is_missing(
    open_chat: Callable[..., Chat], language: str, small: str, added: str, yes: str, done: str
) -> None:
    chat = open_chat(language=language)
    obey(chat.session, min_order_minor=50_000)
    chat.play([("2 kg sugar", small), (yes, small), ("1 case coke 500", "₹"), (yes, done)])


def test_the_quote_names_the_day_and_so_does_the_thanks(chat: Chat, home: Any) -> None:
    monday = clock.today("Asia/Kolkata") + timedelta(days=7 + 7 - clock.today("Asia/Kolkata").weekday())
    obey(chat.session, timetable=Timetable(cut_off=time(17), lead_days=1))
    clock.move_to(datetime.combine(monday, time(10), INDIA))
    tomorrow, later = (format_weekday(monday + timedelta(days=days), "en") for days in (1, 2))
    chat.play([("5 kg sugar", f"Delivery: {tomorrow}"), ("yes", f"It comes on {tomorrow}")])
    chat.say("5 kg sugar")
    clock.move_to(datetime.combine(monday, time(17, 30), INDIA))
    chat.play([("yes", f"It comes on {later}")])


# -- stock -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "short", "gone"),
    [
        ("en", "only 36 pc are in stock, not 48 pc", "is not in stock at present"),
        ("hi", "48 पीस स्टॉक में नहीं हैं, सिर्फ़ 36 पीस हैं", "अभी स्टॉक में नहीं है"),
        ("ur", "اسٹاک میں نہیں، صرف", "ابھی اسٹاک میں نہیں ہے"),
        ("hi_Latn", "48 pc stock mein nahin hain, sirf 36 pc hain", "abhi stock mein nahin hai"),
    ],
)
def test_a_quote_says_what_is_short_and_what_is_gone(
    open_chat: Callable[..., Chat], language: str, short: str, gone: str
) -> None:
    chat = open_chat(language=language)
    stock.count(chat.session, "COKE-500", 36_000, "counted")
    stock.count(chat.session, "SUGAR", 0, "counted")
    quote = chat.say("2 case coke 500, 5 kg sugar")
    assert short in quote
    assert gone in quote
    assert gone in chat.say("sugar 3 kg")
    chat.say("menu")


def test_an_order_of_goods_that_are_gone_is_not_begun(chat: Chat) -> None:
    stock.count(chat.session, "SUGAR", 0, "counted")
    chat.play([("5 kg sugar", "is not in stock at present"), ("list", "What do you need?")])
    assert listing.page(chat.session) == []


def test_goods_sold_since_the_quote_are_asked_about_again(chat: Chat) -> None:
    stock.count(chat.session, "COKE-500", 48_000, "counted")
    chat.say("2 peti coke 500, 5 kg sugar")
    stock.count(chat.session, "COKE-500", 12_000, "sold over the counter")
    answer = chat.say("yes")
    assert "Some of it was sold meanwhile" in answer
    assert "only 12 pc are in stock" in answer
    assert listing.page(chat.session, status="confirmed") == []
    chat.play([("yes", "placed on credit")])
    assert placed(chat.session) == [("COKE-500", 12, "pc"), ("SUGAR", 5, "kg")]


# -- what credit does not cover ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said", "yes", "fits", "tap", "instead", "placed_says"),
    [
        ("en", "20 case coke 500, 5 kg sugar", "yes", "What fits into your credit now: Coca-Cola 500 ml PET 11 case",
         "Only what fits", "11 case instead of 20 case", "placed on credit"),
        ("hi", "20 पेटी कोक 500, 5 किलो चीनी", "हाँ", "11 पेटी", "जितना हो सके", "20 पेटी की जगह 11 पेटी", "पक्का हो गया"),
        ("ur", "20 پیٹی کوک 500, 5 کلو چینی", "ہاں", "ادھار حد میں اتنا آتا ہے", "جتنا ہو سکے", "کی جگہ", "پکا ہو گیا"),
        ("hi_Latn", "20 peti coke 500, 5 kilo chini", "haan", "11 peti", "Jitna ho sake", "20 peti ki jagah 11 peti",
         "pakka ho gaya"),
    ],
)  # fmt: skip
def test_an_order_over_the_limit_is_split_by_one_tap_and_a_yes(
    open_chat: Callable[..., Chat],
    language: str,
    said: str,
    yes: str,
    fits: str,
    tap: str,
    instead: str,
    placed_says: str,
) -> None:
    chat = open_chat(language=language, limit_minor=1_000_000, max_order_minor=None)
    chat.say(said)
    assert fits in chat.say(yes)
    assert instead in chat.tap(tap)
    assert listing.page(chat.session, status="confirmed") == []
    chat.play([(yes, placed_says)])
    assert placed(chat.session)[0] == ("COKE-500", 11, "case")


def test_the_difference_can_be_paid_and_the_order_goes_on_by_itself(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=300_000, max_order_minor=None)
    chat.play([("2 case coke 500", "Total"), ("yes", "placed on credit")])
    first = listing.page(chat.session, status="confirmed")[0]
    dispatching.dispatch(chat.session, first.id)
    chat.play([("2 case coke 500", "Total"), ("yes", "Your list stays saved")])
    answer = chat.tap("Pay ₹456 first")
    assert "Your order is kept. Pay ₹456 by UPI" in answer
    assert [order.status for order in listing.page(chat.session, limit=1)] == ["held"]
    assert "UPI" in str([choice[1] for choice in chat.choices])
    payments.record(chat.session, payments.NewPayment(first.retailer_id, 45_600, "upi", "412345678999"))
    events.follow(chat.session)
    assert [order.status for order in listing.page(chat.session, limit=1)] == ["confirmed"]


# -- notes and addresses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said", "note", "noted", "address", "brought", "yes"),
    [
        ("en", "5 kg sugar", "note: ring at the back door", "Note: ring at the back", "deliver to: Gala 4, APMC",
         "Deliver to: Gala 4, APMC", "yes"),
        ("hi", "5 किलो चीनी", "नोट: पीछे की घंटी", "नोट: पीछे की घंटी", "पता: गाला 4", "पहुँचाने का पता: गाला 4", "हाँ"),
        ("ur", "5 کلو چینی", "نوٹ: پیچھے کی گھنٹی", "پیچھے کی گھنٹی", "پتہ: گالا 4", "گالا 4", "ہاں"),
        ("hi_Latn", "5 kilo chini", "note: peeche ki ghanti", "Note: peeche ki ghanti", "pata: gala 4",
         "Pahunchane ka pata: gala 4", "haan"),
    ],
)  # fmt: skip
def test_a_note_and_an_address_go_with_the_order(
    open_chat: Callable[..., Chat],
    language: str,
    said: str,
    note: str,
    noted: str,
    address: str,
    brought: str,
    yes: str,
) -> None:
    chat = open_chat(language=language)
    chat.play([(note, ""), (said, noted), (address, brought), (yes, "")])
    (order,) = listing.page(chat.session, status="confirmed")
    assert order.note == note.partition(": ")[2]
    assert order.delivery_address == address.partition(": ")[2]
    chat.say(said)
    assert listing.page(chat.session, status="pending")[0].note == ""


@pytest.mark.parametrize(
    ("language", "asks"), [("en", "Reply *yes*"), ("hi", "*हाँ*"), ("ur", "*ہاں*"), ("hi_Latn", "*haan*")]
)
def test_a_long_order_shows_fewer_lines_and_still_its_total_its_note_and_the_question(
    open_chat: Callable[..., Chat], language: str, asks: str
) -> None:
    chat = open_chat(language=language)
    found = sorted(json.loads(CATALOGUE.read_text())["items"], key=lambda item: -len(item["name"]))[:24]
    for item in found:
        terms(chat.session, item["sku"], rates=[["", 5, 2450], ["", 500, 2400]], scheme_buy=5, scheme_free=1)
    chat.say("menu")
    lines = [[item["sku"], "5", item["base_unit"], "5"] for item in found]
    remarks = {"note": "ring the bell " * 20, "address": "gala 4 near the market " * 12}
    chat.place().memory = {"cart": {"lines": lines, **remarks}}
    chat.session.flush()
    quote = chat.say("list")
    assert asks in quote
    assert "gala 4" in quote
    assert "ring the bell" in quote
    assert quote.count("₹") > 12
    assert len(quote) <= 1600
