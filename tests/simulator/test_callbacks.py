"""What happens after Twilio has said 201: window, templates, media, statuses, all told by signed callbacks."""

import json

import pytest

TEXT = {"twilio/text": {"body": "Hello {{1}}, your bill is {{2}} today."}}
QUICK = {"twilio/quick-reply": {"body": "Order {{1}}?", "actions": [{"title": "Yes", "id": "ord:{{1}}:yes"}]}}
LIST = {
    "twilio/list-picker": {
        "body": "Which one?",
        "button": "Choose",
        "items": [{"item": "{{1}}", "id": "s1", "description": "in stock"}],
    }
}


def close_window(phone):
    assert phone.post("/__/clock", {"advance": "26 hours"}).status_code == 200


def last_status(phone, sid):
    return [row for row in phone.shop.statuses if row["MessageSid"] == sid][-1]


def test_a_reply_inside_the_window_is_sent_delivered_and_read_by_signed_callbacks(phone):
    phone.say("hi")
    sent = phone.send(body="नमस्ते")
    assert sent.status == "queued"
    assert sent.sid.startswith("SM")
    phone.ends_as(sent.sid, "sent", "delivered", "read")
    callback = last_status(phone, sent.sid)
    assert callback["query_ref"] == "7"
    assert callback["To"] == f"whatsapp:{phone.retailer}"
    assert callback["AccountSid"] == phone.account_sid
    assert callback["ExternalUserId"].startswith("whatsapp:IN.")
    assert phone.client.messages(sent.sid).fetch().status == "read"


def test_free_text_to_somebody_who_never_wrote_ends_in_63016(phone):
    sent = phone.send(body="Please pay")
    phone.ends_as(sent.sid, "undelivered")
    assert last_status(phone, sent.sid)["ErrorCode"] == "63016"
    fetched = phone.client.messages(sent.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("undelivered", 63016)


def test_the_window_closes_24_hours_after_the_last_inbound_on_the_simulated_clock(phone):
    phone.say("hi")
    phone.ends_as(phone.send(body="inside").sid, "sent", "delivered", "read")
    close_window(phone)
    late = phone.send(body="outside")
    phone.ends_as(late.sid, "undelivered")
    assert last_status(phone, late.sid)["ErrorCode"] == "63016"
    phone.say("hi again")
    phone.ends_as(phone.send(body="inside once more").sid, "sent", "delivered", "read")


def test_a_forged_message_does_not_open_the_window(phone):
    assert phone.say("hi", bad_signature=True)["status"] == 403
    phone.ends_as(phone.send(body="hello").sid, "undelivered")


def test_an_approved_template_passes_outside_the_window_with_its_variables(phone):
    sid = phone.content("due", TEXT, v1="Ramesh", v2="₹100")
    sent = phone.send(content_sid=sid, content_variables=json.dumps({"1": "Asha", "2": "₹12,400"}))
    phone.ends_as(sent.sid, "sent", "delivered", "read")
    (message,) = phone.get("/__/outbox")["messages"]
    assert message["text"] == "Hello Asha, your bill is ₹12,400 today."
    assert sent.sid.startswith("MM")


def test_an_unapproved_template_fails_with_63040_outside_and_passes_inside(phone):
    sid = phone.content("due", TEXT, is_approved=False, v1="Ramesh", v2="₹100")
    outside = phone.send(content_sid=sid)
    phone.ends_as(outside.sid, "failed")
    assert last_status(phone, outside.sid)["ErrorCode"] == "63040"
    phone.say("hi")
    phone.ends_as(phone.send(content_sid=sid).sid, "sent", "delivered", "read")


def test_a_list_is_possible_inside_the_window_only(phone):
    sid = phone.content("pick", LIST, is_approved=False, v1="Atta")
    outside = phone.send(content_sid=sid)
    phone.ends_as(outside.sid, "undelivered")
    assert last_status(phone, outside.sid)["ErrorCode"] == "63016"
    phone.say("hi")
    phone.ends_as(phone.send(content_sid=sid).sid, "sent", "delivered", "read")


def test_filled_in_titles_longer_than_whatsapp_shows_fail_with_63005(phone):
    sid = phone.content("pick", LIST, is_approved=False, v1="Atta")
    phone.say("hi")
    sent = phone.send(content_sid=sid, content_variables=json.dumps({"1": "a" * 25}))
    phone.ends_as(sent.sid, "failed")
    assert last_status(phone, sent.sid)["ErrorCode"] == "63005"


def test_more_than_three_buttons_need_an_approved_template(phone):
    actions = [{"title": f"Choice {n}", "id": str(n)} for n in range(4)]
    types = {"twilio/quick-reply": {"body": "Choose one.", "actions": actions}}
    phone.say("hi")
    loose = phone.content("loose", types, is_approved=False)
    approved = phone.content("approved", types)
    phone.ends_as(phone.send(content_sid=loose).sid, "failed")
    phone.ends_as(phone.send(content_sid=approved).sid, "sent", "delivered", "read")


def test_a_pdf_is_fetched_for_real_and_kept(phone):
    phone.shop.files["INV-1042.pdf"] = ("application/pdf", b"%PDF-1.4 fine")
    phone.say("bill")
    sent = phone.send(media_url=f"{phone.shop.url}/i/INV-1042.pdf")
    phone.ends_as(sent.sid, "sent", "delivered", "read")
    kept = phone.server.world.state.messages[sent.sid]
    assert (kept.media_name, kept.media_type) == ("INV-1042.pdf", "application/pdf")
    assert phone.server.world.media.read(sent.sid) == b"%PDF-1.4 fine"


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("application/pdf", b"<html>Please sign in</html>"),
        ("text/html", b"%PDF-1.4 fine"),
        ("image/png", b"%PDF-1.4 fine"),
        ("application/pdf", b"%PDF-" + b"x" * (16 * 1024 * 1024)),
    ],
    ids=["a login page", "wrong type", "not the type it says", "too big"],
)
def test_media_that_whatsapp_could_not_show_fails_with_63019(phone, content_type, data):
    phone.shop.files["a.pdf"] = (content_type, data)
    phone.say("bill")
    sent = phone.send(media_url=f"{phone.shop.url}/i/a.pdf")
    phone.ends_as(sent.sid, "failed")
    assert last_status(phone, sent.sid)["ErrorCode"] == "63019"


def test_media_that_is_not_there_fails_with_63019(phone, free_port):
    phone.say("bill")
    sent = phone.send(media_url=f"http://127.0.0.1:{free_port}/i/a.pdf")
    phone.ends_as(sent.sid, "failed")
    assert last_status(phone, sent.sid)["ErrorCode"] == "63019"


def test_a_number_that_is_not_on_whatsapp_fails_with_63003(phone):
    phone.say("hi")
    phone.post("/__/faults", {"not_on_whatsapp": [phone.retailer]})
    sent = phone.send(body="hello")
    phone.ends_as(sent.sid, "failed")
    assert last_status(phone, sent.sid)["ErrorCode"] == "63003"


def test_a_person_who_blocked_the_shop_leaves_messages_at_sent(phone):
    phone.say("hi")
    phone.post("/__/faults", {"blocked": [phone.retailer]})
    phone.ends_as(phone.send(body="hello").sid, "sent")


def test_lost_callbacks_change_the_status_without_telling_the_app(phone):
    phone.say("hi")
    phone.post("/__/faults", {"drop_callbacks": True})
    sent = phone.send(body="hello")
    phone.wait_for(lambda: phone.client.messages(sent.sid).fetch().status == "read")
    assert phone.shop.statuses_of(sent.sid) == []
