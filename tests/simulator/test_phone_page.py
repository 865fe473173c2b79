"""The page, in a real browser: send, tap, ticks, clock, inspector, on a desktop and on a phone."""

import json
import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.chromium import launched

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a busy machine draws slowly

QUICK = {
    "twilio/quick-reply": {
        "body": "*Order 42* for <b>you</b>\nPlace it?",
        "actions": [{"title": "Yes", "id": "ord:42:ok"}, {"title": "No", "id": "ord:42:no"}],
    }
}
ROWS = {
    "twilio/list-picker": {
        "body": "Which atta?",
        "button": "Choose",
        "items": [{"item": "Aashirvaad 5 kg", "id": "a5", "description": "₹235.00 a bag"}],
    }
}


@pytest.fixture(scope="module")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def complaints():
    return []


@pytest.fixture
def page(chromium, phone, settings, complaints):
    people = [
        {"phone": phone.retailer, "name": "Sharma Kirana", "situation": "₹12,000 due tomorrow"},
        {"phone": "+919810000002", "name": "Gupta Stores", "situation": "Paused"},
    ]
    settings.people_path.write_text(json.dumps(people))
    context = chromium.new_context(locale="en-IN", timezone_id="Asia/Kolkata", viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda call: None if call.url.startswith(phone.url) else complaints.append(call.url))
    opened.goto(phone.url)
    yield opened
    context.close()
    assert [words for words in complaints if "ERR_" not in words] == []


def shop_answers(phone, **answers):
    """The shop replies to each text with the given send() values."""

    def answer(form):
        values = answers.get(form["Body"])
        if values:
            phone.send(**values)

    phone.shop.on_message = answer


def open_chat(page: Page, name="Sharma Kirana"):
    page.get_by_role("link", name=re.compile(name)).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def say(page: Page, words: str):
    box = page.get_by_label("Message as Sharma Kirana")
    box.fill(words)
    box.press("Enter")


def test_a_message_typed_is_answered_with_formatted_text_and_ticks(phone, page):
    shop_answers(phone, hi={"body": "Namaste *ji*, _welcome_"})
    open_chat(page)
    say(page, "hi")
    answer = page.locator(".bubble.theirs")
    expect(answer.locator(".words strong")).to_have_text("ji")
    expect(answer.locator(".tick")).to_have_text("Read")
    expect(page.locator(".bubble.mine .tick")).to_have_text("Read")
    expect(page.locator(".day")).to_have_text("Today")
    expect(page.locator(".window")).to_contain_text("free text possible for 23 h 59 m")
    assert phone.shop.messages[0]["Body"] == "hi"


def test_a_tapped_button_is_sent_once_and_then_disabled(phone, page):
    sid = phone.content("order", QUICK, is_approved=False)
    shop_answers(phone, order={"content_sid": sid})
    open_chat(page)
    say(page, "order")
    expect(page.locator(".words").last).to_contain_text("Order 42 for <b>you</b>")
    page.get_by_role("button", name="Yes").click()
    expect(page.locator(".choices button")).to_have_count(2)
    for button in page.locator(".choices button").all():
        expect(button).to_be_disabled()
    expect(page.locator(".bubble.mine").last).to_contain_text("Yes")
    phone.wait_for(lambda: len(phone.shop.messages) == 2)
    assert phone.shop.messages[1]["ButtonPayload"] == "ord:42:ok"


def test_a_list_row_can_be_picked(phone, page):
    shop_answers(phone, atta={"content_sid": phone.content("pick", ROWS, is_approved=False)})
    open_chat(page)
    say(page, "atta")
    page.get_by_text("Choose", exact=True).click()
    page.get_by_role("button", name="Aashirvaad 5 kg").click()
    phone.wait_for(lambda: len(phone.shop.messages) == 2)
    assert phone.shop.messages[1]["ListId"] == "a5"


def test_a_pdf_card_opens_the_file_the_phone_received(phone, page):
    phone.shop.files["INV-1042.pdf"] = ("application/pdf", b"%PDF-1.4 fine")
    shop_answers(phone, bill={"media_url": f"{phone.shop.url}/i/INV-1042.pdf"})
    open_chat(page)
    say(page, "bill")
    card = page.locator("main").get_by_role("link", name="INV-1042.pdf")
    expect(card).to_have_attribute("target", "_blank")
    reply = requests.get(phone.url + card.get_attribute("href"), timeout=10)
    assert (reply.headers["Content-Type"], reply.content) == ("application/pdf", b"%PDF-1.4 fine")


