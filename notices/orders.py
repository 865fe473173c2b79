"""What a shop is told of its orders: placed after a wait, smaller, dearer, called off, kept no longer."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.i18n import format_day, format_money, isolate, speaking
from notices import addressing
from notices.addressing import Addressee
from orders.order import Order
from speech import order_facts


def released(session: Session, order: Order) -> UUID | None:
    """Say that an order that had to wait for credit is placed now, and what of it is not in stock."""
    return _placed(session, order, "released")


def placed(session: Session, order: Order) -> UUID | None:
    """Say that staff placed an order for the shop, and what of it is not in stock."""
    return _placed(session, order, "placed")


def _placed(session: Session, order: Order, how: str) -> UUID | None:
    to = addressing.addressee(session, order.retailer_id)
    if to is None:
        return None
    template = f"order_{how}_short" if order.shorts else f"order_{how}"
    return addressing.put(session, to, template, _of_order(to, order), dedupe_key=f"{how}:{order.id}")


def shortened(session: Session, order: Order) -> UUID | None:
    """Say that less of a placed order will come than was promised, and what it comes to now."""
    to = addressing.addressee(session, order.retailer_id)
    if to is None:
        return None
    return addressing.put(session, to, "order_shortened", _of_order(to, order))


def dearer(session: Session, order: Order, before_minor: int) -> UUID | None:
    """Say that credit covers a kept order now, at a price that needs a fresh yes; once for each price."""
    to = addressing.addressee(session, order.retailer_id)
    if to is None:
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "day": format_day(order_facts.day_of(order, to.business.timezone)),
            "amount": format_money(order.total_minor, order.currency),
            "before": format_money(before_minor, order.currency),
        }
    key = f"dearer:{order.id}:{order.total_minor}"
    return addressing.put(session, to, "order_held_dearer", params, dedupe_key=key)


def cancelled(session: Session, order: Order) -> UUID | None:
    """Say that staff called off an order that was placed or kept, with their reason where they gave one."""
    to = addressing.addressee(session, order.retailer_id)
    if to is None:
        return None
    reason = order_facts.reason_of(order)
    with speaking(to.reach.language):
        day = format_day(order_facts.day_of(order, to.business.timezone))
        params = {
            **to.names(),
            "order_ref": isolate(order.number) if order.number else f"({day})",
            "amount": format_money(order.total_minor, order.currency),
            "reason": addressing.reason(reason),
            "phone": isolate(to.phone),
        }
    template = "order_called_off_because" if reason else "order_called_off"
    return addressing.put(session, to, template, params, dedupe_key=f"called-off:{order.id}")


def not_kept(session: Session, order: Order) -> UUID | None:
    """Say that an order that waited for credit is kept no longer."""
    to = addressing.addressee(session, order.retailer_id)
    if to is None:
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "day": format_day(order_facts.day_of(order, to.business.timezone)),
            "amount": format_money(order.total_minor, order.currency),
        }
    return addressing.put(session, to, "order_not_kept", params, dedupe_key=f"not-kept:{order.id}")


def _of_order(to: Addressee, order: Order) -> dict[str, str]:
    with speaking(to.reach.language):
        return {
            **to.names(),
            "order_ref": isolate(order.number or ""),
            "amount": format_money(order.total_minor, order.currency),
            "what": " ".join(order_facts.shortage(order.shorts or ())),
        }
