"""Event by event: what follows from it. `core.db` hands over what happened in a unit of work, before its commit.

One table, read from top to bottom. Nothing here decides what is true (the domain did) or how it is said (notices do).
What a shop did in its own chat is answered there, and never told by a notice as well. A consequence may cause events of
its own, which are followed in the next round.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.events import GivenBack, TakenOver
from consequences import releasing, room, setbacks
from credit.events import (
    ClaimDeclined,
    CreditOpened,
    CreditStopped,
    CreditTakenBack,
    DisputeEnded,
    OverrideApproved,
    PaymentFailed,
    PaymentLinkMade,
    PaymentTaken,
    PaymentTakenBack,
    RefundPaid,
    RefundTakenBack,
    RoomMade,
)
from credit.guardrails import CREDIT
from invoicing.events import ChargeBilled, DocumentCancelled, NoteIssued
from notices import conversations, credit, disputes, documents, orders, payments
from orders import returning
from orders.events import (
    HeldOrderDearer,
    HeldOrderLapsed,
    OrderCancelled,
    OrderDispatched,
    OrderPlaced,
    OrderShortened,
)
from orders.order import CONFIRMED, FAILED, HELD
from parties.events import SettingsChanged

Consequence = Callable[[Session, Any], object]


def follow(session: Session, events: Sequence[object]) -> None:
    """Let these events have their consequences in their order; what they mean for credit is told behind the others.

    Room for credit is used last, and once.
    """
    for event in sorted(events, key=lambda one: isinstance(one, CreditStopped | CreditOpened)):
        for consequence in FOLLOWS[type(event)]:
            consequence(session, event)
    room.use(session, [event for event in events if isinstance(event, RoomMade)])


def _tell_of_placed(session: Session, event: OrderPlaced) -> None:
    if event.by_shop:
        return
    has_waited = event.was in (HELD, FAILED) and event.order.payment_mode == CREDIT
    tell = orders.released if has_waited else orders.placed
    tell(session, event.order)


def _tell_of_cancelled(session: Session, event: OrderCancelled) -> None:
    """The shop counted on what was placed or kept; a quote that waits says by itself that it is gone."""
    if event.was in (CONFIRMED, HELD) and not event.by_shop:
        orders.cancelled(session, event.order)


def _tell_of_shortened(session: Session, event: OrderShortened) -> None:
    if event.order.total_minor != event.before_minor:
        orders.shortened(session, event.order)


FOLLOWS: dict[type, tuple[Consequence, ...]] = {
    # money
    PaymentTaken: (payments.received,),
    PaymentTakenBack: (payments.taken_back,),
    RefundPaid: (payments.paid_back,),
    RefundTakenBack: (payments.refund_taken_back,),
    PaymentFailed: (setbacks.after_failure,),
    PaymentLinkMade: (lambda session, event: payments.link_to_pay(session, event.link_id),),
    ClaimDeclined: (lambda session, event: payments.claim_declined(session, event.claim_id),),
    DisputeEnded: (lambda session, event: disputes.settled(session, event.dispute_id),),
    CreditTakenBack: (setbacks.cancel_papers,),
    NoteIssued: (
        lambda session, event: returning.follow(session, event.note_id),
        lambda session, event: documents.note(session, event.note_id),
    ),
    ChargeBilled: (lambda session, event: documents.invoice(session, event.invoice_id),),
    DocumentCancelled: (
        lambda session, event: returning.follow(session, event.invoice_id),
        lambda session, event: documents.cancelled(session, event.invoice_id),
    ),
    # credit
    CreditStopped: (lambda session, event: credit.paused(session, event.retailer_id),),
    CreditOpened: (lambda session, event: credit.restored(session, event.retailer_id),),
    RoomMade: (),  # see `follow`
    OverrideApproved: (releasing.place_approved,),
    SettingsChanged: (room.after_settings,),
    # orders
    OrderPlaced: (releasing.finish_approval, releasing.let_the_next_go, _tell_of_placed),
    OrderCancelled: (releasing.finish_approval, releasing.let_the_next_go, _tell_of_cancelled),
    OrderShortened: (_tell_of_shortened,),
    OrderDispatched: (lambda session, event: documents.invoice(session, event.order.invoice_id),),
    HeldOrderDearer: (lambda session, event: orders.dearer(session, event.order, event.agreed_minor),),
    HeldOrderLapsed: (
        releasing.finish_approval,
        releasing.let_the_next_go,
        lambda session, event: orders.not_kept(session, event.order),
    ),
    # conversations
    TakenOver: (lambda session, event: conversations.taken_over(session, event.conversation_id),),
    GivenBack: (lambda session, event: conversations.given_back(session, event.conversation_id),),
}
