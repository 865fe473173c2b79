"""Does somebody ask to be left alone by our messages, in whatever order and however politely?

Consent is the person's: "stop pls", "message band kar do bhai" and "mat bhejo message" all end them. Every word of the
message must belong to such a wish, so that "order band karo", "don't stop" and "dukaan band hai" ask for nothing.
"""

import re

from language import phrases, spelling
from language.lexicon import roles_of
from language.normalise import normalise
from language.phrases import Word
from language.roles import Role
from language.tokens import Kind, tokenise


def _sounds(word: Word) -> frozenset[str]:
    return frozenset(spelling.key(normalise(said)) for said in phrases.listed(word))


_STOPS, _HOLDS, _MESSAGES, _BOTHERS, _BESIDE = map(
    _sounds,
    (
        Word.STOPS,
        Word.HOLDS_BACK,
        Word.OUR_MESSAGES,
        Word.BOTHERS,
        Word.BESIDE_A_STOP,
    ),
)
_ENDS = _STOPS | _HOLDS
_SPEAKS_OF_IT = re.compile(phrases.any_of(Word.STOPS, Word.HOLDS_BACK, Word.OUR_MESSAGES, Word.BOTHERS))  # letters
_TELLING = _ENDS | _MESSAGES | _BOTHERS


def asks_to_stop(text: str) -> bool:
    """True when the whole message, folded, asks for no more of our messages."""
    if not _SPEAKS_OF_IT.search(text):
        return False
    tokens = [token for token in tokenise(normalise(text)) if token.kind is not Kind.BREAK]
    said = {token.sound for token in tokens if token.kind is Kind.WORD}
    if not said & _TELLING or any(token.kind in (Kind.NUMBER, Kind.QUESTION) for token in tokens):
        return False
    refused = {sound for sound in said - _ENDS if Role.NOT in roles_of(sound)}
    if said - refused - _TELLING - _BESIDE:
        return False
    if refused:
        return bool(said & (_MESSAGES | _BOTHERS)) and not said & _ENDS
    return bool(said & _STOPS) or bool(said & _HOLDS and said & _MESSAGES)
