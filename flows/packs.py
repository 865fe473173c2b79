"""Quantities that are not sold: which of a list's lines are none, what is asked about them, and what would do."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from bot import words
from bot.flow import Choice, Reply
from bot.markup import plain
from core.i18n import _, isolate
from language.folding import fold
from language.normalise import normalise
from language.numbers import parse_number
from notices import wording
from orders import terms
from orders.catalogue import Catalogue, Listed
from orders.quotes import Wanted
from orders.terms import THOUSANDTHS
from orders.understanding.facts import CartLine, Context, Question

REASON = "pack"


def fits(line: CartLine, goods: Catalogue) -> bool:
    """True when the product is sold in this quantity."""
    product = goods.products.get(line.sku)
    return product is None or terms.fits(product.terms, _milli(line.base_qty))


def question(line: CartLine, goods: Catalogue) -> Question:
    """What is to be asked about a line that does not fit; `qty` and `unit` are what was asked for, in base units."""
    return Question(REASON, "", line.base_qty, goods.product(line.sku).base_unit, (line.sku,))


def ask(asked: Question, goods: Catalogue) -> Reply:
    """Why the quantity does not do, and the nearest ones that would."""
    product = goods.product(asked.candidates[0])
    said = wording.quantity(asked.qty or 0, product.base_unit)
    near = terms.proposals(product.terms, _milli(asked.qty or Decimal(1)))
    names = [_named(product, qty) for qty in near]
    choices = tuple(
        Choice(wording.button(name), "picked", f"{qty} {product.base_unit}")
        for name, qty in zip(names, near, strict=True)
    )
    likely = _(" or ").join(names)
    facts = {"name": isolate(plain(product.name)), "said": said, "likely": likely}
    text = f"{_rule(product)} " + _("%(said)s does not work. Shall it be %(likely)s?", **facts)
    is_clear = min(near) > len(near)  # else a typed 2 could mean the second option, or two of them
    return Reply(text, choices if is_clear else ())


def as_answer(text: str, asked: Question | None, goods: Catalogue) -> str:
    """What an answer to a question about packs means: a bare number counts base units, as the question did.

    A yes takes the one quantity that was proposed; where there were two it says nothing.
    """
    if asked is None or asked.reason != REASON:
        return text
    if words.answer(fold(text)) == "yes":
        near = terms.proposals(goods.product(asked.candidates[0]).terms, _milli(asked.qty or Decimal(1)))
        return f"{near[0]} {asked.unit}" if len(near) == 1 else ""
    number = parse_number(normalise(text))
    return text if number is None else f"{number} {asked.unit}"


def without_quantity(context: Context) -> Context:
    """The context in which an answer is read: the quantity that does not fit is not remembered."""
    asked = context.pending_question
    if asked is None or asked.reason != REASON:
        return context
    return replace(context, pending_question=replace(asked, qty=None))


def rounded(wanted: Iterable[Wanted], goods: Catalogue) -> tuple[list[Wanted], list[str]]:
    """Wishes that were not typed now (an earlier order), up to whole packs, and a sentence for each that changed."""
    kept, said = [], []
    for wish in wanted:
        product = goods.products.get(wish.sku)
        base_qty_milli = _milli(Decimal(wish.qty) * product.units.get(wish.unit, 1)) if product else 0
        if product is None or terms.fits(product.terms, base_qty_milli):
            kept.append(wish)
            continue
        whole = terms.proposals(product.terms, base_qty_milli)[-1]
        kept.append(Wanted(wish.sku, whole, product.base_unit))
        now = wording.quantity(whole, product.base_unit)
        before = wording.quantity(wish.qty, wish.unit)
        said.append(f"{_rule(product)} " + _("So %(before)s became %(now)s.", before=before, now=now))
    return kept, said


def _rule(product: Listed) -> str:
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


def _named(product: Listed, base_qty: int) -> str:
    return wording.quantity(base_qty, product.base_unit)


def _milli(base_qty: Decimal) -> int:
    return int(base_qty * THOUSANDTHS)
