"""Gateways: the worked signatures, what must not pass, and what events mean in our words."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from credit.gateways import GATEWAYS, EventMalformed, Keys, LinkNotMade, LinkWanted, Made, SignatureWrong

EXAMPLES = json.loads((Path(__file__).parents[2] / "invoicing" / "tax_examples.json").read_text())["aux"][
    "webhook_hmac"
]
RAZORPAY, STRIPE = EXAMPLES["razorpay"], EXAMPLES["stripe"]
SIGNED_AT = datetime.fromtimestamp(STRIPE["timestamp"], UTC)
KEYS = Keys("rzp_test_1", "key secret")
WANTED = LinkWanted("REF1", 12_345, "INR", "Payment to S", "+919812345678", "Sharma", SIGNED_AT, "https://bahi.test")


def check(name: str, body: str, headers: Mapping[str, str], secrets: list[str], now: datetime = SIGNED_AT) -> None:
    GATEWAYS[name].check(body.encode(), headers, secrets, now)


def read(name: str, event: Any, headers: Mapping[str, str] | None = None) -> Any:
    return GATEWAYS[name].read(json.dumps(event).encode(), headers or {})


def razorpay_headers(signature: str) -> dict[str, str]:
    return {"X-Razorpay-Signature": signature}


def stripe_headers(text: str) -> dict[str, str]:
    return {"Stripe-Signature": text}


STRIPE_HEADER = STRIPE["header"].removeprefix("Stripe-Signature: ")


def test_the_worked_signatures_are_genuine() -> None:
    check("razorpay", RAZORPAY["body"], razorpay_headers(RAZORPAY["signature_hex"]), [RAZORPAY["secret"]])
    check("stripe", STRIPE["body"], stripe_headers(STRIPE_HEADER), [STRIPE["secret"]])


def test_during_a_rotation_either_secret_signs() -> None:
    check(
        "razorpay", RAZORPAY["body"], razorpay_headers(RAZORPAY["signature_hex"]), ["the new one", RAZORPAY["secret"]]
    )
    check("stripe", STRIPE["body"], stripe_headers(f"{STRIPE_HEADER},v1={'0' * 64}"), ["new", STRIPE["secret"]])


@pytest.mark.parametrize(
    ("body", "signature", "secret"),
    [
        (RAZORPAY["body"].replace(":", ": "), RAZORPAY["signature_hex"], RAZORPAY["secret"]),
        (RAZORPAY["body"] + " ", RAZORPAY["signature_hex"], RAZORPAY["secret"]),
        (RAZORPAY["body"], RAZORPAY["signature_hex"].upper(), RAZORPAY["secret"]),
        (RAZORPAY["body"], RAZORPAY["signature_hex"][:-1], RAZORPAY["secret"]),
        (RAZORPAY["body"], "", RAZORPAY["secret"]),
        (RAZORPAY["body"], "ü", RAZORPAY["secret"]),
        (RAZORPAY["body"], RAZORPAY["signature_hex"], "another secret"),
    ],
)
def test_a_body_that_was_touched_or_not_signed_is_refused(body: str, signature: str, secret: str) -> None:
    with pytest.raises(SignatureWrong):
        check("razorpay", body, razorpay_headers(signature), [secret])


@pytest.mark.parametrize(
    "header",
    [
        "",
        STRIPE_HEADER.replace("v1=", "v0="),
        STRIPE_HEADER.replace("t=1763640000", "t=1763640001"),
        STRIPE_HEADER.replace("t=1763640000,", ""),
        STRIPE_HEADER + ",t=1763640000",
        "t=soon,v1=00",
        "t=" + "9" * 5000 + ",v1=00",
        "t=١٧٦٣٦٤٠٠٠٠,v1=00",
    ],
)
def test_a_stripe_header_that_does_not_fit_is_refused(header: str) -> None:
    with pytest.raises(SignatureWrong):
        check("stripe", STRIPE["body"], stripe_headers(header), [STRIPE["secret"]])


@pytest.mark.parametrize(("seconds", "fits"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_stripe_signature_is_good_for_five_minutes(seconds: int, fits: bool) -> None:
    now = SIGNED_AT + timedelta(seconds=seconds)
    if fits:
        check("stripe", STRIPE["body"], stripe_headers(STRIPE_HEADER), [STRIPE["secret"]], now)
        return
    with pytest.raises(SignatureWrong):
        check("stripe", STRIPE["body"], stripe_headers(STRIPE_HEADER), [STRIPE["secret"]], now)


def test_the_worked_bodies_are_read() -> None:
    paid = GATEWAYS["razorpay"].read(RAZORPAY["body"].encode(), {"X-Razorpay-Event-Id": "ev1"})
    assert (paid.id, paid.meaning, paid.link_ids, paid.reference) == ("ev1", "paid", ("plink_TEST1",), "SGT2627000123")
    assert (paid.amount_minor, paid.currency) == (22_050_00, "INR")
    done = GATEWAYS["stripe"].read(STRIPE["body"].encode(), {})
    assert (done.id, done.meaning, done.link_ids, done.amount_minor) == ("evt_1", "paid", (), None)


def test_what_was_paid_is_the_payments_amount_and_its_bank_reference() -> None:
    payment = {
        "id": "pay_1",
        "amount": 500,
        "currency": "INR",
        "method": "upi",
        "acquirer_data": {"rrn": "412345678901"},
    }
    link = {"id": "plink_1", "reference_id": "R1", "amount": 500, "amount_paid": 999}
    event = {
        "event": "payment_link.paid",
        "payload": {"payment_link": {"entity": link}, "payment": {"entity": payment}},
    }
    found = read("razorpay", event)
    assert (found.payment_id, found.amount_minor, found.method, found.bank_reference) == (
        "pay_1", 500, "upi", "412345678901",
    )  # fmt: skip
    assert found.id.startswith("sha256:")


@pytest.mark.parametrize("amount", [0, -1, 1.5, "500", True, None, 10**15, {}])
def test_a_doubtful_amount_is_none(amount: Any) -> None:
    link = {"id": "plink_1", "amount_paid": amount}
    found = read("razorpay", {"event": "payment_link.paid", "payload": {"payment_link": {"entity": link}}})
    assert found.amount_minor is None


def test_a_session_whose_money_is_not_certain_books_nothing_yet() -> None:
    session = {"id": "cs_1", "amount_total": 500, "currency": "inr", "payment_status": "unpaid"}
    event = {"id": "evt_2", "type": "checkout.session.completed", "data": {"object": session}}
    assert read("stripe", event).meaning == "other"
    later = {**event, "type": "checkout.session.async_payment_succeeded"}
    later["data"] = {"object": {**session, "payment_status": "paid", "payment_link": "plink_9"}}
    found = read("stripe", later)
    assert (found.meaning, found.link_ids, found.currency) == ("paid", ("cs_1", "plink_9"), "INR")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000])
@pytest.mark.parametrize("name", sorted(GATEWAYS))
def test_a_signed_body_that_is_no_event_is_malformed(name: str, body: bytes) -> None:
    with pytest.raises(EventMalformed):
        GATEWAYS[name].read(body, {})


@pytest.mark.parametrize("name", sorted(GATEWAYS))
@pytest.mark.parametrize("event", [{}, {"event": 5, "type": []}, {"payload": [], "data": "x"}, {"event": "order.paid"}])
def test_an_event_of_another_shape_means_nothing(name: str, event: dict[str, Any]) -> None:
    assert read(name, event).meaning == "other"


def test_a_razorpay_link_is_asked_for_in_paise_without_parts() -> None:
    asking = GATEWAYS["razorpay"].asking(WANTED, KEYS)
    body = json.loads(asking.body)
    assert (asking.method, asking.url) == ("POST", "https://api.razorpay.com/v1/payment_links")
    assert (body["amount"], body["reference_id"], body["accept_partial"]) == (12_345, "REF1", False)
    assert body["expire_by"] == int(SIGNED_AT.timestamp())
    assert "key secret" not in repr(asking)


def test_a_stripe_session_carries_our_reference_and_an_idempotency_key() -> None:
    asking = GATEWAYS["stripe"].asking(WANTED, KEYS)
    form = parse_qs(asking.body.decode())
    assert form["client_reference_id"] == ["REF1"] == [asking.headers["Idempotency-Key"]]
    assert form["line_items[0][price_data][unit_amount]"] == ["12345"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("razorpay", {"id": "plink_1", "short_url": "https://rzp.io/i/x"}),
        ("razorpay", {"payment_links": [{"id": "plink_1", "short_url": "https://rzp.io/i/x"}]}),
        ("stripe", {"id": "plink_1", "url": "https://rzp.io/i/x"}),
    ],
)
def test_a_link_is_read_from_an_answer(name: str, body: dict[str, Any]) -> None:
    assert GATEWAYS[name].answered(200, json.dumps(body).encode()) == Made("plink_1", "https://rzp.io/i/x")


@pytest.mark.parametrize("name", sorted(GATEWAYS))
def test_an_answer_without_a_link_is_none_and_a_refusal_is_final(name: str) -> None:
    gateway = GATEWAYS[name]
    assert gateway.answered(200, b'{"payment_links": []}') is None
    assert gateway.answered(502, b"<html>") is None
    assert gateway.answered(429, b"{}") is None
    assert gateway.answered(200, b'{"id": "x", "short_url": "javascript:1", "url": "http://x"}') is None
    with pytest.raises(LinkNotMade):
        gateway.answered(400, b'{"error": {"description": "no", "message": "no"}}')


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    real = hmac.compare_digest

    def noted(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    check("razorpay", RAZORPAY["body"], razorpay_headers(RAZORPAY["signature_hex"]), [RAZORPAY["secret"], "other one"])
    assert len(compared) == 2
