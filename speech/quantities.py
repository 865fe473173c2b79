"""Why a quantity is not sold, and what would do: asked about what was typed now, told of what was rounded."""

from bot.flow import Choice, Reply
from bot.markup import plain
from core.i18n import _, isolate
from orders import packs, terms
from orders.catalogue import Catalogue, ProductOnSale
from orders.packs import Rounded
from orders.understanding.facts import Question
from speech import wording


def ask(asked: Question, goods: Catalogue) -> Reply:
    """Why the quantity does not do, and the nearest ones that would."""
    product = goods.product(asked.candidates[0])
    said = wording.quantity(asked.qty or 0, product.base_unit)
    near = packs.proposals(asked, goods)
    names = [wording.quantity(qty, product.base_unit) for qty in near]
    choices = tuple(
        Choice(wording.button(name), "picked", f"{qty} {product.base_unit}")
        for name, qty in zip(names, near, strict=True)
    )
    likely = _(" or ").join(names)
    facts = {"name": isolate(plain(product.name)), "said": said, "likely": likely}
    text = f"{_rule(product)} " + _("%(said)s does not work. Shall it be %(likely)s?", **facts)
    is_clear = min(near) > len(near)  # else a typed 2 could mean the second option, or two of them
    return Reply(text, choices if is_clear else ())


def rounded(change: Rounded) -> str:
    """The rule, and what became of the wish."""
    now = wording.quantity(change.now.qty, change.now.unit)
    before = wording.quantity(change.before.qty, change.before.unit)
    return f"{_rule(change.product)} " + _("So %(before)s became %(now)s.", before=before, now=now)


def _rule(product: ProductOnSale) -> str:
    facts = {
        "name": isolate(plain(product.name)),
        "pack": wording.quantity(product.terms.multiple, product.base_unit),
        "least": wording.quantity(terms.smallest(product.terms), product.base_unit),
    }
    if product.terms.multiple == 1:
        return _("%(name)s is sold from %(least)s on.", **facts)
    if terms.smallest(product.terms) == product.terms.multiple:
        return _("%(name)s comes in packs of %(pack)s.", **facts)
    return _("%(name)s comes in packs of %(pack)s, from %(least)s on.", **facts)
