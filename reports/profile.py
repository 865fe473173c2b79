"""One shop's credit on one page: limit, used, available, open bills, last payments, guardrails.

The dicts are what the API answers: public ids, minor units, ISO dates.
"""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db, ids
from credit import accounts, decisions, guardrails, payments, standing
from credit.standing import Standing
from credit.tables import CreditAccount, Payment
from parties import retailers
from reports import ageing, past, watchlist
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
             ELSE (a.created_at AT TIME ZONE %(zone)s)::date END <= %(as_of)s
GROUP BY a.payment_id
"""


def of(session: Session, retailer_id: UUID, as_of: date | None = None) -> dict[str, Any]:
    """The credit profile at the end of `as_of` (today when None), as it was then. Raises NotFound."""
    retailer = retailers.get(session, retailer_id)
    account = accounts.get(session, retailer_id)
    when = ageing.as_of(session, as_of)
    most = None if when.is_past else MAX_BILLS  # a past day is told by all its bills
    where = ageing.parameters(session, when, retailer=str(retailer_id), limit=most)
    bills = db.execute(session, _BILLS.format(source=when.open_bills), where).all()
    stands = standing.of(session, retailer_id, None if when.is_past else when.on)
    held = {
        "status": _status(account) or retailer.status,
        "credit_status": decisions.status_of(account),
        "paused_at": clock.rfc3339(account.paused_at),
        "pause_reason": account.pause_reason,
        "guardrails": guardrails_of(account),
    }
    if when.is_past:
        then = past.granted(session, retailer_id, when.on)
        opened = [OpenThen(bill.reference, bill.due_on, bill.open_minor) for bill in bills]
        stands, held = past.standing_then(session, stands, then, when.on, opened), _held_then(then)
    return {
        "retailer_id": ids.public("ret", retailer_id),
        "code": retailer.code,
        "name": retailer.name,
        "as_of_on": when.on.isoformat(),
        **figures(stands),
        **held,
        "open_bills": [_bill(bill) for bill in bills[:MAX_BILLS]],
        "last_payments": _payments(session, retailer_id, when),
    }


def figures(stands: Standing) -> dict[str, Any]:
    """The amounts of an account as every answer has them."""
    return {
        "currency": stands.currency,
        "limit_minor": stands.limit_minor,
        "open_minor": stands.open_minor,
        "on_account_minor": stands.on_account_minor,
        "outstanding_minor": stands.outstanding_minor,
        "disputed_minor": stands.disputed_minor,
        "reserved_minor": stands.reserved_minor,
        "uncleared_minor": stands.uncleared_minor,
        "overdue_minor": stands.overdue_minor,
        "available_minor": stands.available_minor,
        "available_reason": stands.available_reason,
    }


def _held_then(then: Granted) -> dict[str, Any]:
    """What is not an amount in the profile of a past day: what was granted then, and who had stopped the account."""
    stopped = {decisions.BLOCKED: "blocked", decisions.PAUSED: "paused"}
    return {
        "status": stopped.get(then.status or "", "active"),
        "credit_status": then.status,
        "paused_at": clock.rfc3339(then.paused_at),
        "pause_reason": then.pause_reason,
        "guardrails": then.terms,
    }


def evaluate(session: Session, retailer_id: UUID) -> dict[str, Any]:
    """May this shop take anything on account now, and if not, every reason why. Raises NotFound."""
    verdict = guardrails.judge(session, retailer_id, amount_minor=1)
    stands = standing.of(session, retailer_id)
    return {
        "retailer_id": ids.public("ret", retailer_id),
        **verdict.as_dict(),
        "currency": stands.currency,
        "available_minor": stands.available_minor,
        "available_reason": stands.available_reason,
        "largest_order_minor": stands.largest_order_minor,
        **watchlist.why(session, retailer_id),
    }


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


def _bill(bill: Any) -> dict[str, Any]:
    return {
        "bill_id": ids.public("bil", bill.id),
        "invoice_number": bill.reference,
        "bill_on": bill.bill_on.isoformat(),
        "due_on": bill.due_on.isoformat(),
        "amount_minor": bill.amount_minor,
        "open_minor": bill.open_minor,
        "days_overdue": bill.days_overdue,
    }


def _payments(session: Session, retailer_id: UUID, when: ageing.AsOf) -> list[dict[str, Any]]:
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


def _payment_then(payment: Payment, applied_minor: int, when: ageing.AsOf) -> dict[str, Any]:
    back_at = payment.reversed_at
    is_back = back_at is not None and back_at.astimezone(ZoneInfo(when.zone)).date() <= when.on
    return _payment(
        payment, "reversed" if is_back else "posted", 0 if is_back else payment.amount_minor - applied_minor
    )


def _payment(payment: Payment, status: str, unapplied_minor: int) -> dict[str, Any]:
    return {
        "id": ids.public("pay", payment.id),
        "amount_minor": payment.amount_minor,
        "unapplied_minor": unapplied_minor,
        "method": payment.method,
        "reference": payment.reference,
        "received_on": payment.received_on.isoformat(),
        "status": status,
    }
