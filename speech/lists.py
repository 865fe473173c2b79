"""The list that a shop makes, before it is quoted: what is on it, and that it waits."""

from collections.abc import Iterable

from bot.markup import plain
from core.i18n import _, isolate
from orders.catalogue import Catalogue
from orders.understanding.facts import CartLine
from speech import wording

MAX_SHOWN = 15


def listed(lines: Iterable[CartLine], goods: Catalogue) -> str:
    """The list without prices."""
    named = [
        f"{isolate(plain(goods.product(line.sku).name))}: {wording.quantity(line.qty, line.unit)}"
        for line in lines
        if line.sku in goods.products
    ]
    return wording.titled(_("Your list"), wording.shortened(named, MAX_SHOWN))


def still_here(count: int) -> str:
    """A line that reminds of a list of so many lines, after something else was talked about; "" of an empty one."""
    if not count:
        return ""
    return _("Your list (%(count)s) is still here: type *list* to see it.", count=isolate(str(count)))
