"""Disputes: a contested part of a bill stands aside until it is settled.

Opening one books a freeze: a credit from `receivable` to `disputed`, allocated to the bill. What is frozen is neither
overdue nor reminded of, takes nothing of the limit, and is still in the books. Settling takes the freeze back and gives
an adjustment for the part that was accepted; the rest is owed again on the same bill, due as before.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid
from core.events import happened
from credit import accounts, adjustments, bills, payments
from credit.allocating import OverAllocated
from credit.arrangements import Dispute
from credit.events import DisputeEnded
from credit.tables import CREDIT


class DisputeSettled(DomainError):
    """A dispute ends once."""

    code = "DISPUTE_SETTLED"
    detail = "This dispute has been settled already."


def start(session: Session, bill_id: UUID, amount_minor: int, reason: str) -> Dispute:
    """Freeze part of what is open on a bill; locks the account row, audited.

    Raises Invalid, NotFound, allocating.OverAllocated (more than is open).
    """
    reason = accounts.given(reason)
    retailer_id = bills.get(session, bill_id).retailer_id
    accounts.get(session, retailer_id, lock=True)
    open_minor = bills.get(session, bill_id).open_minor
    if amount_minor > open_minor:
        raise OverAllocated(bill_id=ids.public("bil", bill_id), open_minor=open_minor, amount_minor=amount_minor)
    freeze = payments.record(
        session,
        payments.NewPayment(
            retailer_id=retailer_id,
            amount_minor=amount_minor,
            method=CREDIT,
            chosen=((bill_id, amount_minor),),
            kind=payments.DISPUTE,
            note=reason,
            spread=False,
        ),
    )
    dispute = Dispute(
        id=ids.new(),
        retailer_id=retailer_id,
        bill_id=bill_id,
        freeze_id=freeze.payment_id,
        amount_minor=amount_minor,
        accepted_minor=0,
        status="open",
        reason=reason,
        opened_on=freeze.payment.received_on,
        created_at=clock.now(),
        recorded_by=audit.actor().name,
    )
    session.add(dispute)
    session.flush()
    _audit(session, "opened", dispute, reason)
    return dispute


def settle(
    session: Session, dispute_id: UUID, accepted_minor: int, reason: str, role: str, kind: str = "rate_difference"
) -> Dispute:
    """End a dispute: `accepted_minor` becomes an adjustment of this kind, the rest is owed again. Audited.

    Raises Invalid, Forbidden (the role may not give this kind), NotFound, DisputeSettled.
    """
    reason = accounts.given(reason)
    dispute = _lock(session, dispute_id)
    if dispute.status != "open":
        raise DisputeSettled
    if not 0 <= accepted_minor <= dispute.amount_minor:
        raise Invalid("Between nothing and the disputed amount is accepted.", field="accepted_minor")
    payments.take_back(session, dispute.freeze_id, reason)
    if accepted_minor:
        given = adjustments.Adjustment(dispute.retailer_id, kind, accepted_minor, reason, role, dispute.bill_id)
        adjustments.create(session, given)
    dispute.status, dispute.settled_at, dispute.settlement = "settled", clock.now(), reason
    dispute.accepted_minor, dispute.settled_by = accepted_minor, audit.actor().name
    session.flush()
    _audit(session, "settled", dispute, reason)
    happened(session, DisputeEnded(dispute.id))
    return dispute


def _lock(session: Session, dispute_id: UUID) -> Dispute:
    """The dispute as it is once the account's lock is ours."""
    dispute = db.fetch(session, Dispute, dispute_id)
    accounts.get(session, dispute.retailer_id, lock=True)
    session.refresh(dispute)
    return dispute


def _audit(session: Session, verb: str, dispute: Dispute, reason: str) -> None:
    audit.record(
        session,
        f"dispute.{verb}",
        subject=ids.public("dsp", dispute.id),
        retailer_id=dispute.retailer_id,
        after={
            "bill_id": ids.public("bil", dispute.bill_id),
            "amount_minor": dispute.amount_minor,
            "accepted_minor": dispute.accepted_minor,
        },
        reason=reason,
    )
