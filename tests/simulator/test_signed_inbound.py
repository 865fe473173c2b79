"""What a person says reaches the app as Twilio would post it."""

import base64
import threading

import requests

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()


def test_a_text_carries_twilios_parameters_and_an_unknown_one(phone):
    answer = phone.say("10 bag atta", profile_name="Ramesh")
    assert answer["status"] == 200
    (form,) = phone.shop.messages
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == answer["message_sid"]
    expected = {
        "AccountSid": phone.account_sid,
        "From": f"whatsapp:{phone.retailer}",
        "To": f"whatsapp:{phone.business}",
        "WaId": phone.retailer[1:],
        "ProfileName": "Ramesh",
        "Body": "10 bag atta",
        "MessageType": "text",
        "NumMedia": "0",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "SimulatorUnknownParameter": "ignore me",
    }
    assert {name: form[name] for name in expected} == expected


def test_a_wrong_signature_is_refused_by_the_app_and_said_so(phone):
    assert phone.say("hi", bad_signature=True)["status"] == 403
    assert phone.shop.messages == []


def test_the_same_message_can_be_sent_again_with_a_new_retry_token(phone):
    first = phone.say("hi")
    again = phone.post("/__/replay", {"message_sid": first["message_sid"]}).json()
    assert again["status"] == 200
    assert phone.shop.messages[0] == phone.shop.messages[1]
    assert phone.shop.tokens[0] != phone.shop.tokens[1]


def test_a_message_sid_given_twice_is_the_same_message(phone):
    sid = "SM" + "a" * 32
    phone.say("hi", message_sid=sid)
    phone.say("something else", message_sid=sid)
    assert phone.shop.messages[0] == phone.shop.messages[1]


def test_every_message_arrives_twice_when_that_is_asked_for(phone):
    phone.post("/__/faults", {"duplicate_inbound": True})
    phone.say("hi")
    assert [form["Body"] for form in phone.shop.messages] == ["hi", "hi"]


def test_a_tap_carries_the_button_and_the_message_it_answers(phone):
    types = {"twilio/quick-reply": {"body": "Confirm?", "actions": [{"title": "Yes", "id": "ord:42:ok"}]}}
    phone.say("order")
    asked = phone.send(content_sid=phone.content("confirm", types, is_approved=False)).sid
    phone.say("", button={"text": "Yes", "payload": "ord:42:ok", "reply_to": asked})
    form = phone.shop.messages[-1]
    assert (form["Body"], form["ButtonText"], form["ButtonPayload"]) == ("Yes", "Yes", "ord:42:ok")
    assert form["OriginalRepliedMessageSid"] == asked
    assert form["MessageType"] == "interactive"


def test_a_list_row_carries_its_id_and_title(phone):
    phone.say("", button={"text": "Atta 10 kg", "payload": "sku:1", "is_list_row": True})
    form = phone.shop.messages[-1]
    assert (form["ListId"], form["ListTitle"], form["Body"]) == ("sku:1", "Atta 10 kg", "Atta 10 kg")


def test_a_picture_can_be_fetched_with_the_accounts_credentials_only(phone):
    phone.say("paid", media={"data": PNG, "content_type": "image/png", "name": "upi.png"})
    form = phone.shop.messages[-1]
    assert (form["NumMedia"], form["MessageType"], form["MediaContentType0"]) == ("1", "image", "image/png")
    url = form["MediaUrl0"].replace("https://api.twilio.com", phone.url)
    assert requests.get(url, timeout=10).status_code == 401
    fetched = requests.get(url, auth=(phone.account_sid, phone.token), timeout=10)
    assert fetched.content == base64.b64decode(PNG)
    assert fetched.history[0].status_code == 307


def test_a_file_that_is_not_what_it_says_is_not_sent(phone):
    reply = phone.post(
        "/__/inbound",
        {"from": phone.retailer, "media": {"data": PNG, "content_type": "application/pdf", "name": "a.pdf"}},
    )
    assert reply.status_code == 400
    assert phone.shop.messages == []


def test_an_app_that_is_down_gives_no_status_and_shows_in_the_log(phone, free_port):
    world = phone.server.world
    status = world.webhooks.post(f"http://127.0.0.1:{free_port}/x", {"a": "b"}, chat_id="", note="Message")
    assert status is None
    assert "Could not connect" in phone.get("/__/calls")["calls"][-1]["answer"]


def test_the_network_log_shows_both_directions_with_their_parameters(phone):
    phone.say("hi")
    phone.send(body="hello")
    calls = phone.get("/__/calls")["calls"]
    inbound = next(call for call in calls if call["to_app"])
    outbound = next(call for call in calls if not call["to_app"])
    assert (inbound["status"], inbound["form"]["Body"]) == (200, "hi")
    assert (outbound["method"], outbound["status"], outbound["form"]["Body"]) == ("POST", 201, "hello")


def test_requests_are_served_while_another_one_waits_for_the_app(phone):
    phone.shop.delay_seconds = 1.5
    thread = threading.Thread(target=phone.say, args=("hi",))
    thread.start()
    phone.get("/__/people")
    assert thread.is_alive(), "the app still has not answered"
    thread.join()


def test_typing_marks_the_message_as_seen(phone):
    sid = phone.say("hi")["message_sid"]
    assert phone.client.messaging.v2.typing_indicator.create(channel="whatsapp", message_id=sid).success
    assert phone.server.world.state.messages[sid].is_seen


def test_a_foreign_host_name_or_a_form_post_cannot_reach_the_control_api(phone):
    reply = requests.get(phone.url + "/__/calls", headers={"Host": "evil.example"}, timeout=10)
    assert reply.status_code == 403
    assert requests.post(phone.url + "/__/reset", data={"a": "b"}, timeout=10).status_code == 415
