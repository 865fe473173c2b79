"""What Twilio refuses at once, each with its own code."""

import json

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

TEXT = {"twilio/text": {"body": "Hello {{1}}, your bill is {{2}} today."}}


def code_of(reply):
    assert reply.status_code == 400, reply.text
    return reply.json()["code"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": None, "Body": "hi"}, 21604),
        ({"From": None, "Body": "hi"}, 21603),
        ({"To": "+919810000001", "Body": "hi"}, 21211),
        ({"To": "whatsapp:98100", "Body": "hi"}, 21211),
        ({"From": "whatsapp:+910000000000", "Body": "hi"}, 63007),
        ({"From": "+918000000001", "Body": "hi"}, 63007),
        ({}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"MediaUrl": "not an address"}, 21620),
        ({"Body": "hi", "StatusCallback": "http://bad_host/x"}, 21609),
        ({"Body": "hi", "ContentVariables": "{}"}, 21654),
        ({"ContentSid": "HX" + "0" * 32}, 21655),
        ({"Body": "hi", "SendAt": "2026-11-21T10:00:00Z"}, 35118),
        ({"Body": "hi", "MessagingServiceSid": "MG" + "0" * 32}, 21705),
    ],
)
def test_a_message_that_twilio_would_refuse_is_refused_with_the_same_code(phone, form, code):
    assert code_of(phone.rest(**form)) == code
    assert phone.get("/__/outbox")["messages"] == []


@pytest.mark.parametrize(
    "variables",
    [
        "not json",
        '["a"]',
        '{"1": 5}',
        json.dumps({"1": "two\nlines", "2": "x"}),
        json.dumps({"1": "a\ttab", "2": "x"}),
        json.dumps({"1": "", "2": "x"}),
        json.dumps({"1": None, "2": "x"}),
        json.dumps({"1": "a     b", "2": "x"}),
    ],
)
def test_content_variables_must_be_a_json_object_of_clean_texts(phone, variables):
    sid = phone.content("bill", TEXT, v1="Ramesh", v2="₹100")
    assert code_of(phone.rest(ContentSid=sid, ContentVariables=variables)) == 21656


def test_a_dict_passed_to_the_sdk_is_refused_because_it_arrives_as_repeated_values(phone):
    sid = phone.content("bill", TEXT, v1="Ramesh", v2="₹100")
    with pytest.raises(TwilioRestException) as refused:
        phone.send(content_sid=sid, content_variables={"1": "a", "2": "b"})
    assert refused.value.code == 21656


def test_a_variable_without_value_and_sample_is_refused(phone):
    sid = phone.content("bill", TEXT, is_approved=False, v1="Ramesh")
    assert code_of(phone.rest(ContentSid=sid, ContentVariables='{"1": "Asha"}')) == 21656


def test_a_person_who_opted_out_gets_nothing(phone):
    phone.post("/__/faults", {"opted_out": [phone.retailer]})
    with pytest.raises(TwilioRestException) as refused:
        phone.send(body="hi")
    assert (refused.value.code, refused.value.status) == (21610, 400)


def test_wrong_credentials_are_refused_with_20003(phone):
    url = f"{phone.url}/2010-04-01/Accounts/{phone.account_sid}/Messages.json"
    for auth in (None, (phone.account_sid, "wrong"), ("AC" + "6" * 32, phone.token)):
        reply = requests.post(url, data={"Body": "hi"}, auth=auth, timeout=10)
        assert (reply.status_code, reply.json()["code"]) == (401, 20003)


def test_another_account_is_not_found(phone):
    url = f"{phone.url}/2010-04-01/Accounts/AC{'6' * 32}/Messages.json"
    reply = requests.get(url, auth=(phone.account_sid, phone.token), timeout=10)
    assert (reply.status_code, reply.json()["code"]) == (404, 20404)


def test_an_unknown_message_is_not_found(phone):
    with pytest.raises(TwilioRestException) as refused:
        phone.client.messages("SM" + "0" * 32).fetch()
    assert (refused.value.code, refused.value.status) == (20404, 404)


def test_429_on_demand_refuses_one_send_and_stores_nothing(phone):
    phone.post("/__/faults", {"send_429": 1})
    with pytest.raises(TwilioRestException) as refused:
        phone.send(body="hi")
    assert (refused.value.status, refused.value.code) == (429, 20429)
    assert phone.get("/__/outbox")["messages"] == []
    assert phone.send(body="hi").status == "queued"


def test_500_after_accept_fails_the_call_and_yet_delivers_the_message_once(phone):
    phone.say("hi")
    phone.post("/__/faults", {"send_500_after_accept": 1})
    with pytest.raises(TwilioRestException) as failed:
        phone.send(body="hello")
    assert failed.value.status == 500
    (message,) = phone.get("/__/outbox?to=" + phone.retailer)["messages"]
    assert phone.ends_as(message["sid"], "sent", "delivered", "read")


def test_an_unknown_fault_or_a_wrong_value_is_refused(phone):
    assert phone.post("/__/faults", {"nonsense": 1}).status_code == 400
    assert phone.post("/__/faults", {"send_429": "two"}).status_code == 400
