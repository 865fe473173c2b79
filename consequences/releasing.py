"""Held and refused orders go on: credit allows them, or an owner lets one through."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.events import happened
from credit import overrides
from credit.events import OverrideApproved, RoomMade
from credit.guardrails import CREDIT
from orders import holding, ordering
from orders.events import HeldOrderLapsed, OrderCancelled, OrderPlaced
from orders.order import FAILED, HELD
from parties import tasks


def release(session: Session, retailer_id: UUID) -> int:
    """Place what credit allows now of the shop's held orders; returns how many."""
    return len(holding.release(session, retailer_id))


def release_all(session: Session) -> int:
    """The same for every shop with held orders."""
    return sum(release(session, retailer_id) for retailer_id in holding.waiting(session, anybody=True))


def place_approved(session: Session, event: OverrideApproved) -> None:
    """Place the refused or held order that an approved override is for, unless it waits for something else."""
    override = overrides.get(session, event.override_id)
    if override.status == overrides.APPROVED and holding.waits(session, override.reference_id):
        ordering.retry(session, override.reference_id, CREDIT)


def let_the_next_go(session: Session, event: OrderPlaced | OrderCancelled | HeldOrderLapsed) -> None:
    """An order that waits no longer, and took no credit, keeps nobody behind it waiting."""
    has_waited = isinstance(event, HeldOrderLapsed) or event.was == HELD
    if has_waited and not (isinstance(event, OrderPlaced) and event.order.payment_mode == CREDIT):
        happened(session, RoomMade(event.order.retailer_id, is_judged=True))


def finish_approval(session: Session, event: OrderPlaced | OrderCancelled | HeldOrderLapsed) -> None:
    """Nobody is to approve any more what was kept, or refused, until now."""
    if isinstance(event, HeldOrderLapsed) or event.was in (HELD, FAILED):
        tasks.finish_known(session, holding.approval_key(event.order.id))
