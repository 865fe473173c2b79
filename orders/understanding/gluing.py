"""Words typed as one: "2petisprite", "dozenlux", "ekpeti". A space is saved, never meaning.

Only a word that is nothing else is divided, only in two, and only where one half is a unit and the other a whole name,
a unit or a number word of the catalogue's languages. Anything less certain stays the stranger that it is.
"""

from collections.abc import Sequence

from language import lexicon, numbers
from language.tokens import Kind, Token
from orders.understanding.index import Index

_MIN_LETTERS = 5
_MAX_LETTERS = 24
_MIN_HALF = 2


def divided(index: Index, tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens, with such words in their two halves."""
    return tuple(half for token in tokens for half in _halves(index, token))


def _halves(index: Index, token: Token) -> tuple[Token, ...]:
    text = token.text
    if (
        token.kind is not Kind.WORD
        or not _MIN_LETTERS <= len(text) <= _MAX_LETTERS
        or not text.isascii()
        or _means_something(index, token)
    ):
        return (token,)
    for cut in range(_MIN_HALF, len(text) - _MIN_HALF + 1):
        left = Token(Kind.WORD, text[:cut], token.start, token.start + cut)
        right = Token(Kind.WORD, text[cut:], token.start + cut, token.end)
        if _belong_apart(index, left, right):
            return left, right
    return (token,)


def _means_something(index: Index, token: Token) -> bool:
    if lexicon.roles_of(token.sound) or lexicon.near_roles(token.sound) or index.spell(token.sound) is not None:
        return True
    return _is_number(token) or index.units.unit_at((token,), 0) is not None


def _belong_apart(index: Index, left: Token, right: Token) -> bool:
    if index.units.unit_at((right,), 0) is not None:
        return _is_number(left) or _is_name(index, left)
    return index.units.unit_at((left,), 0) is not None and _is_name(index, right)


def _is_name(index: Index, token: Token) -> bool:
    return (token.sound,) in index.names and len(token.text) > _MIN_HALF


def _is_number(token: Token) -> bool:
    return numbers.number_at((token,), 0) is not None
