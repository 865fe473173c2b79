"""When are two spellings the same word? Two answers, from cheap and sure to dear and cautious.

A *sound key* folds what Roman Hindi and Urdu writers vary freely (aa/a, ee/i, w/v, z/j, ph/f, doubled letters) and
what Devanagari writers vary (short and long vowel signs). Same key, same word.

A *near* word has the same first sound and is a typing mistake away. Short words are never near: "soda" is one letter
from "soya". Words of five letters must agree in their consonants ("lable", "label"); longer ones may differ in one
letter, from eight in two.
"""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from language import files

MIN_FUZZY_LETTERS = 4
_SURE_LETTERS = 5

_FOLDS = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"ck"), "k"),
    (re.compile(r"c(?=[^hiey]|$)"), "k"),
    (re.compile(r"q"), "k"),
    (re.compile(r"w"), "v"),
    (re.compile(r"z"), "j"),
    (re.compile(r"ee|ea(?=[^aeiou]|$)"), "i"),
    (re.compile(r"oo"), "u"),
    (re.compile(r"(?<=.)y"), "i"),
    (re.compile(r"(?<=[^aeiou])ie$"), "i"),
    (re.compile(r"([a-z])\1+"), r"\1"),
)
_DATA = files.read("letters")
_SIGNS = str.maketrans(_DATA["vowel_signs"])
_NASAL = _DATA["nasals"]
_NASALS = re.compile(f"(?:{'|'.join(_NASAL['written'])})(?=[{'-'.join(_NASAL['before'])}])")
_VOWELS = re.compile(rf"[aeiouyh\u093e-\u094d\u0904-\u0914\u0902{''.join(_DATA['vowels'])}]")


@lru_cache(maxsize=65536)
def key(word: str) -> str:
    """The sound of a normalised word."""
    if word.isascii():
        for pattern, fold in _FOLDS:
            word = pattern.sub(fold, word)
        return word
    return _NASALS.sub(_NASAL["sign"], word.translate(_SIGNS))


def skeleton(sound: str) -> str:
    """The consonants of a sound key."""
    return sound[:1] + _VOWELS.sub("", sound[1:])


def same_consonants(a: str, b: str) -> bool:
    """Do two sound keys differ in vowels only?"""
    return skeleton(a) == skeleton(b)


def allowed_distance(sound: str) -> int:
    """How many typing mistakes a word of this length may contain and still be recognised."""
    if len(sound) < MIN_FUZZY_LETTERS:
        return 0
    return 1 if len(sound) < 8 else 2


def distance(a: str, b: str, at_most: int) -> int:
    """Typing mistakes between two keys (a swap of neighbours counts one); more than at_most is at_most + 1."""
    return int(OSA.distance(a, b, score_cutoff=at_most))


def is_sure(a: str, b: str) -> bool:
    """May the near word b be taken for a without asking back?"""
    shorter = min(len(a), len(b))
    if shorter < _SURE_LETTERS:
        return False
    return shorter > _SURE_LETTERS or same_consonants(a, b)
