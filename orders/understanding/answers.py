"""The answer to a question that is pending: an option's number, an ordinal, a size, a colour, a name, an amount.

An answer keeps the quantity and unit that the question remembers, unless it says its own. What is not an answer is
read as a message of its own: a retailer may order from anywhere.
"""

from dataclasses import dataclass
from decimal import Decimal

from language import lexicon, numbers, particles
from language.lexicon import Roles
from language.normalise import normalise
from language.roles import Role
from language.tokens import Kind, Token, tokenise
from orders.understanding import quantities
from orders.understanding.elements import Amount, Form, Goods, Mention
from orders.understanding.facts import Question, ReadLine
from orders.understanding.index import Index, NameKind
from orders.understanding.settling import sounds_like_grams, sounds_like_pieces
from orders.understanding.sharing import Settle
from orders.understanding.statements import Instruction
from orders.understanding.units import Unit, size_of

_IGNORED = frozenset({Role.FILLER, Role.WALA, Role.ORDER, Role.SET, Role.LINK, Role.YES})
_NO_NUMBER_BESIDE = frozenset({Role.WALA, Role.NOT, Role.REMOVE, Role.ADD, Role.QUESTION, Role.PAST, Role.REDUCE})


@dataclass(frozen=True, slots=True)
class PossibleAnswer:
    """The message, seen as a possible answer."""

    tokens: tuple[Token, ...]
    marks: tuple[Roles, ...]
    statements: tuple[Instruction, ...]
    agrees: bool


def answer(index: Index, question: Question, reply: PossibleAnswer, settle: Settle) -> ReadLine | Question | None:
    """The line that the reply makes of the question, a narrower question, or None if it is no answer."""
    skus = tuple(sku for sku in question.candidates if sku in index.by_sku)
    if not skus:
        return None
    alone = _lone_number(question, reply) if len(skus) == 1 else None
    if alone is not None:
        return _so_many(index, question, skus[0], alone, settle)
    chosen = _chosen(reply, skus)
    if chosen is None and len(skus) == 1 and reply.agrees:
        chosen = skus[0]
    if chosen is not None:
        return _with_remembered(index, question, _named(index, (chosen,)), settle)
    said = _said(index, reply, skus)
    if said is None:
        return None
    outcome = _with_remembered(index, question, said, settle)
    if isinstance(outcome, ReadLine) or (isinstance(outcome, Question) and outcome.candidates != question.candidates):
        return outcome
    return _by_position(index, question, reply, skus, settle)


def _lone_number(question: Question, reply: PossibleAnswer) -> Decimal | None:
    """ "10", "do", "2 bhej do" where only the quantity was asked: nothing else can be meant."""
    spoken = [at for at, token in enumerate(reply.tokens) if token.kind in (Kind.WORD, Kind.NUMBER)]
    if not spoken or (question.reason == "verb_unclear" and reply.tokens[spoken[0]].kind is Kind.WORD):
        return None
    counted = [at for at in spoken if reply.tokens[at].kind is Kind.NUMBER]
    start = counted[0] if counted else spoken[0]
    number = numbers.number_at(reply.tokens, start)
    if number is None or number.unclear or number.value <= 0:
        return None
    others = [at for at in spoken if not start <= at < number.end]
    beside = all(reply.marks[at] & _IGNORED and not reply.marks[at] & _NO_NUMBER_BESIDE for at in others)
    return number.value if beside else None


def _so_many(index: Index, question: Question, sku: str, value: Decimal, settle: Settle) -> ReadLine | Question | None:
    """So many of the unit that the question remembers, else of the usual one; asked where that is unlikely."""
    item = index.by_sku[sku]
    unit = _unit_asked(index, question, sku)
    named = _named(index, (sku,))
    if isinstance(unit, str):
        return Question(unit, question.text, value, None, (sku,))
    if unit is None and (sounds_like_grams(item, value) or sounds_like_pieces(item, value)):
        return Question("unit_unclear", question.text, value, None, (sku,))
    outcome = settle(Goods(named.mention, [Amount(0, 0, value, unit, bound=True)]))
    return outcome if isinstance(outcome, ReadLine | Question) else None


def _unit_asked(index: Index, question: Question, sku: str) -> Unit | str | None:
    """The unit that was said before it was asked how many; a size in grams or litres is none, but of loose goods.

    "unit_unclear" where two were said: "1 peti ya 2 dozen".
    """
    if question.unit is not None:
        found = {question.unit: Unit(question.unit, question.unit)}
    else:
        tokens = tokenise(normalise(question.text))
        behind = [number.end for at in range(len(tokens)) if (number := numbers.number_at(tokens, at)) is not None]
        said = [index.units.unit_at(tokens, at) for at in behind if at < len(tokens)]
        found = {unit.name: unit for unit, _end in filter(None, said)}
    counting = [unit for unit in found.values() if not unit.is_measure or index.by_sku[sku].loose]
    if len(counting) > 1:
        return "unit_unclear"
    return counting[0] if counting else None


