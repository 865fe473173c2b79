"""Content resources and their approval."""

import pytest
import requests

TEXT = {"twilio/text": {"body": "Hello {{1}}, your bill is due."}}


def create(phone, **body):
    auth = (phone.account_sid, phone.token)
    return requests.post(f"{phone.url}/v1/Content", json={"language": "en", **body}, auth=auth, timeout=10)


def test_a_resource_can_be_created_fetched_listed_and_deleted_by_the_sdk(phone):
    sid = phone.content("due_v1", TEXT, is_approved=False, v1="Ramesh")
    fetched = phone.client.content.v1.contents(sid).fetch()
    assert (fetched.friendly_name, fetched.language, fetched.types) == ("due_v1", "en", TEXT)
    assert [content.sid for content in phone.client.content.v1.contents.list()] == [sid]
    assert phone.client.content.v1.contents(sid).delete()
    assert phone.client.content.v1.contents.list() == []


def test_approval_is_received_and_then_decided_at_once(phone):
    sid = phone.content("due_v1", TEXT, is_approved=False, v1="Ramesh")
    context = phone.client.content.v1.contents(sid)
    assert context.approval_fetch().fetch().whatsapp["status"] == "unsubmitted"
    ask = context.approval_create.ContentApprovalRequest({"name": "due_v1", "category": "UTILITY"})
    assert context.approval_create.create(ask).status == "received"
    assert context.approval_fetch().fetch().whatsapp["status"] == "approved"


@pytest.mark.parametrize(
    ("body", "samples"),
    [
        ("{{1}}, your bill is due.", {"v1": "a"}),
        ("Your bill is due, {{1}}.", {"v1": "a"}),
        ("Hello {{1}} {{2}} there.", {"v1": "a", "v2": "b"}),
        ("Hello {{1}} there.", {}),
        ("Hello {{2}} there.", {"v2": "a"}),
        ("Hello {{1}} there. " + "x" * 550, {"v1": "a"}),
    ],
    ids=["starts with", "ends with", "side by side", "no sample", "gap", "too long"],
)
def test_a_template_that_meta_would_turn_down_is_rejected_with_a_reason(phone, body, samples):
    sid = phone.content("due_v1", {"twilio/text": {"body": body}}, **samples)
    approval = phone.client.content.v1.contents(sid).approval_fetch().fetch().whatsapp
    assert approval["status"] == "rejected"
    assert approval["rejection_reason"]


@pytest.mark.parametrize(
    "types",
    [
        {},
        {"twilio/text": {}},
        {"twilio/quick-reply": {"body": "x", "actions": []}},
        {"twilio/quick-reply": {"body": "x", "actions": [{"title": "t" * 21, "id": "1"}]}},
        {"twilio/list-picker": {"body": "x", "button": "Go", "items": [{"item": "a", "id": "1"}] * 11}},
        {"twilio/list-picker": {"body": "x", "items": [{"item": "a", "id": "1"}]}},
    ],
)
def test_a_resource_that_breaks_a_limit_cannot_be_created(phone, types):
    assert create(phone, types=types).status_code == 400


def test_templates_can_be_rejected_on_demand(phone):
    phone.post("/__/faults", {"reject_templates": True})
    sid = phone.content("due_v1", TEXT, v1="Ramesh")
    assert phone.client.content.v1.contents(sid).approval_fetch().fetch().whatsapp["status"] == "rejected"
