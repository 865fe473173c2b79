"""Units: how they are written, and what each is worth for one item.

A *measure* (g, kg, quintal, ml, l) can be a pack's size or, for loose goods, the quantity. Every other unit counts
packs. The same word is worth something else for each item (a tray of eggs is 30, a peti of eggs 210, a peti of cola
24), so a unit always resolves against the item.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from language import spelling
from language.lexicon import roles_of
from language.normalise import normalise
from language.tokens import Token, tokenise

_MIN_LETTERS_BY_SOUND = 4
_MIN_LETTERS_TO_MEND = 5
_CONTAINERS = frozenset({"jar", "tin"})
_DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "units.json").read_text(encoding="utf-8"))

MEASURES = {unit: (dimension, Decimal(worth)) for unit, (dimension, worth) in _DATA["measures"].items()}
_SAME_WORD: dict[str, str] = {
    spelling.key(normalise(other)): word for word, others in _DATA["same_word"].items() for other in others
}
_PACKS = {spelling.key(normalise(word)): kind for kind, words in _DATA["packs"].items() for word in words}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written: its canonical name and the very word, since an item may give that word its own meaning."""

    name: str
    word: str

    @property
    def is_measure(self) -> bool:
        return self.name in MEASURES


@dataclass(frozen=True, slots=True)
class Size:
    """A weight or volume: value in grams or millilitres, and the number as written (500, 2, 1.5)."""

    dimension: str
    worth: Decimal
    written: Decimal
    unit: str


def size_of(value: Decimal, unit: str) -> Size | None:
    """The size that a number and a measure make; None if the unit measures nothing."""
    if unit not in MEASURES:
        return None
    dimension, worth = MEASURES[unit]
    return Size(dimension, value * worth, value, unit)


class UnitBook:
    """All the ways units are written in one catalogue. Immutable once built."""

    def __init__(self, aliases: Mapping[str, Sequence[str]]) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        for source in (aliases, _DATA["aliases"]):
            for name, words in source.items():
                for word in (name, *words):
                    self._learn(str(word), str(name))
        self._longest = max(map(len, self._names), default=0)
        self._long = sorted(
            text for (text, *rest) in self._names if not rest and text.isascii() and len(text) >= _MIN_LETTERS_TO_MEND
        )

        self._letters = [
            (sorted(text), name)
            for (text, *rest), name in self._names.items()
            if not rest and text.isascii() and len(text) >= _MIN_LETTERS_BY_SOUND
        ]

    def _learn(self, word: str, name: str) -> None:
        texts = tuple(t.text for t in tokenise(normalise(word)))
        if texts:
            self._names.setdefault(texts, name)
        if len(texts) == 1 and len(texts[0]) >= _MIN_LETTERS_BY_SOUND and not roles_of(spelling.key(texts[0])):
            self._names.setdefault(("~" + spelling.key(texts[0]),), name)

    def near(self, token: Token) -> Unit | None:
        """The unit of which this word is a mistyped form: the same consonants, and no other unit as near."""
        word = token.sound
        if len(word) < _MIN_LETTERS_TO_MEND - 1 or not word.isascii():
            return None
        near = (w for w in self._long if spelling.same_consonants(spelling.key(w), word))
        names = {self._names[(w,)] for w in near if spelling.distance(spelling.key(w), word, 2) <= 2}
        names = names or {name for w, name in self._letters if w == sorted(word)}  # "peit"
        return Unit(names.pop(), token.text) if len(names) == 1 else None

    def sounding(self, sound: str, word: str) -> Unit | None:
        """The unit of this sound, however the word was typed."""
        name = self._names.get((sound,)) or self._names.get(("~" + sound,))
        return Unit(name, word) if name is not None else None

    def unit_at(self, tokens: Sequence[Token], at: int) -> tuple[Unit, int] | None:
        """The unit written at this token and where it ends, longest first."""
        for length in range(min(self._longest, len(tokens) - at), 0, -1):
            texts = tuple(t.text for t in tokens[at : at + length])
            name = self._names.get(texts)
            if name is None and length == 1 and len(texts[0]) >= _MIN_LETTERS_BY_SOUND:
                name = self._names.get(("~" + tokens[at].sound,))
            if name is not None:
                return Unit(name, " ".join(texts)), at + length
        return None


def worth_of(unit: Unit, units: Mapping[str, Decimal], base: str, overrides: Mapping[str, str],
             pack_words: frozenset[str]) -> tuple[str, Decimal] | None:  # fmt: skip
    """The item's own name for the unit and its base quantity; None if the item is not sold that way.

    An item's override of that word, in whichever spelling or script, wins, then its unit of that very name, then the
    general meaning. "Dabba" of something sold in jars is a jar, and of something without boxes a case. "Jar" of an
    item that is itself a jar is one piece, and a bottle of what comes in sachets is something else.
    """
    word = unit.word.rstrip("s") or unit.word
    meant = (overrides.get(said) for said in (unit.word, word, _SAME_WORD.get(spelling.key(unit.word), "")))
    is_other = _is_other_pack(unit.word, pack_words)
    for name in (*meant, word, None if is_other else unit.name):
        if name is not None and name in units:
            return name, units[name]
    if unit.name == "box":
        return next(((name, units[name]) for name in ("jar", "case") if name in units), None)
    if unit.name in _CONTAINERS and unit.name in pack_words and base in units:
        return base, units[base]
    if unit.name == "pc" and base in units and base not in MEASURES and not is_other:
        return base, units[base]
    return None


def _is_other_pack(word: str, pack_words: frozenset[str]) -> bool:
    """True for a bottle of what its name calls a sachet, a sachet of what it calls a tin, and so on."""
    said = _PACKS.get(spelling.key(word))
    printed = {_PACKS[name] for name in pack_words & _PACKS.keys()} if said else set()
    return bool(printed) and said not in printed
