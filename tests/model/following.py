"""What follows from what happened, told once more in plain Python: in the same unit of work, until nothing is left.

Money that failed makes the rules look; an approved override lets its order go; a shop is told that its credit stopped
or is open again; and where there may be room, held orders go on: of the shop that has waited longest, its oldest first.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from tests.model import rulebook
from tests.model.books import CANCELLED, Document, Event, House, Order, Override, Shop
from tests.model.rulebook import APPROVED, FAILED, LOOSER, OPENED, ROOM, SETTINGS, STOPPED


def follow(house: House, today: date, now: datetime) -> None:
    """Let everything that happened have its consequences, and these theirs."""
    while house.happened:
        happened, house.happened = house.happened, []
        for event in sorted(happened, key=lambda one: one.what in (STOPPED, OPENED)):
            for shop in event.shops:
                _follow(shop, event, today, now)
        room = {shop for event in happened if event.what == ROOM for shop in event.shops}
        release(house, room, today, now)


def _follow(shop: Shop, event: Event, today: date, now: datetime) -> None:
    if event.what == FAILED:
        rulebook.evaluate(shop, today)
    elif event.what == APPROVED and isinstance(event.about, Override):
        _place_approved(shop, event.about, today, now)
    elif event.what == CANCELLED and isinstance(event.about, Document):
        _tell_of_cancelled(shop, event.about)
    elif event.what == STOPPED:
        overdue_minor = rulebook.facts(shop, today)["overdue_minor"]
        shop.tell("credit_paused" if overdue_minor else "credit_on_hold", overdue_minor or None)
    elif event.what == OPENED:
        template = "credit_restored" if _has_paid_lately(shop, now) else "credit_open_again"
        shop.tell(template, balance_minor=rulebook.available(shop, today))
    elif event.what == SETTINGS:
        rulebook.evaluate(shop, today, may_stop=False)
        shop.house.happen(ROOM, [shop])
    elif event.what == LOOSER:
        rulebook.look_again(shop, today)
        shop.house.happen(ROOM, [shop])


def _tell_of_cancelled(shop: Shop, document: Document) -> None:
    """What waits to bring it is called back."""
    for one in shop.messages:
        one.is_withdrawn |= one.brings == document.id
    template = "bill_cancelled" if document.bill_id else "credit_note_cancelled"
    shop.tell(template, document.total_minor, shop.outstanding_minor)


def _has_paid_lately(shop: Shop, now: datetime) -> bool:
    money = [one for one in shop.credits.values() if one.kind == "payment" and one.is_posted]
    return any(one.at and now - one.at <= timedelta(days=7) for one in money)


def _place_approved(shop: Shop, override: Override, today: date, now: datetime) -> None:
    order = shop.orders[override.order_id]
    if override.status == "approved" and order.status in ("held", "failed"):
        retry(shop, order, today, now)


def retry(shop: Shop, order: Order, today: date, now: datetime) -> list[str]:
    """A refused or held order is tried again, on account, with what is there; returns why not.

    Held, it stays held then.
    """
    order.mode, there = "CREDIT", shop.house.there(order.kg)
    if not there:
        return ["OUT_OF_STOCK"]
    if there < order.kg:
        order.cut(there)
    said = rulebook.try_order(shop, order, today, now)
    if not said:
        shop.confirm(order, "CREDIT", "released", now)
    return said


def release(house: House, room: Iterable[Shop], today: date, now: datetime) -> int:
    """Held orders of these shops, and of those under one cap with them, are placed until credit stops one.

    One that is larger than an order may be keeps nobody waiting, nor does one of which nothing is there.
    """
    concerned = set(room)
    if any(shop.is_capped for shop in concerned):
        concerned |= set(house.capped())
    before = sum(len(waiting(shop)) for shop in house.shops)
    for shop in sorted(filter(waiting, concerned), key=lambda one: waiting(one)[0].created_at):
        for order in waiting(shop):
            as_wanted = order.kg, order.total_minor, order.is_short
            said = retry(shop, order, today, now)
            if said:
                order.kg, order.total_minor, order.is_short = as_wanted
            if said and not {"MAX_ORDER_VALUE_EXCEEDED", "OUT_OF_STOCK"} & set(said):
                break
    return before - sum(len(waiting(shop)) for shop in house.shops)


def waiting(shop: Shop) -> list[Order]:
    """Held orders, the oldest first."""
    return [order for order in shop.orders.values() if order.status == "held"]
