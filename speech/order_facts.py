"""What notices and chats alike say of an order: its number, its day, what of it is short, why it was called off."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from bot.markup import bold, plain
from core.i18n import _, format_money, isolate
from invoicing.charging import quantity
from orders.order import CANCELLED_IN_CHAT, Order
from orders.supply import Short
from speech import wording

NO_REASON = {"", "cancelled by staff", CANCELLED_IN_CHAT}  # what is written down when nobody gave a reason


def numbered(order: Order) -> str:
    """`*R1-7* (₹2,765)`"""
    return f"{isolate(bold(order.number or ''))} ({format_money(order.total_minor, order.currency)})"


def day_of(order: Order, timezone: str) -> date:
    """The day on which it was ordered, in the shop's time zone."""
    return order.created_at.astimezone(ZoneInfo(timezone)).date()


def reason_of(order: Order) -> str:
    """Why an order was called off, in the words of whoever did; empty when nobody gave a reason."""
    reason = str((order.failure or {}).get("detail") or "")
    return "" if reason in NO_REASON else reason


def shortage(shorts: Iterable[Short]) -> list[str]:
    """One sentence for each product of which less is there than was wanted."""
    return [_shortage(short) for short in shorts]


def _shortage(short: Short) -> str:
    facts = {
        "name": isolate(plain(short["name"])),
        "given": wording.quantity(quantity(short["given_milli"]), short["base_unit"]),
        "wanted": wording.quantity(quantity(short["wanted_milli"]), short["base_unit"]),
    }
    if short["given_milli"] == 0:
        return _("%(name)s is not in stock at present.", **facts)
    return _("Of %(name)s only %(given)s are in stock, not %(wanted)s.", **facts)
