"""The same word in another script: "शुगर" and "شوگر" are sugar, though the owner wrote it in Latin letters only.

A word becomes its consonants, with the vowels that stand between them. Consonants must agree; vowels only may not
contradict each other: Devanagari leaves out the short a, Urdu all short vowels, and English spells as it likes. A
match is trusted only if the consonants are three or more; the caller makes sure that no other product contends.
"""

import re
from functools import lru_cache
from itertools import zip_longest

from language import files

SURE_CONSONANTS = 3

_IN_DEVANAGARI, _IN_ARABIC = re.compile(r"[\u0900-\u097f]*"), re.compile(r"[\u0600-\u06ff]*")

Outline = tuple[str, tuple[str, ...]]

_DATA = files.read("letters")["outlines"]
_DEVANAGARI, _ARABIC = (
    {**_DATA[script]["vowels"], **_DATA[script]["consonants"]} for script in ("devanagari", "arabic")
)
_FIRST, _LAST, _SILENT = (_DATA["arabic"][place] for place in ("first", "last", "silent"))
_LATIN = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"sh|ch(?=r)"), "s"),
    (re.compile(r"ch"), "C"),
    (re.compile(r"([kgtdbjr])h"), r"\1"),
    (re.compile(r"c(?=[ei])"), "s"),
    (re.compile(r"ck|[cq]"), "k"),
    (re.compile(r"C"), "c"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"z"), "j"),
    (re.compile(r"w"), "v"),
    (re.compile(r"m(?=[bp])"), "n"),
    (re.compile(r"(?<=.)y"), "i"),
)
# What a written vowel of either script may stand for in Latin letters.
_HEARD = {"a": "aoi", "i": "iea", "u": "uo", "e": "eai", "o": "oua"}
_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=65536)
def outline(word: str) -> Outline | None:
    """The consonants of a word and the vowels before, between and behind them; None if it is in no script we know."""
    if word.isascii():
        return _split(_latin(word)) if word.isalpha() else None
    if _IN_DEVANAGARI.fullmatch(word):
        return _split(_devanagari(word))
    if _IN_ARABIC.fullmatch(word):
        return _split(_urdu(word))
    return None


def has_vowels(word: str) -> bool:
    """Is this Latin, with its vowels? Then it is spelled out, and compared as it is ("clgt" is not)."""
    return word.isascii() and not _VOWELS.isdisjoint(word)


def _latin(word: str) -> str:
    for pattern, sound in _LATIN:
        word = pattern.sub(sound, word)
    return word


def _devanagari(word: str) -> str:
    """Ya is a vowel except where the word begins ("ओरियो")."""
    sounds = "".join(_DEVANAGARI.get(char, "") for char in word)
    return sounds[:1] + sounds[1:].replace("y", "i")


def _urdu(word: str) -> str:
    """Waw and ye are vowels except where the word begins, alif there only carries one; he at the end is one, too."""
    word = "".join(char for char in word if char not in _SILENT) or word
    word = word[:-1] + _LAST[word[-1]] if len(word) > 1 and word[-1] in _LAST else word
    letters = [_ARABIC.get(char, "") for char in word]
    first: str = _FIRST.get(word[0], letters[0])
    return first + "".join(letters[1:])


def _split(sounds: str) -> Outline | None:
    consonants: list[str] = []
    vowels = [""]
    for sound in sounds:
        if sound in _VOWELS:
            vowels[-1] += sound
        elif not consonants or consonants[-1] != sound or vowels[-1]:
            consonants.append(sound)
            vowels.append("")
    return ("".join(consonants), tuple(vowels)) if consonants else None


def alike(foreign: Outline, latin: Outline) -> bool:
    """May the word of the other script be this Latin one?"""
    return foreign[0] == latin[0] and all(
        _agree(written, spelled) for written, spelled in zip_longest(foreign[1], latin[1], fillvalue="")
    )


def _agree(written: str, spelled: str) -> bool:
    if not written:
        return True
    return any(letter in _HEARD[written[0]] for letter in spelled)
