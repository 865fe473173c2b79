"""Numbers as traders say them: "dedh", "sadhe teen", "dhai sau", "۱۰", "1 1/2", "half".

Exact decimals, never floats. Some number words mean something else most of the time ("do" is also *give*, "saath" is
also *with*): those are *careful* words, and the reader of a message believes them only before a unit, an item or
another number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from language import files, spelling
from language.normalise import normalise
from language.tokens import Kind, Token, tokenise

_MIN_LETTERS_BY_SOUND = 5
_DATA = files.read("number_words")


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from tokens[start:end]."""

    value: Decimal
    start: int
    end: int
    in_digits: bool
    careful: bool
    unclear: bool = False


def _table(name: str) -> dict[str, Decimal]:
    """Words, and the sounds of the longer ones, to values; an earlier entry wins where two sounds meet."""
    values: dict[str, Decimal] = {}
    for number, words in _DATA[name].items():
        for word in map(normalise, words):
            values.setdefault(word, Decimal(number))
    for word, value in list(values.items()):
        if len(word) >= _MIN_LETTERS_BY_SOUND:
            values.setdefault("~" + spelling.key(word), value)
    return values


_CARDINALS, _FRACTIONS = _table("cardinals"), _table("fractions")
_SHIFTS, _MULTIPLIERS = _table("shifts"), _table("multipliers")
_CAREFUL = frozenset(map(normalise, _DATA["careful"]))
ARTICLES = frozenset(_DATA["articles"])
_PARTS = {word: Decimal(part) for part, words in _DATA["parts"].items() for word in words}
_AND = frozenset(_DATA["and"])
_PART_ARTICLES = frozenset(_DATA["part_articles"])
_TENS = tuple(_DATA["tens_end"])
_ENGLISH_TENS = {Decimal(n) for n in range(20, 100, 10)}


def _value(table: dict[str, Decimal], token: Token) -> Decimal | None:
    if token.kind is not Kind.WORD:
        return None
    if token.text in table:
        return table[token.text]
    return table.get("~" + token.sound) if len(token.text) >= _MIN_LETTERS_BY_SOUND else None


def number_at(tokens: Sequence[Token], at: int) -> Number | None:
    """The longest number that begins at this token, or None."""
    first = _atom(tokens, at)
    if first is None:
        return None
    value, end = first
    value, end = _with_part(tokens, *_multiplied(tokens, value, end))
    single = end == at + 1
    careful, unclear = single and tokens[at].text in _CAREFUL, any(token.unclear for token in tokens[at:end])
    return Number(value, at, end, tokens[at].kind is Kind.NUMBER, careful, unclear)


def _atom(tokens: Sequence[Token], at: int) -> tuple[Decimal, int] | None:
    """A number without hundreds: digits, one word, or a word shifted by a quarter or a half."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.value is not None:
        return token.value, at + 1
    shift = _value(_SHIFTS, token)
    if shift is not None:
        return _shifted(tokens, shift, at + 1)
    for table in (_FRACTIONS, _CARDINALS):
        value = _value(table, token)
        if value is not None:
            return _with_ones(tokens, value, at + 1)
    return None


def _shifted(tokens: Sequence[Token], shift: Decimal, at: int) -> tuple[Decimal, int] | None:
    """ "Sadhe teen" is 3.5 and "paune do" 1.75; "sava" and "pauna" alone are 1.25 and 0.75."""
    if at < len(tokens):
        multiplier = _value(_MULTIPLIERS, tokens[at])
        if multiplier is not None:
            return (1 + shift) * multiplier, at + 1
        following = tokens[at].value or _value(_CARDINALS, tokens[at])
        if following is not None:
            return following + shift, at + 1
    return None if shift == Decimal("0.5") else (1 + shift, at)


def _with_ones(tokens: Sequence[Token], value: Decimal, at: int) -> tuple[Decimal, int]:
    """English writes tens and ones apart: "twenty five"."""
    if value in _ENGLISH_TENS and tokens[at - 1].text.endswith(_TENS) and at < len(tokens):
        ones = _value(_CARDINALS, tokens[at])
        if ones is not None and ones < 10 and tokens[at].text.isascii() and tokens[at].text not in _CAREFUL:
            return value + ones, at + 1
    return value, at


def _multiplied(tokens: Sequence[Token], value: Decimal, at: int) -> tuple[Decimal, int]:
    """Hundreds and thousands after a number, with what is added to them: "ek sau bees", "2 hazar"."""
    multiplier = _value(_MULTIPLIERS, tokens[at]) if at < len(tokens) else None
    if multiplier is None or multiplier <= value:
        return value, at
    value, at = value * multiplier, at + 1
    rest = _atom(tokens, at) if at < len(tokens) and tokens[at].kind is Kind.WORD else None
    if rest is None or tokens[at].text in _CAREFUL:
        return value, at
    smaller, end = _multiplied(tokens, *rest)
    return (value + smaller, end) if smaller == int(smaller) and smaller < multiplier else (value, at)


def _with_part(tokens: Sequence[Token], value: Decimal, at: int) -> tuple[Decimal, int]:
    """ "One and half", "2 and a quarter": English adds the part behind."""
    part = part_after(tokens, at)
    return (value + part[0], part[1]) if part is not None and value == int(value) else (value, at)


def part_after(tokens: Sequence[Token], at: int) -> tuple[Decimal, int] | None:
    """The half or quarter that "and" adds here, and where it ends."""
    words = [token.text for token in tokens[at : at + 3]]
    if not words or words[0] not in _AND:
        return None
    skipped = 2 if words[1:] and words[1] in _PART_ARTICLES else 1
    part = _PARTS.get(words[skipped]) if len(words) > skipped else None
    return (part, at + skipped + 1) if part is not None else None


def parse_number(text: str) -> Decimal | None:
    """The number that the whole text says, in digits or words of any of the languages; None if none, or unclear."""
    tokens = [t for t in tokenise(normalise(text)) if t.kind in (Kind.WORD, Kind.NUMBER)]
    number = number_at(tokens, 0)
    return number.value if number is not None and number.end == len(tokens) and not number.unclear else None
