"""One shop's credit on one page: limit, used, available, open bills, last payments, guardrails."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db, ids
from credit import accounts, decisions, pauses, payments, standing
from credit.tables import CreditAccount, Payment
from parties import retailers
from reports import ageing, past
from reports.past import Granted, OpenThen

LAST_PAYMENTS = 10
MAX_BILLS = 500

_BILLS = """
SELECT id, reference, bill_on, due_on, amount_minor, open_minor, greatest(0, %(as_of)s - due_on) AS days_overdue
FROM ({source}) open_bill WHERE retailer_id = %(retailer)s ORDER BY due_on, bill_on, reference
LIMIT %(limit)s
"""
# As in ageing: money counts from the day it came in, or was applied on; what was taken back, from that day on.
_APPLIED_THEN = """
SELECT a.payment_id, sum(a.amount_minor)::bigint
FROM allocation a
JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id
JOIN bill b ON b.org_id = a.org_id AND b.id = a.bill_id AND b.bill_on <= %(as_of)s
WHERE a.org_id = %(org)s AND a.payment_id = ANY(%(payments)s::uuid[])
    AND CASE WHEN a.applied_on IS NOT NULL THEN a.applied_on WHEN a.amount_minor > 0 THEN p.received_on
             ELSE coalesce(p.reversed_on, (a.created_at AT TIME ZONE %(zone)s)::date) END <= %(as_of)s
GROUP BY a.payment_id
"""


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A bill that was not settled on the day."""

    bill_id: UUID
    invoice_number: str
    bill_on: date
    due_on: date
    amount_minor: int
    open_minor: int
    days_overdue: int


@dataclass(frozen=True, slots=True)
class LastPayment:
    """A payment as it stood on the day."""

    id: UUID
    amount_minor: int
    unapplied_minor: int
    method: str
    reference: str | None
    receipt_number: str | None
    received_on: date
    status: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Who had stopped the account, and the terms that it had: of a past day what the audit trail has of them."""

    status: str
    credit_status: str | None
    paused_at: datetime | None
    pause_reason: str | None
    guardrails: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """One shop's credit on a day; the amounts are those of its standing."""

    retailer_id: UUID
    code: str
    name: str
    status: str
    credit_status: str | None
    as_of_on: date
    currency: str
    limit_minor: int | None
    open_minor: int
    on_account_minor: int
    outstanding_minor: int
    overdue_minor: int
    disputed_minor: int
    reserved_minor: int
    uncleared_minor: int
    available_minor: int
    available_reason: str | None
    paused_at: datetime | None
    pause_reason: str | None
    paused_by: str | None
    open_bills: list[OpenBill]
    last_payments: list[LastPayment]
    guardrails: dict[str, Any]


def of(session: Session, retailer_id: UUID, as_of: date | None = None) -> Profile:
    """The credit profile at the end of `as_of` (today when None), as it was then. Raises NotFound."""
    retailer = retailers.get(session, retailer_id)
    account = accounts.get(session, retailer_id)
    when = ageing.as_of(session, as_of)
    most = None if when.is_past else MAX_BILLS  # a past day is told by all its bills
    where = ageing.parameters(session, when, retailer=str(retailer_id), limit=most)
    bills = db.execute(session, _BILLS.format(source=when.open_bills), where).all()
    stands = standing.of(session, retailer_id, None if when.is_past else when.on)
    held = Stop(
        status=_status(account) or retailer.status,
        credit_status=decisions.status_of(account),
        paused_at=account.paused_at,
        pause_reason=account.pause_reason,
        guardrails=guardrails_of(account),
    )
    if when.is_past:
        then = past.granted(session, retailer_id, when.on)
        opened = [OpenThen(bill.reference, bill.due_on, bill.open_minor) for bill in bills]
        stands, held = past.standing_then(session, stands, then, when.on, opened), _held_then(then)
    paused_by = held.paused_at and pauses.paused_by(session, retailer_id, held.paused_at, held.pause_reason or "")
    return Profile(
        retailer_id=retailer_id,
        code=retailer.code,
        name=retailer.name,
        status=held.status,
        credit_status=held.credit_status,
        as_of_on=when.on,
        currency=stands.currency,
        limit_minor=stands.limit_minor,
        open_minor=stands.open_minor,
        on_account_minor=stands.on_account_minor,
        outstanding_minor=stands.outstanding_minor,
        overdue_minor=stands.overdue_minor,
        disputed_minor=stands.disputed_minor,
        reserved_minor=stands.reserved_minor,
        uncleared_minor=stands.uncleared_minor,
        available_minor=stands.available_minor,
        available_reason=stands.available_reason,
        paused_at=held.paused_at,
        pause_reason=held.pause_reason,
        paused_by=paused_by or None,
        open_bills=[OpenBill(*bill) for bill in bills[:MAX_BILLS]],
        last_payments=_payments(session, retailer_id, when),
        guardrails=held.guardrails,
    )


def _held_then(then: Granted) -> Stop:
    stopped = {decisions.BLOCKED: "blocked", decisions.PAUSED: "paused"}
    return Stop(
        status=stopped.get(then.status or "", "active"),
        credit_status=then.status,
        paused_at=then.paused_at,
        pause_reason=then.pause_reason,
        guardrails=then.terms,
    )


def guardrails_of(account: CreditAccount) -> dict[str, Any]:
    """The terms of an account; `version` is what a change must name."""
    return {
        **accounts.terms_of(account).kept(),
        "group_id": ids.public("grp", account.group_id) if account.group_id else None,
        "version": account.version,
    }


def _status(account: CreditAccount) -> str | None:
    if account.blocked_at:
        return "blocked"
    return "paused" if account.paused_at else None


def _payments(session: Session, retailer_id: UUID, when: ageing.AsOf) -> list[LastPayment]:
    """The last payments; on a past day with the status and the rest on account that they had then."""
    found = (
        select(Payment)
        .where(Payment.org_id == db.org_of(session), Payment.retailer_id == retailer_id)
        .where(Payment.kind == payments.PAYMENT, Payment.received_on <= when.on)
        .order_by(Payment.received_on.desc(), Payment.id.desc())
        .limit(LAST_PAYMENTS)
        .execution_options(populate_existing=True)
    )
    last = list(session.scalars(found))
    if not when.is_past:
        return [_payment(payment, payment.status, payment.unapplied_minor) for payment in last]
    where = ageing.parameters(session, when, payments=[str(payment.id) for payment in last])
    applied = dict(db.execute(session, _APPLIED_THEN, where).all())
    return [_payment_then(payment, applied.get(payment.id, 0), when) for payment in last]


def _payment_then(payment: Payment, applied_minor: int, when: ageing.AsOf) -> LastPayment:
    is_back = payment.reversed_on is not None and payment.reversed_on <= when.on
    return _payment(
        payment, "reversed" if is_back else "posted", 0 if is_back else payment.amount_minor - applied_minor
    )


def _payment(payment: Payment, status: str, unapplied_minor: int) -> LastPayment:
    return LastPayment(
        id=payment.id,
        amount_minor=payment.amount_minor,
        unapplied_minor=unapplied_minor,
        method=payment.method,
        reference=payment.reference,
        receipt_number=payment.receipt_number,
        received_on=payment.received_on,
        status=status,
    )
