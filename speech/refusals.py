"""Why an order may not go on credit, in the shop's language: the rule, the numbers, and what would help."""

from collections.abc import Callable

from bot.flow import Choice, Reply
from bot.markup import plain
from bot.turn import Turn
from core import templates
from core.i18n import _, format_money, isolate, language
from credit import guardrails
from credit.guardrails import ALLOWS, BLOCKED, LIMIT, MAX_ORDER, NOT_GRANTED, OVERDUE, PAUSED, Reason, Verdict
from orders.order import Order
from orders.splitting import Basket
from speech import baskets, wording

Facts = dict[str, str]


def explain(turn: Turn, order: Order, verdict: Verdict, basket: Basket | None = None) -> Reply:
    """The first reason in full, the others in a line each, and the ways on; `basket` is what of it fits."""
    if verdict.allowed:
        return Reply(_("This order can go on credit now. Type *yes* to place it."), ways_on(order, verdict, None))
    saved = _("Your list stays saved.") if verdict.reason != PAUSED else ""  # that sentence says so itself
    fits = baskets.what_fits(order, basket) if basket else ""
    text = "\n\n".join(part for part in (reasons(turn, order, verdict), fits, saved) if part)
    return Reply(text, ways_on(order, verdict, basket))


def reasons(turn: Turn, order: Order, verdict: Verdict) -> str:
    """The first reason in full, and the numbers of each."""
    first = verdict.reasons[0]
    numbers = [reason for reason in verdict.reasons if reason is not first or reason.code != PAUSED]  # said in full
    told = "\n".join(line for line in (allowed(reason, order.currency) for reason in numbers) if line)
    return "\n\n".join(part for part in (_full(turn, order, first), told) if part)


def ways_on(order: Order, verdict: Verdict, basket: Basket | None) -> tuple[Choice, ...]:
    """What helps: cash, a smaller order, the part that fits, paying the difference, and approval or a person."""
    choices = [Choice(_("Cash / UPI"), "cash"), Choice(_("Change the list"), "change")]
    if verdict.allowed:
        return (Choice(_("Yes, on credit"), "credit"), *choices)
    if basket is not None:
        choices.append(Choice(_("Only what fits"), "fit"))
    if verdict.helps.pay_minor:
        amount = format_money(verdict.helps.pay_minor, order.currency, "en")
        choices.append(Choice(_("Pay %(amount)s first", amount=amount), "pay_rest"))
    if {reason.code for reason in verdict.reasons} <= guardrails.KEPT_BY_LESS:
        return (*choices, Choice(_("Ask for approval"), "approve"))
    return (*choices, Choice(_("Talk to us"), "opened", flow="talk_to_us"))


def _full(turn: Turn, order: Order, reason: Reason) -> str:
    if reason.code == BLOCKED:
        return _("Your account is blocked for credit. Please talk to us.")
    if reason.code == NOT_GRANTED:
        return _("This order cannot go on credit: no credit is agreed for your shop yet. It can go on cash or UPI.")
    if reason.code not in _SENTENCES:
        return ""  # what is allowed says it all
    name, values = _SENTENCES[reason.code]
    return templates.get(name).render(language(), values(turn, order, reason))


def allowed(reason: Reason, currency: str) -> str:
    """What the rule allows, with its numbers; "" where its sentence says so already."""
    if reason.code not in ALLOWS:
        return ""
    facts = {
        name: format_money(value, currency) if name.endswith("_minor") else isolate(str(value))
        for name, value in reason.facts.items()
        if value is not None
    }
    return _(ALLOWS[reason.code], **facts)


def _limit(turn: Turn, order: Order, reason: Reason) -> Facts:
    return {
        "name": isolate(plain(turn.shop.name)),
        "order_amount": _money(order, order.total_minor),
        "available": _money(order, reason.facts["available_minor"]),
        "shortfall": _money(order, reason.facts["shortfall_minor"]),
    }


def _max_value(turn: Turn, order: Order, reason: Reason) -> Facts:
    return {
        "name": isolate(plain(turn.shop.name)),
        "order_amount": _money(order, order.total_minor),
        "max_value": _money(order, reason.limit_minor or 0),
    }


def _overdue(turn: Turn, order: Order, reason: Reason) -> Facts:
    return {
        "name": isolate(plain(turn.shop.name)),
        "bill_no": isolate(plain(reason.facts["bill_reference"])),
        "amount": _money(order, reason.facts["bill_open_minor"]),
        "days": isolate(str(reason.facts["days_overdue"])),
    }


def _paused(turn: Turn, _order: Order, _reason: Reason) -> Facts:
    return {
        "name": isolate(plain(turn.shop.name)),
        "business": isolate(plain(turn.business.name)),
        "phone": wording.shop_phone(turn),
    }


def _money(order: Order, amount_minor: int) -> str:
    return format_money(amount_minor, order.currency)


_SENTENCES: dict[str, tuple[str, Callable[[Turn, Order, Reason], Facts]]] = {
    LIMIT: ("order_refused_limit", _limit),
    MAX_ORDER: ("order_refused_max_value", _max_value),
    OVERDUE: ("order_refused_overdue", _overdue),
    PAUSED: ("order_refused_paused", _paused),
}
