"""What words do in a message, apart from naming goods, numbers and units.

`data/roles.json` lists, for English, Hindi, Urdu and their Roman spellings, the words that ask, remove, add, correct,
complain, pay or greet. A word may have several roles; a phrase replaces the roles of its words ("nahi chahiye" removes,
though "chahiye" alone orders). Spelling is compared by sound.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from language import files, particles, spelling
from language.normalise import normalise
from language.patterns import expand
from language.roles import BY_NAME, Role
from language.tokens import LETTERS, Kind, Token

Roles = frozenset[Role]
Phrases = dict[tuple[str, ...], set[Role]]

_WORD = re.compile(rf"\d+(?:\.\d+)?|{LETTERS}+")
NONE: Roles = frozenset()
FILLER: Roles = frozenset({Role.FILLER})
_DATA, _ANSWERS = files.read("roles"), files.read("yes_and_no")


@lru_cache(maxsize=4096)
def sounds(text: str) -> tuple[str, ...]:
    """The sound keys of the words and digits of a text."""
    return tuple(spelling.key(word) for word in _WORD.findall(normalise(text)))


def name_of(text: str) -> tuple[str, ...]:
    """The sounds of a name as it was typed, without the words that only tie it together ("ka", "of")."""
    return tuple(sound for sound in sounds(text) if Role.LINK not in roles_of(sound))


def _answers(role: str) -> list[str]:
    """What is a yes or a no beside other words: words, phrases and signs. None of a role that is neither."""
    listed = _ANSWERS.get(role, {})
    patterns = [pattern for kind in ("reads", "always", "among") for pattern in listed.get(kind, ())]
    return [phrase for pattern in patterns for phrase in expand(pattern, _DATA["groups"])]


def _word_roles() -> dict[str, set[Role]]:
    roles: dict[str, set[Role]] = {}
    for name, entry in _DATA["roles"].items():
        alone = [word for word in _answers(name) if len(sounds(word)) == 1]
        for word in (*entry.get("words", ()), *alone):
            for sound in sounds(word)[:1]:
                roles.setdefault(sound, set()).add(BY_NAME[name])
    return roles


def _phrase_roles() -> Phrases:
    phrases: Phrases = {}
    for name, entry in _DATA["roles"].items():
        ways = [phrase for pattern in entry.get("phrases", ()) for phrase in expand(pattern, _DATA["groups"])]
        for phrase in (*ways, *_answers(name)):
            phrases.setdefault(sounds(phrase), set()).add(BY_NAME[name])
    return {words: roles for words, roles in phrases.items() if len(words) > 1}


def _flat(table: dict[str, list[str]]) -> dict[str, str]:
    return {sound: meaning for meaning, words in table.items() for word in words for sound in sounds(word)[-1:]}


_WORDS = {sound: frozenset(roles) for sound, roles in _word_roles().items()}
_PHRASES = {words: frozenset(roles) for words, roles in _phrase_roles().items()}
_LONGEST = max(map(len, _PHRASES))
_STEMS = tuple(
    (spelling.key(stem), BY_NAME[name])
    for name, entry in _DATA["roles"].items()
    for stem in (*entry.get("stems", ()), *_ANSWERS.get(name, {}).get("stems", ()))
)
SIGNS = {sign: BY_NAME[verdict] for verdict in ("yes", "no") for sign in _answers(verdict) if not sounds(sign)}

_MIN_LETTERS_TO_MEND = 5
_MENDABLE = frozenset({
    Role.ORDER, Role.FILLER, Role.GREETING, Role.THANKS, Role.PAST, Role.QUESTION, Role.PAYMENT, Role.ACCOUNT,
    Role.WALA, Role.TITLE, Role.SET, Role.YES, Role.TIME, Role.LATER, Role.COURTESY,
})  # fmt: skip
_BY_START: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
for _sound in _WORDS:
    if len(_sound) >= _MIN_LETTERS_TO_MEND and _sound.isascii():
        _BY_START[_sound[0], len(_sound)].append(_sound)

COLOURS = _flat(_DATA["colours"])
PLACES = frozenset(sound for word in _DATA["places"] for sound in sounds(word))
ASSENT = frozenset(sound for word in _DATA["assent"] for sound in sounds(word))
FACTORS = {sound: Decimal(times) for sound, times in _flat(_DATA["factors"]).items()}
ALL_OF = {sound: int(count) for sound, count in _flat(_DATA["all_of"]).items()}
_SPELLED = {
    word: frozenset(BY_NAME[name] for name in names.split())
    for names, words in _DATA["spelled"].items()
    for word in words
}
ORDINALS = {sound: int(position) for sound, position in _flat(_DATA["ordinals"]).items()}


@lru_cache(maxsize=16384)
def roles_of(sound: str) -> Roles:
    """The roles of one word, by its sound; empty for a word that is not listed."""
    stems = frozenset(role for stem, role in _STEMS if sound.startswith(stem))
    return _WORDS.get(sound, NONE) | stems


@lru_cache(maxsize=16384)
def near_roles(sound: str) -> Roles:
    """The roles of the listed word that this is with one typing mistake ("chaheye"); empty where it could matter."""
    if len(sound) < _MIN_LETTERS_TO_MEND or not sound.isascii():
        return NONE
    choices = [w for n in (-1, 0, 1) for w in _BY_START.get((sound[0], len(sound) + n), ())]
    near = [w for w in choices if spelling.distance(w, sound, 1) <= 1 and spelling.same_consonants(w, sound)]
    return _WORDS[near[0]] if len({_WORDS[w] for w in near}) == 1 and _WORDS[near[0]] <= _MENDABLE else NONE


def mark(tokens: Sequence[Token]) -> list[Roles]:
    """The roles of each token; tokens inside a listed phrase have the phrase's roles only.

    Where two words sound alike ("diya" gave and "dya" give, "good" and "gud", which is jaggery), the letters decide.
    """
    keys = [token.sound for token in tokens]
    marks = [_roles_as_typed(token) if token.kind is Kind.WORD else NONE for token in tokens]
    at = 0
    while at < len(keys):
        length = _phrase_length(keys, at)
        if length:
            marks[at : at + length] = [_PHRASES[tuple(keys[at : at + length])]] * length
        at += length or 1
    return marks


def _roles_as_typed(token: Token) -> Roles:
    return _SPELLED[token.text] if token.text in _SPELLED else roles_of(token.sound)


def _phrase_length(keys: Sequence[str], at: int) -> int:
    for length in range(min(_LONGEST, len(keys) - at), 1, -1):
        if tuple(keys[at : at + length]) in _PHRASES:
            return length
    return 0


def makes(tokens: Sequence[Token], at: int) -> bool:
    """Does the word before become a verb here ("pack kar do")?"""
    return at < len(tokens) and tokens[at].sound.startswith(particles.MAKE)


def is_colour(sound: str) -> str | None:
    """The colour's English name, if the word is one."""
    return COLOURS.get(sound)
