"""The message list, which an app reads to find what it missed."""

import datetime


def test_messages_are_listed_by_recipient_newest_first_with_those_from_people(phone):
    phone.say("one")
    phone.say("two")
    phone.send(body="answer")
    inbound = phone.client.messages.list(to=f"whatsapp:{phone.business}")
    assert [(m.body, m.direction, m.status) for m in inbound] == [
        ("two", "inbound", "received"),
        ("one", "inbound", "received"),
    ]
    assert [m.body for m in phone.client.messages.list(from_=f"whatsapp:{phone.business}")] == ["answer"]


def test_the_list_can_be_narrowed_by_the_date_sent(phone):
    phone.say("today")
    phone.post("/__/clock", {"advance": "26 hours"})
    phone.say("tomorrow")
    between = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)
    after = phone.client.messages.list(to=f"whatsapp:{phone.business}", date_sent_after=between)
    before = phone.client.messages.list(to=f"whatsapp:{phone.business}", date_sent_before=between)
    assert ([m.body for m in after], [m.body for m in before]) == (["tomorrow"], ["today"])


def test_the_sdk_pages_through_a_long_list(phone):
    for number in range(7):
        phone.say(str(number))
    found = phone.client.messages.list(to=f"whatsapp:{phone.business}", page_size=3)
    assert [m.body for m in found] == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_body_can_be_redacted_and_a_message_deleted(phone):
    sid = phone.say("secret")["message_sid"]
    assert phone.client.messages(sid).update(body="").body == ""
    assert phone.client.messages(sid).delete()
    assert phone.client.messages.list(to=f"whatsapp:{phone.business}") == []
