"""A list as a shopkeeper checks it: what is unclear, what is on it, its quote, and why an old quote is gone."""

from collections.abc import Iterable, Sequence

from bot.flow import Choice, Reply
from bot.markup import bold, plain
from bot.prompts import MAX_TITLE
from core.errors import DomainError
from core.i18n import _, format_count, format_money, format_weekday, isolate
from credit.guardrails import CREDIT
from flows import packs
from notices import order_facts, wording
from orders import terms
from orders.catalogue import Catalogue
from orders.order import CANCELLED, REPLACED, Order, OrderLine
from orders.supply import OutOfStock, Short, StockShort
from orders.terms import Rate
from orders.understanding.facts import CartLine, Question
from orders.understanding.quantities import MAX_UNITS

MAX_SHOWN = 15
MAX_OPTIONS = 10
MAX_SAVINGS = 2
MIN_SHOWN, MAX_SHORTS, MAX_REMARK = 3, 6, 150


def which(asked: Question, goods: Catalogue) -> Reply:
    """Ask for what a line left open: the product, the quantity, or both; first say why, where that is not plain."""
    if asked.reason == packs.REASON and asked.candidates[0] in goods.products:
        return packs.ask(asked, goods)
    asks, why = _which(asked, goods), _why(asked)
    return Reply(f"{why}\n{asks.text}", asks.choices) if why else asks


def _why(asked: Question) -> str:
    said = isolate(plain(asked.text))
    if asked.reason == "qty_too_large":
        return _(
            "“%(said)s” is more than one order can take: at most %(most)s.", said=said, most=format_count(MAX_UNITS)
        )
    if asked.reason == "item_twice":
        return _("“%(said)s”: this stands here twice. Please write how much in all.", said=said)
    if asked.reason == "number_unclear":
        return _("The number in “%(said)s” is not clear to me.", said=said)
    if asked.reason == "remove_or_reduce":
        return _("“%(said)s”: shall it be less, or go from the list? Please write how much should stay.", said=said)
    return ""


def _which(asked: Question, goods: Catalogue) -> Reply:
    names = [plain(goods.product(sku).name) for sku in asked.candidates if sku in goods.products]
    said = isolate(plain(asked.text)) or "…"
    if len(names) == 1 and asked.reason == "verb_unclear" and asked.qty and asked.unit:
        return _meant(said, isolate(names[0]), wording.quantity(asked.qty, asked.unit))
    if len(names) == 1:
        return Reply(_("How much of %(name)s do you need?", name=isolate(names[0])))
    if not names:
        return Reply(_("I am not sure about “%(said)s”. Which product, and how much?", said=said))
    options = tuple(Choice(name, "picked", str(place)) for place, name in enumerate(names[:MAX_OPTIONS], 1))
    listed_names = wording.bullets(isolate(name) for name in names)
    if asked.qty is None:
        return Reply(_("“%(said)s”: which one do you mean, and how much?", said=said) + f"\n{listed_names}", options)
    asks = _("“%(said)s”: which one do you mean?", said=said)
    is_cut = any(len(name) > MAX_TITLE for name in names)
    return Reply(f"{asks}\n{listed_names}" if is_cut else asks, options)


def _meant(said: str, name: str, quantity: str) -> Reply:
    """The goods are clear, and not whether they are wanted."""
    asks = _(
        "“%(said)s”: I am not sure that I understand. Shall I put %(name)s, %(quantity)s, on your list? Reply *yes* or"
        " *no*.",
        said=said,
        name=name,
        quantity=quantity,
    )
    return Reply(asks, (Choice(_("Yes, put it on"), "picked", "yes"), Choice(_("No"), "no")))


def listed(lines: Iterable[CartLine], goods: Catalogue) -> str:
    """The list without prices."""
    named = [
        f"{isolate(plain(goods.product(line.sku).name))}: {wording.quantity(line.qty, line.unit)}"
        for line in lines
        if line.sku in goods.products
    ]
    return wording.titled(_("Your list"), wording.shortened(named, MAX_SHOWN))


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


def shorts_of(error: DomainError | None) -> Sequence[Short]:
    """What falls short, by an error about stock."""
    return error.shorts if isinstance(error, OutOfStock | StockShort) else ()


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
