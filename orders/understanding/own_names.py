"""A shop's own names for goods: they answer what the catalogue leaves open, and nothing else.

"Dal" may be any of three; a shop that twice answered *toor* means toor. A name that the catalogue knows exactly is
never touched, and neither is a message that itself speaks of another of the candidates ("coke 250").
"""

from collections.abc import Mapping
from dataclasses import replace

from language import lexicon
from orders.understanding import settling
from orders.understanding.elements import Goods
from orders.understanding.facts import Question, ReadLine
from orders.understanding.index import Index, NameKind
from orders.understanding.items import Phrase
from orders.understanding.settling import Outcome

_ABOUT_NAMES = frozenset({"product_missing", "did_you_mean"})  # a variant that is not sold is no name of another
_LACKING = ("size_missing", "variant_missing", "flavour_missing")


def settle(index: Index, goods: Goods, text: str, said: str, learned: Mapping[Phrase, str]) -> Outcome:
    """The outcome of settling these goods; where the name is the trouble, as the shop has answered it before.

    `said` is the name as typed, `text` the goods with their amounts. A question about the name carries it.
    """
    outcome = settling.settle(index, goods, text)
    if not said or not isinstance(outcome, Question) or not _is_about_the_name(outcome):
        return outcome
    sku = learned.get(lexicon.name_of(said)) if learned else None
    own = _as_learned(index, goods, text, outcome, sku) if sku in outcome.candidates else None
    return own or replace(outcome, name=said)


def _is_about_the_name(question: Question) -> bool:
    return bool(question.candidates) and (question.reason in _ABOUT_NAMES or question.reason.endswith(_LACKING))


def _as_learned(index: Index, goods: Goods, text: str, question: Question, sku: str) -> Outcome | None:
    """The line, or the smaller question, that the learned product makes of it; None if the message says otherwise."""
    item = index.by_sku[sku]
    telling = [amount for amount in goods.amounts if not amount.counts_packs and not amount.vague]
    others = [index.by_sku[other] for other in question.candidates if other != sku]
    if any(settling.fits(other, a) and not settling.fits(item, a) for other in others for a in telling):
        return None
    only = frozenset({item.position})
    mention = replace(
        goods.mention, kind=NameKind.ALIAS, items=only, cover=only, sure=True,
        stranger_before=False, stranger_after=False,
    )  # fmt: skip
    outcome = settling.settle(index, replace(goods, mention=mention), text)
    if isinstance(outcome, ReadLine):
        return replace(outcome, reason=f"the shop's own name; {outcome.reason}")
    return outcome if isinstance(outcome, Question) and not _is_about_the_name(outcome) else None
