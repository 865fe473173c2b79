"""Held orders go on, or end: credit allows them, an owner lets one through, time runs out. The shop is told of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session

import notices
from credit import accounts, decisions, ladder, overrides
from credit.guardrails import CREDIT
from credit.payments import Receipt
from credit.tables import CreditOverride
from orders import holding, listing, ordering, retrying
from orders.order import CONFIRMED, FAILED, HELD, Order
from parties import tasks


def after_payment(session: Session, receipt: Receipt) -> None:
    """Thank for a payment, and place the held orders that it made room for."""
    notices.payments.received(session, receipt)
    notices.credit.status_changed(session, receipt.evaluation)
    release(session, receipt.retailer_id)


@contextmanager
def making_room(session: Session, retailer_id: UUID) -> Iterator[None]:
    """Around what may open credit: the rules look again, the shop hears of a stop that ended, held orders go on."""
    was_stopped = decisions.is_stopped(accounts.get(session, retailer_id))
    yield
    ladder.after_payment(session, accounts.get(session, retailer_id))
    if was_stopped and not decisions.is_stopped(accounts.get(session, retailer_id)):
        notices.credit.restored(session, retailer_id)
    release(session, retailer_id)


def release(session: Session, retailer_id: UUID) -> list[Order]:
    """Place what credit allows now of the shop's held orders; returns those."""
    placed = holding.release(session, retailer_id, notices.orders.dearer)
    for order in placed:
        notices.orders.released(session, order)
    return placed


def release_all(session: Session) -> int:
    """The same for every shop with held orders; returns how many orders were placed."""
    return sum(len(release(session, retailer_id)) for retailer_id in holding.waiting(session))


def retry_failed(session: Session, hours: int) -> int:
    """Try failed orders of so many hours again, and tell the shops of those that are placed; returns how many."""
    placed = retrying.retry_failed(session, hours)
    for order in placed:
        notices.orders.released(session, order)
    return len(placed)


def let_through(session: Session, override: CreditOverride) -> Order | None:
    """Place the refused or held order that an approved override is for; None while it waits for something else."""
    if override.status != overrides.APPROVED:
        return None
    if listing.get(session, override.reference_id).status not in (HELD, FAILED):
        return None
    tried = ordering.retry(session, override.reference_id, CREDIT)
    if tried.refusal is not None:
        return None
    tasks.finish_known(session, holding.approval_key(tried.order.id))
    notices.orders.released(session, tried.order)
    return tried.order


def expire_held(session: Session, days: int) -> int:
    """Let orders lapse that credit did not open for in so many days, and tell the shops; returns how many."""
    gone = holding.expire(session, days)
    for order in gone:
        notices.orders.not_kept(session, order)
    return len(gone)


def call_off(session: Session, order_id: UUID, reason: str) -> Order:
    """Staff call an order off; the shop is told when it counted on it: a quote that waits says so by itself."""
    before = listing.get(session, order_id)
    order = ordering.cancel(session, order_id, reason)
    if before.status in (CONFIRMED, HELD):
        tasks.finish_known(session, holding.approval_key(order.id))
        notices.orders.called_off(session, order)
    return order
