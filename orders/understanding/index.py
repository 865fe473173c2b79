"""The catalogue, arranged so that a message can be read against ten thousand products in a millisecond.

* A *trie* of names: every alias, printed name, brand and category word, by sound. It answers "which name starts here,
  as long as possible?".
* *Postings*: which items' names contain a word. They answer "which items do all these words fit?", in any order.
* *Near words*: the vocabulary by first sound and length, for typing mistakes.

A name stands for the items that list it, and for their siblings in the family whose words cover it too: owners list
"maggi masala" or a misspelt "cock" under one size only, and that must not silently choose the size.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from language import lexicon, scripts, spelling
from language.roles import Role
from orders.understanding.items import Item, Phrase, item_from
from orders.understanding.units import UnitBook

_MAX_NAME_WORDS = 7
_MIN_VARIANT_LETTERS = 3


class NameKind(IntEnum):
    """How much a name says; the greater wins where one phrase is several."""

    PART = 0  # only a part of names
    BRAND = 1
    CATEGORY = 2
    ALIAS = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A whole name and the positions of the items it stands for."""

    kind: NameKind
    items: frozenset[int]


@dataclass(frozen=True, slots=True)
class Spelled:
    """A word of the catalogue that a typed word stands for; sure if no one need ask."""

    sound: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Index:
    """A catalogue made readable. Built once per version, never changed, safe to share between threads."""

    items: tuple[Item, ...]
    units: UnitBook
    names: Mapping[Phrase, Name] = field(repr=False)
    beginnings: frozenset[Phrase] = field(repr=False)
    postings: Mapping[str, frozenset[int]] = field(repr=False)
    leading: frozenset[str] = field(repr=False)
    by_sku: Mapping[str, Item] = field(repr=False)
    near: Mapping[tuple[str, int], tuple[str, ...]] = field(repr=False)
    initials: Mapping[tuple[str, str], tuple[str, ...]] = field(repr=False)
    outlines: Mapping[str, Sequence[tuple[str, scripts.Outline]]] = field(repr=False)

    def knows(self, sound: str) -> bool:
        """Is this a word of any name?"""
        return sound in self.postings or (sound,) in self.beginnings

    def spell(self, sound: str) -> Spelled | None:
        """The word of the catalogue that this sound is or nearly is; None if none, or if several families contend."""
        if self.knows(sound):
            return Spelled(sound, sure=True)
        if sound.isascii() and len(sound) > spelling.MIN_FUZZY_LETTERS and sound[-1] == "s" and self.knows(sound[:-1]):
            return Spelled(sound[:-1], sure=True)
        other = None if scripts.has_vowels(sound) else self._in_latin(sound)
        if other is not None:
            return other
        allowed = spelling.allowed_distance(sound)
        found = (self._nearest(sound, allowed) or self._swapped(sound)) if allowed else []
        best = [word for word, distance in found if distance == found[0][1]]
        if not best or len({self._families(word) for word in best}) > 1:
            return None
        sure = next((word for word in best if spelling.is_sure(sound, word)), None)
        return Spelled(sure or best[0], sure is not None)

    def spell_before(self, sound: str, following: str) -> Spelled | None:
        """The one word near this sound that begins a name together with the next word."""
        allowed = spelling.allowed_distance(sound) if sound.isascii() else 0
        near = self._nearest(sound, allowed) if allowed else []
        found = {word for word, _ in near if (word, following) in self.beginnings}
        return Spelled(found.pop(), sure=True) if len(found) == 1 else None

    def initialled(self, letter: str, following: str) -> Spelled | None:
        """The one word with this first letter that begins a name together with the next word: "s.excel"."""
        found = self.initials.get((letter, following), ())
        return Spelled(found[0], sure=True) if len(found) == 1 else None

    def _in_latin(self, sound: str) -> Spelled | None:
        """The one Latin word of the catalogue that this word of another script, or one without vowels, writes."""
        outline = scripts.outline(sound)
        if outline is None:
            return None
        found = [word for word, latin in self.outlines.get(outline[0], ()) if scripts.alike(outline, latin)]
        if not found or len({self._families(word) for word in found}) > 1:
            return None
        return Spelled(found[0], sure=len(outline[0]) >= scripts.SURE_CONSONANTS + sound.isascii())

    def _nearest(self, sound: str, allowed: int) -> list[tuple[str, int]]:
        """Words of the catalogue within the allowed mistakes, nearest first."""
        choices = [w for n in range(-allowed, allowed + 1) for w in self.near.get((sound[0], len(sound) + n), ())]
        found = process.extract(sound, choices, scorer=OSA.distance, score_cutoff=allowed, limit=8)
        return [(word, int(distance)) for word, distance, _ in found]

    def _swapped(self, sound: str) -> list[tuple[str, int]]:
        """ "Lebal" for "label": vowels that changed places are one mistake."""
        choices = self.near.get((sound[0], len(sound)), ()) if sound.isascii() else ()
        same = [w for w in choices if spelling.same_consonants(w, sound) and sorted(w) == sorted(sound)]
        return [(word, 1) for word in same]

    def _families(self, sound: str) -> frozenset[str]:
        return frozenset(self.items[at].family for at in self.postings.get(sound, ()))


def build(catalogue: Mapping[str, Any]) -> Index:
    """The index of a catalogue with `items`, `unit_aliases` and `category_aliases`; callers keep it per version."""
    categories = _categories(catalogue.get("category_aliases") or {})
    items = _items(catalogue.get("items") or (), categories)
    by_sku = {item.sku: item for item in items}
    names = _names(items, categories, by_sku)
    postings = _across_scripts(_postings(items))
    vocabulary = set(postings) | {phrase[0] for phrase in names if len(phrase) == 1}
    return Index(
        items=items,
        units=UnitBook(catalogue.get("unit_aliases") or {}),
        names=names,
        beginnings=frozenset(phrase[:n] for phrase in names for n in range(1, len(phrase) + 1)),
        postings=postings,
        leading=frozenset(alias[0] for item in items for alias in item.aliases),
        by_sku=by_sku,
        near=_near(vocabulary),
        initials=_initials(names),
        outlines=_outlines(vocabulary),
    )


