"""Gives back goods that orders held for too long, and asks people about those orders."""

from sqlalchemy.orm import Session

from orders import listing, stock
from orders.order import Order
from parties import tasks


def run(session: Session) -> dict[str, int]:
    """Free what was held for longer than the selling rules say; returns of how many orders."""
    freed = stock.expire(session)
    for order_id in freed:
        _ask(session, listing.get(session, order_id))
    return {"freed": len(freed)}


def _ask(session: Session, order: Order) -> None:
    tasks.ask_staff(
        session,
        "goods_not_held",
        f"Order {order.number} has not left yet; its goods are held no longer. Send it, shorten it or call it off.",
        retailer_id=order.retailer_id,
        facts={"order": order.public_id, "number": order.number},
        dedupe_key=f"goods:{order.id}",
    )