def test_a_failed_message_says_its_code_and_why(phone, page):
    phone.send(body="Please pay")
    open_chat(page)
    expect(page.locator(".failure")).to_contain_text("63016 · The 24-hour window is closed")
    expect(page.locator(".window")).to_contain_text("window closed: templates only")


def test_the_up_arrow_recalls_what_was_said(phone, page):
    open_chat(page)
    say(page, "first")
    say(page, "second")
    box = page.get_by_label("Message as Sharma Kirana")
    box.press("ArrowUp")
    expect(box).to_have_value("second")
    box.press("ArrowUp")
    expect(box).to_have_value("first")
    box.press("ArrowDown")
    expect(box).to_have_value("second")


def test_the_clock_can_be_moved_from_the_page(phone, page):
    open_chat(page)
    say(page, "hi")
    expect(page.locator(".bubble.mine")).to_have_count(1)
    page.get_by_role("button", name="+1 day").click()
    expect(page.locator("#clock")).to_contain_text("1 d ahead")
    expect(page.locator(".window")).to_contain_text("window closed")
    expect(page.locator(".day")).to_have_text("Yesterday")


def test_the_inspector_shows_calls_and_replays_them(phone, page):
    open_chat(page)
    say(page, "hi")
    expect(page.locator(".bubble.mine")).to_have_count(1)
    expect(page.locator("#inspector")).to_be_hidden()
    page.keyboard.press("Control+j")
    page.get_by_role("button", name="Send the same message again").click()
    expect(page.locator("#toast")).to_contain_text("The app answered 200")
    page.get_by_role("button", name="Send with a wrong signature").click()
    expect(page.locator("#toast")).to_contain_text("The app answered 403")
    page.locator(".call").first.locator("summary").click()
    expect(page.locator(".call").first).to_contain_text("SimulatorUnknownParameter")
    assert [form["Body"] for form in phone.shop.messages] == ["hi", "hi"]


def test_unread_messages_are_counted_on_the_other_chats(phone, page):
    open_chat(page)
    phone.send(to="whatsapp:+919810000002", body="one")
    phone.send(to="whatsapp:+919810000002", body="two")
    expect(page.locator(".badge")).to_have_text("2 unread")
    open_chat(page, "Gupta Stores")
    expect(page.locator(".badge")).to_have_count(0)


def test_a_fault_switched_on_in_the_menu_is_in_force(phone, page):
    open_chat(page)
    page.get_by_text("Make something go wrong").click()
    page.get_by_label("Sharma Kirana has opted out").check()
    phone.wait_for(lambda: phone.get("/__/faults")["opted_out"] == [phone.retailer])
    assert phone.rest(Body="hi").json()["code"] == 21610


def test_a_number_can_be_added_and_is_opened(phone, page):
    page.get_by_text("Add a number").click()
    page.get_by_label("Phone").fill("98200 00005")
    page.get_by_label("Name").fill("Verma Traders")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Verma Traders", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 899])
def test_on_a_narrow_screen_one_pane_is_shown_and_nothing_overflows(phone, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    expect(page.locator(".side")).to_be_visible()
    expect(page.locator("main")).to_be_hidden()
    open_chat(page)
    expect(page.locator(".side")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("link", name="Back to people").click()
    expect(page.locator(".side")).to_be_visible()


def test_the_poll_answers_204_when_nothing_is_new_and_the_page_is_locked_down(phone, page):
    version = page.locator("body").get_attribute("data-version")
    poll = f"{phone.url}/__/poll?chat=&since="
    assert requests.get(poll + version, timeout=10).status_code == 204
    assert requests.get(poll + "old", timeout=10).status_code == 200
    first = requests.get(phone.url, timeout=10)
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in first.headers["Content-Security-Policy"]
    assert not re.search(r"<script>|\son\w+=|\sstyle=|https?://(?!127\.0\.0\.1)", first.text)
