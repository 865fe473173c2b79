"""A shop's figures as a message: for the shop itself, and for staff who want to send it. Pure: it only renders."""

from decimal import Decimal

from bot.markup import plain
from core.i18n import _, format_day, format_money, isolate
from reports.insights import Insight, NextDue, UsualItem
from speech import wording

MAX_ITEMS = 5


def text(facts: Insight) -> str:
    """The figures in the language that is spoken now, without any that are not known."""
    currency = facts.currency
    lines = [_("Orders in the last %(days)s days: %(count)s", days=_number(facts.days), count=_number(facts.orders))]
    if facts.average_order_minor is not None:
        lines.append(_("Average order: %(amount)s", amount=format_money(facts.average_order_minor, currency)))
    if facts.last_order_on:
        lines.append(_("Last order: %(day)s", day=format_day(facts.last_order_on)))
    if facts.on_time_percent is not None:
        lines.append(_("Bills paid on time: %(percent)s", percent=isolate(f"{facts.on_time_percent}%")))
    if facts.overdue_minor:
        lines.append(_("Past due: %(amount)s", amount=format_money(facts.overdue_minor, currency)))
    if facts.next_due:
        lines.append(_next(facts.next_due, currency))
    shop = isolate(plain(facts.name))
    said = wording.titled(_("%(shop)s in figures", shop=shop), lines)
    return "\n\n".join([said, *_usual(facts.usual_items)])


def _usual(items: list[UsualItem]) -> list[str]:
    if not items:
        return []
    described = [
        _(
            "%(name)s: %(quantity)s, every %(days)s days",
            name=isolate(plain(item.name)),
            quantity=wording.quantity(Decimal(item.qty), item.unit),
            days=_number(item.gap_days),
        )
        for item in items[:MAX_ITEMS]
    ]
    return [wording.titled(_("Usually"), described), _("Type *usual* to order what is due.")]


def _next(due: NextDue, currency: str) -> str:
    return _(
        "Next bill: %(number)s, %(amount)s, due on %(day)s",
        number=isolate(plain(due.bill)),
        amount=format_money(due.owed_minor, currency),
        day=format_day(due.due_on),
    )


def _number(value: int) -> str:
    return isolate(str(value))
