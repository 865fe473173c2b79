"""An order as a shopkeeper checks it: every line with unit, pieces and price, then tax and total."""

from bot.markup import bold, plain
from core.i18n import _, format_money, isolate
from flows import wording
from orders.order import Order, OrderLine

MAX_SHOWN = 15


def quote(quoted: Order) -> str:
    """Every line with unit, pieces and price, then tax and total."""
    money = quoted.currency
    rounding = quoted.total_minor - sum(line.total_minor for line in quoted.lines)
    sums = [
        _("Goods: %(amount)s", amount=format_money(sum(line.taxable_minor for line in quoted.lines), money)),
        _("Tax: %(amount)s", amount=format_money(sum(line.tax_minor for line in quoted.lines), money)),
    ]
    if rounding:
        sums.append(_("Rounding: %(amount)s", amount=format_money(rounding, money)))
    sums.append(bold(_("Total: %(amount)s", amount=format_money(quoted.total_minor, money))))
    listed = wording.shortened([describe(line, money) for line in quoted.lines], MAX_SHOWN)
    return wording.titled(_("Your order"), listed) + "\n\n" + wording.bullets(sums)


def describe(line: OrderLine, currency: str) -> str:
    """`Coca-Cola 500 ml: 2 case = 48 pc × ₹25.71 = ₹1,234.08`, without tax."""
    asked, pieces = wording.quantity(line.qty, line.unit), wording.quantity(line.base_qty, line.base_unit)
    amount = asked if line.unit == line.base_unit else f"{asked} = {pieces}"
    price, worth = format_money(line.price_minor, currency), format_money(line.taxable_minor, currency)
    return f"{isolate(plain(line.name))}: {amount} × {price} = {worth}"
