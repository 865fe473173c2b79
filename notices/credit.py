"""What a shop is told of its credit: on hold, and open again."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db
from core.i18n import format_money, isolate, speaking
from credit import accounts, rules
from credit.payments import PAYMENT
from credit.tables import Payment
from notices import addressing

RECENTLY = timedelta(days=7)


def paused(session: Session, retailer_id: UUID) -> UUID | None:
    """Say once that credit is on hold, what is past due if anything is, and what goes on."""
    to = addressing.addressee(session, retailer_id)
    if to is None:
        return None
    overdue_minor = rules.one(session, retailer_id).facts.overdue_minor  # less what is on account
    with speaking(to.reach.language):
        params = {**to.names(), "phone": isolate(to.phone)}
        if overdue_minor:
            params["amount"] = format_money(overdue_minor, to.business.currency)
    return addressing.put(session, to, "credit_paused" if overdue_minor else "credit_on_hold", params)


def restored(session: Session, retailer_id: UUID) -> UUID | None:
    """Say that credit is open again, with what is available; thank for a payment only when there was one."""
    to = addressing.addressee(session, retailer_id)
    if to is None:
        return None
    stands = accounts.position(session, retailer_id)
    with speaking(to.reach.language):
        params = {**to.names(), "available": format_money(stands.available_minor, stands.currency)}
    has_paid = _paid_lately(session, retailer_id)
    return addressing.put(session, to, "credit_restored" if has_paid else "credit_open_again", params)


def _paid_lately(session: Session, retailer_id: UUID) -> bool:
    recent = select(Payment.id).where(
        Payment.org_id == db.org_of(session),
        Payment.retailer_id == retailer_id,
        Payment.kind == PAYMENT,
        Payment.status == "posted",
        Payment.created_at >= clock.now() - RECENTLY,
    )
    return session.scalars(recent.limit(1)).first() is not None
