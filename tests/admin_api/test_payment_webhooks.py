"""A gateway's webhook: the only door through which a link's money comes in, and only once."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core import clock, db
from credit import gateway_accounts, gateway_events
from credit.gateway_accounts import Account
from tests.admin_api.conftest import Caller

SECRET = "whsec_test_razorpay"
EXAMPLE = json.loads((Path(__file__).parents[1] / "invoicing" / "tax_examples.json").read_text())["aux"]["webhook_hmac"]
ASKED = 22_050_00
Tell = Callable[..., TestResponse]


@pytest.fixture
def gateway(org: UUID) -> Account:
    """Razorpay, connected with the secret of the worked example."""
    with db.transaction(org) as session:
        return gateway_accounts.connect(session, "razorpay", SECRET)


@pytest.fixture
def tell(app: Flask, gateway: Account) -> Tell:
    """Post a body as Razorpay would: `tell(body, event_id=..., signature=...)`."""
    path = gateway.webhook_url.removeprefix("http://bahi.test")

    def post(body: str, event_id: str | None = None, signature: str | None = None) -> TestResponse:
        made = signature or hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
        headers = {"X-Razorpay-Signature": made, "X-Razorpay-Event-Id": event_id or uuid.uuid4().hex}
        return app.test_client().post(path, data=body, headers=headers)

    return post


@pytest.fixture
def link(owner: Caller, shop: str, gateway: Account) -> dict[str, Any]:
    """The link of the worked body, as it was made at Razorpay."""
    made = owner.post(
        "/payment-links",
        {"retailer_id": shop, "amount_minor": ASKED, "provider": "razorpay", "reference": "SGT2627000123",
         "provider_link_id": "plink_TEST1", "url": "https://rzp.io/i/test1"},
    )  # fmt: skip
    assert (made.status_code, made.json["status"]) == (201, "open"), made.text
    body: dict[str, Any] = made.json
    return body


def paid(payment_id: str = "pay_1", amount: int = ASKED, **changes: Any) -> str:
    payment = {"id": payment_id, "amount": amount, "currency": "INR", "method": "upi",
               "acquirer_data": {"rrn": f"4123{abs(hash(payment_id)) % 10**8:08d}"}, **changes}  # fmt: skip
    entity = {"id": "plink_TEST1", "reference_id": "SGT2627000123", "amount": ASKED, "amount_paid": amount}
    payload = {"payment_link": {"entity": entity}, "payment": {"entity": payment}}
    return json.dumps({"event": "payment_link.paid", "payload": payload})


def owed(owner: Caller, shop: str) -> int:
    found: int = owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"]
    return found


def outcomes(owner: Caller) -> list[str]:
    return [row["outcome"] for row in owner.get("/payment-links/events").json["data"]][::-1]


def asked_of_staff(owner: Caller) -> list[tuple[str, str]]:
    rows = owner.get("/tasks").json["data"]
    return [(row["kind"], row["facts"]["outcome"]) for row in rows]


def test_the_worked_body_books_its_payment_and_thanks_the_shop(
    owner: Caller, shop: str, link: dict[str, Any], tell: Tell, org: UUID
) -> None:
    example = EXAMPLE["razorpay"]
    answer = tell(example["body"], signature=example["signature_hex"])
    assert (answer.status_code, answer.json) == (200, {"outcome": "posted"})
    assert owed(owner, shop) == -ASKED
    now = owner.get(f"/payment-links/{link['id']}").json
    assert now["status"] == "paid"
    assert now["payment_id"].startswith("pay_")
    with db.transaction(org) as session:
        templates = db.execute(session, "SELECT template FROM outbox_message WHERE org_id = %s", (str(org),)).all()
    assert [row.template for row in templates] == ["payment_received"]
    actors = {row["actor"] for row in owner.get(f"/audit/{shop}").json["data"] if row["action"] == "payment.recorded"}
    assert actors == {"gateway:razorpay"}


def test_a_payment_is_booked_once_however_often_it_is_told(
    owner: Caller, org: UUID, shop: str, link: dict[str, Any], tell: Tell
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: tell(paid(), event_id=f"ev{number % 3}"), range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json["outcome"] for answer in answers) == ["posted"] + ["seen"] * 11
    assert owed(owner, shop) == -ASKED
    assert asked_of_staff(owner) == []
    clock.advance(gateway_events.BODIES_LIVE)
    with db.transaction(org) as session:  # once the bodies are emptied the ids still keep it single
        assert (gateway_events.purge(session), gateway_events.purge(session)) == (3, 0)
    assert tell(paid(), event_id="ev0").json == {"outcome": "seen"}


def test_a_wrong_signature_changes_nothing_and_keeps_nothing(
    owner: Caller, shop: str, link: dict[str, Any], tell: Tell
) -> None:
    example = EXAMPLE["razorpay"]
    for body, signature in (
        (example["body"].replace(":", ": "), example["signature_hex"]),
        (example["body"], "0" * 64),
        (example["body"], "x"),
    ):
        answer = tell(body, signature=signature)
        assert (answer.status_code, answer.json["code"]) == (403, "SIGNATURE_WRONG")
    assert owed(owner, shop) == 0
    assert outcomes(owner) == []


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (paid(amount=ASKED - 1), "mismatch"),
        (paid(amount=ASKED + 1), "mismatch"),
        (paid(currency="USD"), "mismatch"),
        (paid().replace("plink_TEST1", "plink_X").replace("SGT2627000123", "R9"), "unknown_link"),
    ],
)
def test_what_does_not_fit_is_kept_and_shown_to_staff(
    owner: Caller, shop: str, link: dict[str, Any], tell: Tell, body: str, outcome: str
) -> None:
    assert tell(body).json == {"outcome": outcome}
    assert owed(owner, shop) == 0
    assert outcomes(owner) == [outcome]
    assert asked_of_staff(owner) == [("gateway_payment", outcome)]
    assert owner.get(f"/payment-links/{link['id']}").json["status"] == "open"


def test_a_second_payment_of_a_link_is_for_staff_to_decide(
    owner: Caller, shop: str, link: dict[str, Any], tell: Tell
) -> None:
    assert [tell(paid(one)).json["outcome"] for one in ("pay_1", "pay_2")] == ["posted", "paid_again"]
    assert owed(owner, shop) == -ASKED
    assert asked_of_staff(owner) == [("gateway_payment", "paid_again")]


def test_a_bank_reference_that_staff_recorded_already_is_not_booked_again(
    owner: Caller, shop: str, link: dict[str, Any], tell: Tell
) -> None:
    owner.post(
        "/payment/record",
        {"retailer_id": shop, "amount_minor": ASKED, "method": "upi", "reference": "412345678901"},
    )
    assert tell(paid(acquirer_data={"rrn": "412345678901"})).json == {"outcome": "refused"}
    assert owed(owner, shop) == -ASKED
    [task] = owner.get("/tasks").json["data"]
    assert task["facts"]["detail"].startswith("PAYMENT_REFERENCE_USED")


def test_the_payment_settles_the_bill_that_the_link_is_for(owner: Caller, shop: str, tell: Tell) -> None:
    for _ in range(2):
        line = {"sku": "SPRITE-500", "qty": 1, "unit": "case"}
        placed = owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [line]}).json
        owner.post(f"/orders/{placed['id']}/dispatch", {})
    first, second = owner.get(f"/credit/retailer/{shop}").json["open_bills"]
    due = second["open_minor"]
    owner.post(
        "/payment-links",
        {"retailer_id": shop, "amount_minor": due, "provider": "razorpay", "bill_id": second["bill_id"],
         "provider_link_id": "plink_TEST1", "url": "https://rzp.io/i/test1"},
    )  # fmt: skip
    assert tell(paid(amount=due)).json == {"outcome": "posted"}
    assert owner.get(f"/credit/retailer/{shop}").json["open_bills"] == [first]


def test_an_expired_or_cancelled_link_that_was_paid_all_the_same_is_booked(
    owner: Caller, shop: str, link: dict[str, Any], tell: Tell
) -> None:
    entity = {"id": "plink_TEST1"}
    over = {"event": "payment_link.expired", "payload": {"payment_link": {"entity": entity}}}
    assert tell(json.dumps(over)).json == {"outcome": "noted"}
    assert owner.get(f"/payment-links/{link['id']}").json["status"] == "expired"
    assert tell(paid()).json == {"outcome": "posted"}
    assert tell(json.dumps({**over, "event": "payment_link.cancelled"})).json == {"outcome": "noted"}
    assert owner.get(f"/payment-links/{link['id']}").json["status"] == "paid"


def test_bodies_that_are_no_events_addresses_that_are_nobodys_and_large_ones(app: Flask, tell: Tell) -> None:
    assert tell("[]").status_code == 400
    assert tell("x" * 70_000).status_code == 413
    client = app.test_client()
    assert client.post("/webhooks/razorpay/gwy_nobody", data="{}").status_code == 404
    assert client.post("/webhooks/paypal/gwy_nobody", data="{}").status_code == 404
    assert client.get("/webhooks/razorpay/gwy_nobody").status_code == 405


def test_one_providers_address_takes_nothing_of_another(app: Flask, gateway: Account) -> None:
    path = gateway.webhook_url.removeprefix("http://bahi.test").replace("razorpay", "stripe")
    assert app.test_client().post(path, data="{}").status_code == 404


def test_stripe_books_within_its_five_minutes(app: Flask, owner: Caller, shop: str, org: UUID) -> None:
    with db.transaction(org) as session:
        account = gateway_accounts.connect(session, "stripe", EXAMPLE["stripe"]["secret"])
    owner.post(
        "/payment-links",
        {"retailer_id": shop, "amount_minor": 500_00, "provider": "stripe",
         "provider_link_id": "cs_1", "url": "https://checkout.stripe.com/c/1"},
    )  # fmt: skip
    session_object = {"id": "cs_1", "amount_total": 500_00, "currency": "inr", "payment_status": "paid",
                      "payment_intent": "pi_1"}  # fmt: skip
    event = {"id": "evt_1", "type": "checkout.session.completed", "data": {"object": session_object}}
    body, path = json.dumps(event), account.webhook_url.removeprefix("http://bahi.test")
    for age, status in ((301, 403), (0, 200), (0, 200)):
        moment = int(clock.now().timestamp()) - age
        made = hmac.new(EXAMPLE["stripe"]["secret"].encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
        answer = app.test_client().post(path, data=body, headers={"Stripe-Signature": f"t={moment},v1={made}"})
        assert answer.status_code == status
    assert owed(owner, shop) == -500_00


def test_a_new_secret_is_accepted_beside_the_old_one_and_a_third_ends_the_first(
    org: UUID, link: dict[str, Any], tell: Tell
) -> None:
    for secret, status in (("second secret", 200), ("third secret", 403)):
        with db.transaction(org) as session:
            gateway_accounts.connect(session, "razorpay", secret)
        assert tell(paid()).status_code == status


def test_secrets_are_not_readable_in_the_database(org: UUID, gateway: Account) -> None:
    with db.transaction(org) as session:
        kept = db.execute(session, "SELECT secrets FROM payment_gateway WHERE org_id = %s", (str(org),)).scalar()
    assert SECRET.encode() not in bytes(kept)
    assert SECRET not in repr(gateway)


def test_no_other_door_marks_a_link_paid(owner: Caller, shop: str, link: dict[str, Any]) -> None:
    assert owner.post("/payment-links", {"retailer_id": shop, "amount_minor": 1, "provider": "razorpay",
                                         "status": "paid"}).status_code == 422  # fmt: skip
    owner.post("/payment/record", {"retailer_id": shop, "amount_minor": ASKED, "method": "cash"})
    assert owner.get(f"/payment-links/{link['id']}").json["status"] == "open"


def test_a_reference_or_a_gateways_id_belongs_to_one_link(owner: Caller, shop: str, link: dict[str, Any]) -> None:
    same = {"retailer_id": shop, "amount_minor": 1, "provider": "razorpay", "url": "https://rzp.io/i/2"}
    for clash in ({"provider_link_id": "plink_TEST1"}, {"provider_link_id": "p2", "reference": "SGT2627000123"}):
        refused = owner.post("/payment-links", {**same, **clash})
        assert (refused.status_code, refused.json["code"]) == (409, "PAYMENT_LINK_EXISTS")


def test_a_cancelled_link_is_over(owner: Caller, link: dict[str, Any]) -> None:
    path = f"/payment-links/{link['id']}/cancel"
    assert owner.post(path, {"reason": "paid in cash"}).json["status"] == "cancelled"
    assert owner.post(path, {"reason": "again"}).json["code"] == "PAYMENT_LINK_OVER"


def test_links_are_made_only_where_a_key_is_known(owner: Caller, shop: str, gateway: Account) -> None:
    wanted = {"retailer_id": shop, "amount_minor": 100, "provider": "razorpay"}
    assert owner.post("/payment-links", wanted).json["code"] == "GATEWAY_KEYS_MISSING"
    assert owner.post("/payment-links", {**wanted, "provider": "stripe"}).status_code == 404


def test_another_organisation_sees_no_link_and_no_event(
    owner: Caller, link: dict[str, Any], tell: Tell, new_org: Callable[..., UUID], sign_in: Callable[..., Caller]
) -> None:
    tell(paid())
    stranger = sign_in(new_org())
    assert stranger.get(f"/payment-links/{link['id']}").status_code == 404
    assert stranger.get("/payment-links").json["data"] == stranger.get("/payment-links/events").json["data"] == []
