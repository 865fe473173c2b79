"""What words do in a message, apart from naming goods, numbers and units.

`data/roles.json` lists, for English, Hindi, Urdu and their Roman spellings, the words that ask, remove, add, correct,
complain, pay or greet. A word may have several roles; a phrase replaces the roles of its words ("nahi chahiye" removes,
though "chahiye" alone orders). Spelling is compared by sound.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from orders.understanding import spelling
from orders.understanding.normalise import normalise
from orders.understanding.tokens import LETTERS, Kind, Token, tokenise

Roles = frozenset[str]
Phrases = dict[tuple[str, ...], set[str]]

_WORD = re.compile(rf"\d+(?:\.\d+)?|{LETTERS}+")
NONE: Roles = frozenset()
FILLER: Roles = frozenset({"filler"})
_DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "roles.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def sounds(text: str) -> tuple[str, ...]:
    """The sound keys of the words and digits of a text."""
    return tuple(spelling.key(word) for word in _WORD.findall(normalise(text)))


def name_of(text: str) -> tuple[str, ...]:
    """The sounds of a name as it was typed, without the words that only tie it together ("ka", "of")."""
    return tuple(sound for sound in sounds(text) if "link" not in roles_of(sound))


def _word_roles() -> dict[str, set[str]]:
    roles: dict[str, set[str]] = {}
    for role, entry in _DATA["roles"].items():
        for word in entry["words"]:
            for sound in sounds(word)[:1]:
                roles.setdefault(sound, set()).add(role)
    return roles


def _phrase_roles() -> Phrases:
    phrases: Phrases = {}
    for role, entry in _DATA["roles"].items():
        for phrase in entry["phrases"]:
            phrases.setdefault(sounds(phrase), set()).add(role)
    return {words: roles for words, roles in phrases.items() if len(words) > 1}


def _flat(table: dict[str, list[str]]) -> dict[str, str]:
    return {sound: meaning for meaning, words in table.items() for word in words for sound in sounds(word)[-1:]}


_WORDS = {sound: frozenset(roles) for sound, roles in _word_roles().items()}
_PHRASES = {words: frozenset(roles) for words, roles in _phrase_roles().items()}
_LONGEST = max(map(len, _PHRASES))
_STEMS = tuple((spelling.key(stem), role) for role, e in _DATA["roles"].items() for stem in e["stems"])
_SIGNS = {sign: verdict for verdict, signs in _DATA["signs"].items() for sign in signs}

_SENDS = ("bhej", "send", "भेज", "بھیج")
_AGREEING: Roles = frozenset({"yes", "order", "cart", "title", "link"})
_TURNING: Roles = frozenset({"add", "remove", "not", "time", "only"})
_MAKE = ("kar", "kr", "ker", "कर", "کر")
_MIN_LETTERS_TO_MEND = 5
_MENDABLE = frozenset(
    {"order", "filler", "greeting", "thanks", "past", "question", "payment", "account", "wala", "title", "set", "yes"}
    | {"time", "later", "courtesy"}
)
_BY_START: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
for _sound in _WORDS:
    if len(_sound) >= _MIN_LETTERS_TO_MEND and _sound.isascii():
        _BY_START[_sound[0], len(_sound)].append(_sound)

COLOURS = _flat(_DATA["colours"])
PLACES = frozenset(sound for word in _DATA["places"] for sound in sounds(word))
ASSENT = frozenset(sound for word in _DATA["assent"] for sound in sounds(word))
FACTORS = {sound: Decimal(times) for sound, times in _flat(_DATA["factors"]).items()}
ALL_OF = {sound: int(count) for sound, count in _flat(_DATA["all_of"]).items()}
_SPELLED = {word: frozenset(role.split()) for role, words in _DATA["spelled"].items() for word in words}
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
    return at < len(tokens) and tokens[at].sound.startswith(_MAKE)


def is_colour(sound: str) -> str | None:
    """The colour's English name, if the word is one."""
    return COLOURS.get(sound)


def refuses(sign: str) -> bool:
    """Is this a sign that says no ("❌")?"""
    return _SIGNS.get(sign) == "no"


def yes_or_no(text: str) -> bool | None:
    """True or False when the whole message says yes or no, in words or signs; None when it says anything else.

    A yes acts, so it may hold nothing that could change it: "ok wait", "haan kal" and "bill bhej do" are none.
    """
    tokens = tokenise(normalise(text))
    if any(t.kind in (Kind.NUMBER, Kind.QUESTION) for t in tokens) or _is_folded_letter(text, tokens):
        return None
    spoken = {_SIGNS[t.text] for t in tokens if t.text in _SIGNS}
    polite: set[str] = set()
    said = _of_words(tokens)
    for _, roles in said:
        verdict = _verdict(roles)
        if verdict is None:
            return None
        (polite if "courtesy" in roles else spoken).update(verdict)
    spoken = spoken or polite
    if spoken == {"yes"} and (_wants_list(said) or not all(_agrees(*word) for word in said)):
        return None
    return spoken == {"yes"} if len(spoken) == 1 else None


def beyond_yes(text: str) -> str:
    """What a message says beside the words that go with any yes: "cash" of "haan cash kar do".

    Empty where something is to be sent: "upi bhejo" wants the code and does not say how to pay.
    """
    said = _of_words(tokenise(normalise(text)))
    return "" if _sends(said) else " ".join(token.text for token, roles in said if not _agrees(token, roles))


def _wants_list(said: Sequence[tuple[Token, Roles]]) -> bool:
    """ "List bhej do" wants it to read; "order bhej do" wants the goods."""
    return _sends(said) and any("cart" in roles and "order" not in roles for _, roles in said)


def _sends(said: Sequence[tuple[Token, Roles]]) -> bool:
    return any(token.sound.startswith(_SENDS) for token, _ in said)


def _agrees(token: Token, roles: Roles) -> bool:
    """Is this a yes, or a word beside it that leaves it as it is?"""
    return bool(roles & _AGREEING and not roles & _TURNING) or token.sound in ASSENT


def _is_folded_letter(text: str, tokens: Sequence[Token]) -> bool:
    """A single letter that only lost its accents ("ǩ") is a slip of the keyboard and no "k"."""
    letters = [token.text for token in tokens if token.kind is Kind.WORD]
    return len(letters) == 1 and len(letters[0]) == 1 and letters[0] not in text.lower()


def _of_words(tokens: Sequence[Token]) -> list[tuple[Token, Roles]]:
    return [(token, roles) for token, roles in zip(tokens, mark(tokens), strict=True) if token.kind is Kind.WORD]


def _verdict(roles: Roles) -> set[str] | None:
    """What one word adds to a yes or no; None when it belongs to neither."""
    answers = roles & {"yes", "no"}
    if answers:
        return set(answers)
    if roles & {"thanks", "question", "past", "later", "promise"}:
        return None
    return set() if roles & {"filler", "order", "cart", "set", "link"} else None
