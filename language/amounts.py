"""An amount of rupees as people type it: `5,000`, `5k`, `1.5 lakh`, `paanch hazar`, `₹2 crore`. Never a guess.

An amount below zero, a number in a shape that no amount has, and a number of something else (`5 kg`) are no amount.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from language import files
from language.folding import by_word, fold
from language.normalise import normalise
from language.numbers import parse_number
from language.patterns import any_of

MAX_MINOR = 10**12  # a thousand crore rupees: above that it is a reference, or a slip
MAX_NUMBER_WORDS = 6

_DATA = files.read("amounts")
SCALES = by_word(_DATA["scales"])
_AFTER = frozenset(map(fold, _DATA["behind"]))  # a unit or a second number there means it was no amount, or not all
_MONEY = re.compile(rf"(?<![^\W\d_])(?:{any_of(_DATA['money'])})\.?(?=$|[\s\d-])")  # the sign ₹ is `rs` by now
_TIED = re.compile(r"(?<=\d)(?=[^\W\d_])")
_PAPER = re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])\S*[^\W_][/-]\S+|\d+[/-]\d\S*")  # a bill's number or a date
_DIGITS = re.compile(r"\d+(?:\.\d+)?")  # commas in their places are gone by now
_BELOW_ZERO = re.compile(rf"(?:^|\s)-\s*\.?\d|(?:^|\s)(?:{any_of(_DATA['below_zero'])})\s")
_PAUSE = ",.;:)!"


def read(text: str) -> int | None:
    """The first amount in the text in paise; None when there is none above zero, or when it is not clear."""
    said = _PAPER.sub(" ", normalise(text))
    said = _TIED.sub(" ", _MONEY.sub(" ", said))
    if _BELOW_ZERO.search(said):
        return None
    spoken = said.split()
    start = next((place for place in range(len(spoken)) if _number(spoken, place) or _is_numeric(spoken[place])), None)
    number = _number(spoken, start) if start is not None else None
    if number is None:
        return None
    value, end = number
    return _minor(value) if _stands_alone(spoken, end) else None


def is_only_numeric(text: str) -> bool:
    """True for what can only be meant as an amount, readable or not: `-5`, `0`, `1.2.3`."""
    said = _MONEY.sub(" ", normalise(text))
    return any(sign.isdigit() for sign in said) and not any(sign.isalpha() for sign in said)


def _number(spoken: Sequence[str], start: int) -> tuple[Decimal, int] | None:
    """The number that begins at this word, and where it ends: parts from large to small, as in `1 lakh 20 hazar`."""
    value, at, floor = Decimal(0), start, Decimal(0)
    while (part := _part(spoken, at)) is not None:
        worth, end, scale = part
        if at > start and worth >= floor:
            break
        value, at, floor = value + worth, end, scale
        if scale == 1 or spoken[end - 1][-1] in _PAUSE:
            break
    return (value, at) if at > start else None


def _part(spoken: Sequence[str], at: int) -> tuple[Decimal, int, Decimal] | None:
    """A number with the hundred, thousand, lakh or crore behind it: its worth, where it ends, and that scale."""
    found = _digits(spoken, at) or _in_words(spoken, at)
    if found is None:
        return None
    worth, end = found
    scale = Decimal(SCALES.get(fold(spoken[end - 1]), 1))
    while end < len(spoken) and spoken[end - 1][-1] not in _PAUSE and (by := SCALES.get(fold(spoken[end]))):
        if scale >= Decimal(by):  # `9 lakh lakh`
            break
        worth, end, scale = worth * Decimal(by), end + 1, Decimal(by)
    return worth, end, scale


def _digits(spoken: Sequence[str], at: int) -> tuple[Decimal, int] | None:
    word = spoken[at].strip(_PAUSE + "(") if at < len(spoken) else ""
    return (Decimal(word), at + 1) if _DIGITS.fullmatch(word) else None


def _in_words(spoken: Sequence[str], at: int) -> tuple[Decimal, int] | None:
    """`dedh lakh`, `paanch sau pachas`. A number word alone is often another word: one needs its scale beside it."""
    for end in range(min(at + MAX_NUMBER_WORDS, len(spoken)), at + 1, -1):
        run = spoken[at:end]
        if any(fold(word) in SCALES for word in run) and not any(_is_numeric(word) for word in run):
            value = parse_number(" ".join(run))
            if value is not None:
                return value, end
    if at + 1 < len(spoken) and fold(spoken[at + 1]) in SCALES and not _is_numeric(spoken[at]):
        value = parse_number(spoken[at])  # `do crore`: the reader of goods knows no crore
        return (value, at + 1) if value is not None else None
    return None


def _is_numeric(word: str) -> bool:
    return any(sign.isdigit() for sign in word)


def _stands_alone(spoken: Sequence[str], end: int) -> bool:
    """Nothing behind the number makes it a number of something else."""
    if end >= len(spoken) or spoken[end - 1][-1] in _PAUSE:
        return True
    following = fold(spoken[end])
    return following in _AFTER or not any(sign.isalnum() for sign in following)


def _minor(value: Decimal) -> int | None:
    minor = value * 100
    return int(minor) if minor == minor.to_integral_value() and 0 < minor <= MAX_MINOR else None
