"""Which amount belongs to which name, when nothing is typed between the items.

"2 peti coke 500 1 box maggi 12 wala" and "lux 2 dozen lifebuoy 1 dozen" put the quantity on different sides. Every
amount between two names may go left or right; the division is chosen under which the names settle best. Ties go to
the order in which the clause begins: name first, or amount first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter

from orders.understanding.elements import Amount, Feature, Form, Goods, LooseUnit, Mention, Piece
from orders.understanding.facts import Question, ReadLine
from orders.understanding.index import NameKind
from orders.understanding.settling import Outcome

Settle = Callable[[Goods], Outcome]


def share(pieces: Sequence[Piece], settle: Settle) -> list[Goods]:
    """Each name of a clause with its amounts; a name with several complete pairs of size and quantity comes often."""
    mentions = [piece for piece in pieces if isinstance(piece, Mention)]
    gaps = _gaps(pieces)
    alone = len(mentions) == 1
    shared = [_goods(mentions[0], gaps[0] + gaps[1])] if alone else _divide(mentions, gaps, settle)
    return [part for goods in _run_together(_doubted(shared)) for part in _pairs(goods, settle)]


def _run_together(shared: list[Goods]) -> list[Goods]:
    """ "colgate salt 6", "sprite pepsi 2 peti": names typed as one, with one amount, may be one thing that is not ours.

    They become one name of all their items, which must be asked about.
    """
    found: list[Goods] = []
    for goods in shared:
        last = found[-1] if found else None
        if last is not None and _touch(last, goods) and bool(last.amounts) != bool(goods.amounts):
            found[-1] = _all_of(last, goods)
        else:
            found.append(goods)
    return found


def _touch(left: Goods, right: Goods) -> bool:
    each = any(amount.each for amount in (*left.amounts, *right.amounts))
    known = not left.mention.is_stranger and not right.mention.is_stranger
    return left.mention.end == right.mention.start and known and not each


def _all_of(left: Goods, right: Goods) -> Goods:
    one, other = left.mention, right.mention
    mention = replace(
        one, end=other.end, items=one.items | other.items, cover=one.cover | other.cover, words=one.words + other.words
    )
    return Goods(mention, left.amounts + right.amounts, left.features + right.features, left.units + right.units)


def _doubted(shared: list[Goods]) -> list[Goods]:
    """ "lux 2 zxcv": a word nobody knows right behind a bare number may be a unit; the number is not clear then."""
    strangers = {goods.mention.start for goods in shared if _says_little(goods.mention) and not goods.amounts}
    return [
        replace(goods, amounts=[_unclear(amount) if amount.end in strangers else amount for amount in goods.amounts])
        if strangers and not any(amount.counts_packs and amount.unit is not None for amount in goods.amounts)
        else goods
        for goods in shared
    ]


def _says_little(mention: Mention) -> bool:
    """A word that nobody knows, or that only occurs in names: "surf 12 pet" may well be 12 peti."""
    return mention.is_stranger or mention.kind is NameKind.PART


def _unclear(amount: Amount) -> Amount:
    return replace(amount, vague=True, unclear=True) if amount.unit is None and amount.form is Form.PLAIN else amount


def _gaps(pieces: Sequence[Piece]) -> list[list[Piece]]:
    gaps: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, Mention):
            gaps.append([])
        elif isinstance(piece, Amount | Feature | LooseUnit):
            gaps[-1].append(piece)
    return gaps


def _goods(mention: Mention, said: Sequence[Piece]) -> Goods:
    return Goods(
        mention,
        [piece for piece in said if isinstance(piece, Amount)],
        [piece for piece in said if isinstance(piece, Feature)],
        [piece.unit for piece in said if isinstance(piece, LooseUnit)],
    )


def _divide(mentions: list[Mention], gaps: list[list[Piece]], settle: Settle) -> list[Goods]:
    """The cheapest division of every gap, by dynamic programming from the last name to the first.

    `best[taken]`: the division of one name and all after it, where the first `taken` pieces of the gap before the
    name already belong to its left neighbour.
    """
    best = [_Division(0.0, ())] * (len(gaps[-1]) + 1)
    for at in reversed(range(len(mentions))):
        before, after = gaps[at], gaps[at + 1]
        cuts = [len(after)] if at == len(mentions) - 1 else range(len(after), -1, -1)
        styles = [_against_style(after, cut, not gaps[0]) for cut in range(len(after) + 1)]
        best = [
            min(
                (_with(mentions[at], before[taken:] + after[:cut], styles[cut], best[cut], settle) for cut in cuts),
                key=_COST,
            )
            for taken in range(len(before) + 1)
        ]
    return list(best[0].goods)


@dataclass(frozen=True, slots=True)
class _Division:
    """A way to share, and how badly it settles."""

    cost: float
    goods: tuple[Goods, ...]


_COST = attrgetter("cost")


def _with(mention: Mention, said: list[Piece], style: float, rest: _Division, settle: Settle) -> _Division:
    goods = _goods(mention, said)
    return _Division(_cost(goods, settle) + style + rest.cost, (goods, *rest.goods))


def _against_style(gap: list[Piece], cut: int, name_first: bool) -> float:
    """A little for every amount that goes against the order in which the clause began."""
    if name_first:
        return 0.1 * len(gap[cut:])
    counted = [piece for piece in gap[:cut] if isinstance(piece, Amount) and piece.counts_packs]
    return 0.1 * len(counted)


def _cost(goods: Goods, settle: Settle) -> float:
    """How badly a name settles: a line costs nothing, a lacking quantity more than a lacking size."""
    if goods.mention.is_stranger:
        return 0.5 if goods.amounts else 0.0
    outcome = settle(goods)
    if isinstance(outcome, ReadLine):
        return 0.0
    if isinstance(outcome, Question):
        if outcome.reason in ("two_quantities", "number_unclear"):
            return 3.0
        return 1.0 if outcome.qty is not None or outcome.reason == "qty_vague" else 2.0
    return 2.5 if not goods.mention.stranger_before else 1.0 if goods.amounts else 2.0


def _pairs(goods: Goods, settle: Settle) -> list[Goods]:
    """ "coke 500ml 2 peti 250ml 1 peti": one name, several sizes, each with its own quantity."""
    featured = _by_feature(goods)
    if featured and _are_different_lines(featured, settle):
        return featured
    ends = [at + 1 for at, amount in enumerate(goods.amounts) if amount.counts_packs]
    if len(ends) < 2 or isinstance(settle(goods), ReadLine):
        return [goods]
    for groups in (_cut(goods.amounts, ends[:-1]), _cut(goods.amounts, [end - 1 for end in ends[1:]])):
        parts = [Goods(goods.mention, group, goods.features, goods.units) for group in groups]
        if _are_different_lines(parts, settle):
            return parts
    return [goods]


def _by_feature(goods: Goods) -> list[Goods]:
    """ "Surf bada 6 chota 12": each word that picks one of the family with the amounts that follow it."""
    said = sorted((*goods.features, *goods.amounts), key=attrgetter("start"))
    starts = [at for at, piece in enumerate(said) if isinstance(piece, Feature)]
    if len(starts) < 2 or starts[0] != 0:
        return []
    return [_goods(goods.mention, said[start:end]) for start, end in pairwise([*starts, len(said)])]


def _are_different_lines(parts: list[Goods], settle: Settle) -> bool:
    skus = {outcome.sku for part in parts if isinstance(outcome := settle(part), ReadLine)}
    return len(skus) == len(parts)


def _cut(amounts: list[Amount], places: list[int]) -> list[list[Amount]]:
    edges = [0, *places, len(amounts)]
    return [amounts[start:end] for start, end in pairwise(edges)]
