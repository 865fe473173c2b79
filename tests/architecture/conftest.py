"""An organisation with rows in nearly every table: the demonstration shop, which has just been talked to."""

import contextlib
import uuid
from datetime import date, timedelta
from uuid import UUID

import psycopg2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

import policy
from app import create_app
from cli import demo, demo_story
from core import clock, crypto, db, settings
from credit import (
    accounts,
    bills,
    cheques,
    claims,
    days,
    disputes,
    gateway_accounts,
    gateway_events,
    late_fees,
    openings,
    payment_links,
    payments,
    promises,
    refunds,
)
from credit.gateways import Event
from invoicing import filed, pay_codes, sharing
from invoicing.tables import Invoice, Registration
from orders import learning
from parties import retailers
from parties.tables import Retailer, TenantRoute
from reports import insights, statement_paper


@pytest.fixture(scope="session")
def tables(database: str) -> set[str]:
    """Every table that the revisions make."""
    with contextlib.closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in cursor.fetchall()} - {"alembic_version"}


@pytest.fixture(scope="session")
def filled_org(database: str) -> UUID:
    """The demo organisation, seeded once in this test database."""
    demo.seed()
    with db.transaction() as session:
        org_id = session.get_one(TenantRoute, ("login", crypto.fingerprint(demo.EMAIL))).org_id
    client = create_app().test_client()
    with db.transaction(org_id) as session:
        shop = retailers.create(session, retailers.Details(code="PROBE", name="Probe", phone="+919829999999"))
        accounts.open_account(session, shop.id, accounts.Terms(limit_minor=5_000_000, credit_days=15))
        _arrange(session, shop)
        _deliver_twice(session)
        link = sharing.mint(session, invoice_id := session.scalars(select(Invoice.id).limit(1)).one())
        _tell_portals(session, invoice_id)
        statement_paper.keep(session, shop.id)
    assert client.get(link.removeprefix(settings.current().public_base_url)).status_code == 200
    _say(client, shop.phone, "menu", NumMedia="1", MediaUrl0="https://api.twilio.com/2010-04-01/none")
    _pause_and_unpause(client, shop)
    return org_id


def _arrange(session: Session, shop: Retailer) -> None:
    """An old bill with a late fee and a dispute, a refund, a promise, a name for dal, a claim and a cheque."""
    today = days.today(session)
    policy.change(session, {"late_fees": {"rate_bps": 1800, "grace_days": 0}}, "as printed")
    [old] = openings.owe(session, shop.id, [openings.OpeningBill("90/A", today - timedelta(days=90), 900_000)])
    late_fees.charge(session, old.id, "as printed", "owner")
    disputes.start(session, old.id, 1_000, "two crates short")
    payments.record(session, payments.NewPayment(shop.id, 5_000, "upi", spread=False))
    refunds.pay(session, refunds.NewRefund(shop.id, 5_000, "bank", "asked for it"))
    promises.make(session, shop.id, 5_000, today)
    learning.hear(session, shop.id, "dal", "TOOR-L")
    claims.record(session, claims.NewClaim(shop.id, 5_000, "412345678901"))
    cheques.receive(session, cheques.NewCheque(shop.id, 5_000, "000123"))
    pay_codes.create(session, shop.id, 5_000, "as printed")
    insights.regenerate(session)
    _pay_online(session, shop)


def _deliver_twice(session: Session) -> None:
    """A shop that pays bill to bill, with two bills: the second calls the first in."""
    shop = retailers.create(session, retailers.Details(code="PROBE2", name="Probe 2", phone="+919829999998"))
    accounts.open_account(session, shop.id, accounts.Terms(limit_minor=10_000, terms=accounts.BILL_TO_BILL))
    today = days.today(session)
    for number in ("1/B", "2/B"):
        due_on, contra = today + timedelta(days=14), {"opening_balance": 1_000}
        bills.post(session, bills.Posting(shop.id, bills.INVOICE, number, today, due_on, 1_000, contra))


def _tell_portals(session: Session, invoice_id: UUID) -> None:
    """A registration, and a month whose return was filed."""
    told = {"irn": "0" * 64, "ack_number": "1", "signed_code": "a.b.c", "is_signed": False}
    session.add(Registration(invoice_id=invoice_id, ack_at=clock.now(), created_at=clock.now(), **told))
    filed.close(session, filed.Filing(date(2020, 1, 1), date(2020, 1, 31), date(2020, 2, 11), "AA270120", "owner"))


def _pay_online(session: Session, shop: Retailer) -> None:
    """A gateway, a link, and an event that tells that it was paid."""
    account = gateway_accounts.connect(session, "razorpay", "webhook secret")
    url = "https://rzp.io/i/1"
    payment_links.create(session, payment_links.NewLink(shop.id, 7_000, "razorpay", provider_link_id="pl_1", url=url))
    told = Event("ev_1", "payment_link.paid", "paid", ("pl_1",), payment_id="pay_1", amount_minor=7_000, currency="INR")
    assert gateway_events.take(session, account, told, "{}").receipt is not None


def _say(client: FlaskClient, phone: str, text: str, **more: str) -> None:
    current = settings.current()
    form = {
        "MessageSid": "SM" + uuid.uuid4().hex,
        "AccountSid": current.twilio_account_sid,
        "From": f"whatsapp:{phone}",
        "To": f"whatsapp:{demo_story.BUSINESS_NUMBER}",
        "Body": text,
        "NumMedia": "0",
        **more,
    }
    url = current.public_base_url + "/webhooks/twilio/messages"
    signed = RequestValidator(current.twilio_auth_tokens[0]).compute_signature(url, form)
    answer = client.post("/webhooks/twilio/messages", data=form, headers={"X-Twilio-Signature": signed})
    assert answer.status_code == 200


def _pause_and_unpause(client: FlaskClient, shop: Retailer) -> None:
    credentials = {"email": demo.EMAIL, "password": demo.DEMO_PASSWORD}
    token = client.post("/api/v1/auth/login", json=credentials).json["access_token"]
    for action in ("pause", "unpause"):
        answer = client.post(
            f"/api/v1/admin/credit/{retailers.public_id(shop.id)}/{action}",
            json={"reason": "a look at the books"},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
        )
        assert answer.status_code == 200