def _chosen(reply: PossibleAnswer, skus: tuple[str, ...]) -> str | None:
    """The candidate that an ordinal or a lone option number picks; a lone number for one candidate is a quantity."""
    spoken = [
        (token, roles)
        for token, roles in zip(reply.tokens, reply.marks, strict=True)
        if token.kind in (Kind.WORD, Kind.NUMBER) and token.text not in particles.OPTION
    ]
    telling = [token for token, roles in spoken if token.sound in lexicon.ORDINALS or not roles & _IGNORED]
    if len(telling) != 1 or len(skus) == 1 or telling[0].unclear:
        return None
    position = lexicon.ORDINALS.get(telling[0].sound)
    if position is None and not any(Role.WALA in roles for _, roles in spoken):
        number = numbers.number_at((telling[0],), 0)
        position = int(number.value) if number is not None and number.value == int(number.value) else None
    return _at(skus, position)


def _at(skus: tuple[str, ...], position: int | None) -> str | None:
    if position == -1:
        return skus[-1]
    return skus[position - 1] if position is not None and 1 <= position <= len(skus) else None


def _by_position(index: Index, question: Question, reply: PossibleAnswer, skus: tuple[str, ...],
                 settle: Settle) -> ReadLine | Question | None:  # fmt: skip
    """ "2 wala" that is neither a price nor a size is the second option."""
    amounts = [amount for statement in reply.statements if statement.said for amount in statement.said.amounts]
    value = amounts[0].value if len(amounts) == 1 and amounts[0].form is Form.PRICE else Decimal(0)
    chosen = _at(skus, int(value)) if value == int(value) else None
    return None if chosen is None else _with_remembered(index, question, _named(index, (chosen,)), settle)


def _named(index: Index, skus: tuple[str, ...]) -> Goods:
    items = frozenset(index.by_sku[sku].position for sku in skus)
    return Goods(Mention(0, 0, NameKind.ALIAS, items, items, ()))


def _said(index: Index, reply: PossibleAnswer, skus: tuple[str, ...]) -> Goods | None:
    """What the reply says about the candidates; None if it names something else, or nothing at all."""
    if len(reply.statements) != 1 or reply.statements[0].op in ("remove", "reduce", "replace"):
        return None
    statement = reply.statements[0]
    goods = _named(index, skus)
    if statement.said is not None:
        return goods.having(statement.said)
    if len(statement.goods) != 1:
        return None
    said = statement.goods[0]
    common = goods.mention.items & said.mention.cover
    if not common or said.mention.stranger_before or said.mention.stranger_after:
        return None
    named = _named(index, tuple(sku for sku in skus if index.by_sku[sku].position in common))
    return named.having(said)


def _with_remembered(index: Index, question: Question, said: Goods, settle: Settle) -> ReadLine | Question | None:
    """The goods settled with their own quantity, or else with the question's."""
    remembered = question.qty is not None and not _has_quantity(index, said, question)
    if remembered and question.qty is not None:
        whole = _one_pack(index, question, said)
        if whole is not None:
            return whole
        asked = Unit(question.unit, question.unit) if question.unit else None
        unit = asked if said.amounts else _unit_said(question, said) or asked
        amount = Amount(0, 0, question.qty, unit, bound=unit is None)
        said = Goods(said.mention, [*said.amounts, amount], said.features, said.units)
    outcome = settle(said)
    return outcome if isinstance(outcome, ReadLine | Question) else None


def _unit_said(question: Question, said: Goods) -> Unit | None:
    """The unit that the reply alone gives; the bottle of "the big bottle" names the thing and counts nothing."""
    names_the_thing = question.unit is not None and len(question.candidates) > 1
    return next((unit for unit in said.units[:1] if not (names_the_thing and unit.name == "pc")), None)


def _has_quantity(index: Index, said: Goods, question: Question) -> bool:
    if any(amount.counts_packs for amount in said.amounts):
        return True
    bare = [amount for amount in said.amounts if amount.is_bare]
    return bool(bare) and len(said.mention.items) == 1 and len(question.candidates) == 1


def _one_pack(index: Index, question: Question, said: Goods) -> ReadLine | None:
    """ "5 ltr" was asked about and the 5 litre pack was chosen: one of it."""
    size = size_of(question.qty, question.unit) if question.qty is not None and question.unit else None
    if size is None or len(said.mention.items) != 1 or said.amounts:
        return None
    item = index.items[min(said.mention.items)]
    if item.size is None or (item.size.dimension, item.size.worth) != (size.dimension, size.worth):
        return None
    quantity = quantities.counted(item, Decimal(1), Unit(item.base_unit, item.base_unit))
    if isinstance(quantity, str):
        return None
    return ReadLine(item.sku, quantity.qty, quantity.unit, quantity.base_qty, question.text, "the pack of that size")
