"""Quantities that are not sold: which of a list's lines are none, what is to be asked, and what the answer means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from language import phrases
from language.folding import fold
from language.normalise import normalise
from language.numbers import parse_number
from language.phrases import Meaning
from orders import terms
from orders.catalogue import Catalogue, ProductOnSale
from orders.quotes import Wanted
from orders.terms import THOUSANDTHS
from orders.understanding.facts import CartLine, Context, Question

REASON = "pack"
YES = phrases.of(Meaning.YES)


@dataclass(frozen=True, slots=True)
class Rounded:
    """A wish that became whole packs."""

    product: ProductOnSale
    before: Wanted
    now: Wanted


def fits(line: CartLine, goods: Catalogue) -> bool:
    """True when the product is sold in this quantity."""
    product = goods.products.get(line.sku)
    return product is None or terms.fits(product.terms, _milli(line.base_qty))


def question(line: CartLine, goods: Catalogue) -> Question:
    """What is to be asked about a line that does not fit; `qty` and `unit` are what was asked for, in base units."""
    return Question(REASON, "", line.base_qty, goods.product(line.sku).base_unit, (line.sku,))


def proposals(asked: Question, goods: Catalogue) -> Sequence[int]:
    """The nearest quantities that would do, in base units."""
    return terms.proposals(goods.product(asked.candidates[0]).terms, _milli(asked.qty or Decimal(1)))


def as_answer(text: str, asked: Question | None, goods: Catalogue) -> str:
    """What an answer to a question about packs means: a bare number counts base units, as the question did.

    A yes takes the one quantity that was proposed; where there were two it says nothing.
    """
    if asked is None or asked.reason != REASON:
        return text
    if fold(text) in YES:
        near = proposals(asked, goods)
        return f"{near[0]} {asked.unit}" if len(near) == 1 else ""
    number = parse_number(normalise(text))
    return text if number is None else f"{number} {asked.unit}"


def without_quantity(context: Context) -> Context:
    """The context in which an answer is read: the quantity that does not fit is not remembered."""
    asked = context.pending_question
    if asked is None or asked.reason != REASON:
        return context
    return replace(context, pending_question=replace(asked, qty=None))


def rounded(wanted: Iterable[Wanted], goods: Catalogue) -> tuple[list[Wanted], list[Rounded]]:
    """Wishes that were not typed now (an earlier order), up to whole packs, and those that changed."""
    kept, changed = [], []
    for wish in wanted:
        product = goods.products.get(wish.sku)
        base_qty_milli = _milli(Decimal(wish.qty) * product.units.get(wish.unit, 1)) if product else 0
        if product is None or terms.fits(product.terms, base_qty_milli):
            kept.append(wish)
            continue
        whole = Wanted(wish.sku, terms.proposals(product.terms, base_qty_milli)[-1], product.base_unit)
        kept.append(whole)
        changed.append(Rounded(product, wish, whole))
    return kept, changed


def _milli(base_qty: Decimal) -> int:
    return int(base_qty * THOUSANDTHS)