def _categories(raw: Mapping[str, Any]) -> list[tuple[list[Phrase], list[str]]]:
    """Each category's names and the skus in it."""
    return [
        ([lexicon.sounds(str(alias)) for alias in (name, *entry.get("aliases", ()))], list(entry.get("skus", ())))
        for name, entry in raw.items()
    ]


def _items(rows: Iterable[Mapping[str, Any]], categories: list[tuple[list[Phrase], list[str]]]) -> tuple[Item, ...]:
    category_words: defaultdict[str, set[str]] = defaultdict(set)
    for phrases, skus in categories:
        for sku in skus:
            category_words[sku] |= {word for phrase in phrases for word in phrase}
    return tuple(item_from(row, at, frozenset(category_words[str(row["sku"])])) for at, row in enumerate(rows))


def _postings(items: Iterable[Item]) -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for item in items:
        for word in item.words:
            found[word].add(item.position)
    return {word: frozenset(positions) for word, positions in found.items()}


def _names(items: Iterable[Item], categories: list[tuple[list[Phrase], list[str]]],
           by_sku: Mapping[str, Item]) -> dict[Phrase, Name]:  # fmt: skip
    """Every whole name, in the spellings people use for it, with the items it stands for."""
    found: dict[Phrase, dict[NameKind, set[int]]] = {}

    def learn(phrase: Phrase, kind: NameKind, positions: Iterable[int]) -> None:
        for form in _forms(phrase):
            found.setdefault(form, {}).setdefault(kind, set()).update(positions)

    families: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        families[item.family].append(item)
    for item in items:
        for alias in {*item.aliases, item.name, *_apart(item)}:
            learn(alias, NameKind.ALIAS, _spread(alias, item, families[item.family]))
        learn(item.brand, NameKind.BRAND, (item.position,))
    for phrases, skus in categories:
        for phrase in phrases:
            learn(phrase, NameKind.CATEGORY, (by_sku[sku].position for sku in skus if sku in by_sku))
    return {phrase: Name(max(kinds), frozenset(kinds[max(kinds)])) for phrase, kinds in found.items()}


def _forms(phrase: Phrase) -> set[Phrase]:
    """A name as listed, without its linking words, and run together ("surf excel", "surfexcel")."""
    bare = tuple(word for word in phrase if Role.LINK not in lexicon.roles_of(word)) or phrase
    if not bare or len(bare) > _MAX_NAME_WORDS:
        return set()
    forms = {bare}
    if len(bare) > 1 and all(word[0].isalpha() for word in bare):
        forms.add((spelling.key("".join(bare)),))
    return forms


def _apart(item: Item) -> set[Phrase]:
    """ "Good night" of something called "goodnight" and "good night refill": the short name in two words."""
    whole = {alias[0] for alias in item.aliases if len(alias) == 1}
    return {alias[:2] for alias in item.aliases if len(alias) > 1 and spelling.key("".join(alias[:2])) in whole}


def _spread(alias: Phrase, item: Item, family: list[Item]) -> set[int]:
    """The item, and the siblings whose own words (or a misspelling of one) cover this name."""
    return {item.position} | {
        sibling.position
        for sibling in family
        if sibling is not item and all(_covers(sibling, word, item) for word in alias)
    }


def _covers(sibling: Item, word: str, item: Item) -> bool:
    if word in sibling.words or Role.LINK in lexicon.roles_of(word):
        return True
    if word in lexicon.COLOURS or not word.isalpha() or len(word) < _MIN_VARIANT_LETTERS:
        return len(word) == 1
    return any(w[0] == word[0] and spelling.distance(w, word, 1) <= 1 for w in sibling.words & item.words)


def _near(vocabulary: set[str]) -> dict[tuple[str, int], tuple[str, ...]]:
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(vocabulary):
        if len(word) >= spelling.MIN_FUZZY_LETTERS - 1:
            found[word[0], len(word)].append(word)
    return {where: tuple(near) for where, near in found.items()}


def _initials(names: Iterable[Phrase]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for first, second in {phrase[:2] for phrase in names if len(phrase) > 1}:
        if first.isascii() and first.isalpha():
            found[first[0], second].add(first)
    return {key: tuple(sorted(firsts)) for key, firsts in found.items()}


def _across_scripts(postings: dict[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    """The postings, where a word written in two scripts stands for the items of both ("मसाला" and "masala").

    An item in common tells that they are one word: "مونگ" sounds like mango, and shares nothing with it.
    """
    latin = _outlines(set(postings))
    found = dict(postings)
    for word in [word for word in postings if not word.isascii()]:
        outline = scripts.outline(word)
        if outline is None or len(outline[0]) < scripts.SURE_CONSONANTS:
            continue
        for twin, spelled in latin.get(outline[0], ()):
            if scripts.alike(outline, spelled) and found[word] & found[twin]:
                found[word] = found[twin] = found[word] | found[twin]
    return found


def _outlines(vocabulary: set[str]) -> dict[str, list[tuple[str, scripts.Outline]]]:
    found: defaultdict[str, list[tuple[str, scripts.Outline]]] = defaultdict(list)
    for word in sorted(vocabulary):
        outline = scripts.outline(word) if word.isascii() else None
        if outline is not None:
            found[outline[0]].append((word, outline))
    return dict(found)
