"""A quote as a shopkeeper checks it, what it became when it was placed, and why an old one is gone."""

from bot.markup import bold, plain
from core.i18n import _, format_money, format_weekday, isolate
from credit.guardrails import CREDIT
from orders import terms
from orders.catalogue import Catalogue
from orders.order import CANCELLED, REPLACED, Order, OrderLine
from orders.terms import Rate
from speech import order_facts, wording

MAX_SHOWN = 15
MAX_SAVINGS = 2
MIN_SHOWN, MAX_SHORTS, MAX_REMARK = 3, 6, 150


def thanks(placed: Order) -> str:
    """The order's number and amount, and how it is to be paid."""
    facts = {"number": isolate(bold(placed.number or "")), "amount": format_money(placed.total_minor, placed.currency)}
    if placed.payment_mode == CREDIT:
        said = _("Thank you! Order %(number)s of %(amount)s is placed on credit.", **facts)
    else:
        said = _("Thank you! Order %(number)s of %(amount)s is placed, to be paid in cash or by UPI.", **facts)
    if placed.deliver_on is None:
        return said
    return f"{said} " + _("It comes on %(day)s.", day=format_weekday(placed.deliver_on))


def cheaper(placed: Order, quoted_minor: int) -> str:
    """Prices fell since the quote: the shop has the difference."""
    facts = {
        "now": format_money(placed.total_minor, placed.currency),
        "before": format_money(quoted_minor, placed.currency),
    }
    return _("Prices fell since the quote, in your favour: %(now)s instead of %(before)s.", **facts)


def too_small(quoted: Order, least_minor: int) -> str:
    """The smallest order that is brought, and what is missing."""
    facts = {
        "least": format_money(least_minor, quoted.currency),
        "missing": format_money(least_minor - quoted.total_minor, quoted.currency),
    }
    return _("We deliver orders from %(least)s on: goods for %(missing)s more are needed. Type what to add.", **facts)


def gone(order: Order | None) -> str:
    """Why the old quote cannot be said yes to; the new one follows."""
    failure = (order.failure if order else None) or {}
    if order is None or order.status != CANCELLED or failure.get("code") == REPLACED:
        return _("That quote is no longer open, so here is your list as a new one. Nothing is ordered yet.")
    reason = order_facts.reason_of(order)
    why = (
        _("That quote was called off: %(reason)s", reason=isolate(plain(reason)))
        if reason
        else _("That quote was called off.")
    )
    return f"{why}\n\n" + _("Here is your list as a new quote. Nothing is ordered yet.")


def quote(quoted: Order, goods: Catalogue, room: int) -> str:
    """Lines with unit, pieces and price, then tax and total; what is short, what more would cost less, the day.

    In at most `room` characters where it can be: of a long list fewer lines are shown, never less of the rest.
    """
    beside = _beside(quoted, goods)
    for most in range(MAX_SHOWN, MIN_SHOWN - 1, -1):
        text = "\n\n".join([_sums(quoted, most), *([beside] if beside else [])])
        if len(text) <= room:
            break
    return text


def _beside(quoted: Order, goods: Catalogue) -> str:
    told = [*wording.shortened(order_facts.shortage(quoted.shorts or ()), MAX_SHORTS), *savings(quoted, goods)]
    if quoted.deliver_on is not None:
        told.append(_("Delivery: %(day)s", day=format_weekday(quoted.deliver_on)))
    if quoted.delivery_address:
        told.append(_("Deliver to: %(address)s", address=isolate(_remark(quoted.delivery_address))))
    if quoted.note:
        told.append(_("Note: %(note)s", note=isolate(_remark(quoted.note))))
    return "\n".join(told)


def _remark(said: str) -> str:
    shown = plain(said)
    return shown if len(shown) <= MAX_REMARK else shown[: MAX_REMARK - 1] + "…"


def savings(quoted: Order, goods: Catalogue) -> list[str]:
    """For the first few lines that a larger quantity would make cheaper: from which quantity, and the price."""
    found = ((line, _step(quoted, line, goods)) for line in quoted.lines)
    return [_saving(quoted, line, step) for line, step in found if step is not None][:MAX_SAVINGS]


def _step(quoted: Order, line: OrderLine, goods: Catalogue) -> Rate | None:
    product = goods.products.get(line.sku)
    if product is None or not product.terms.rates:
        return None
    return terms.next_step(product.terms, quoted.price_class, line.base_qty_milli, line.price_minor)


def _saving(quoted: Order, line: OrderLine, step: Rate) -> str:
    return _(
        "%(name)s: from %(quantity)s on %(price)s each.",
        name=isolate(plain(line.name)),
        quantity=wording.quantity(step.from_qty, line.base_unit),
        price=format_money(step.price_minor, quoted.currency),
    )


def _sums(quoted: Order, most: int) -> str:
    money = quoted.currency
    rounding = quoted.total_minor - sum(line.total_minor for line in quoted.lines)
    sums = [
        _("Goods: %(amount)s", amount=format_money(sum(line.taxable_minor for line in quoted.lines), money)),
        _("Tax: %(amount)s", amount=format_money(sum(line.tax_minor for line in quoted.lines), money)),
    ]
    if rounding:
        sums.append(_("Rounding: %(amount)s", amount=format_money(rounding, money)))
    sums.append(bold(_("Total: %(amount)s", amount=format_money(quoted.total_minor, money))))
    listed = wording.shortened([describe(line, money) for line in quoted.lines], most)
    return wording.titled(_("Your order"), listed) + "\n\n" + wording.bullets(sums)


def describe(line: OrderLine, currency: str) -> str:
    """`Coca-Cola 500 ml: 2 case = 48 pc × ₹25.71 = ₹1,234.08`, without tax."""
    asked, pieces = wording.quantity(line.qty, line.unit), wording.quantity(line.base_qty, line.base_unit)
    amount = asked if line.unit == line.base_unit else f"{asked} = {pieces}"
    price, worth = format_money(line.price_minor, currency), format_money(line.taxable_minor, currency)
    said = f"{isolate(plain(line.name))}: {amount} × {price} = {worth}"
    if line.list_price_minor is not None:
        said += " " + _("(usually %(price)s)", price=format_money(line.list_price_minor, currency))
    if line.free_milli:
        said += " " + _("+ %(quantity)s free", quantity=wording.quantity(line.free_qty, line.base_unit))
    return said
